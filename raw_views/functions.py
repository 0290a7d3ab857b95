"""The functions that the SQL of the models calls."""

from contextlib import suppress
from typing import Any

import duckdb

from raw_views.contact_key import Identifiers
from raw_views.contacts import contact_values, masked_contacts
from raw_views.land import land_raw_root


def register(connection: Any, identifiers: Identifiers | None) -> None:
    """Registers `land_raw_root(raw_root varchar, cache_dir varchar, declared_json varchar) -> varchar`,
    `contact_values(kind varchar, cell varchar, country varchar) -> varchar[]`, `contact_identifier(contact varchar) -> varchar`
    and `masked_contacts(text varchar, country varchar) -> varchar`.

    Args:
        connection: DuckDB's, to an open database.
        identifiers: of contacts; None = the last two are left out.
    """
    # another connection to the same database may have registered it
    with suppress(duckdb.CatalogException, duckdb.NotImplementedException):
        connection.create_function(
            "land_raw_root", land_raw_root, ["VARCHAR"] * 3, "VARCHAR", null_handling="special", side_effects=True
        )
        connection.create_function("contact_values", contact_values, ["VARCHAR"] * 3, "VARCHAR[]", type="arrow")
        if identifiers:
            for name, function, inputs in (
                ("contact_identifier", identifiers.column, 1),
                ("masked_contacts", masked_contacts(identifiers.of), 2),
            ):
                connection.create_function(name, function, ["VARCHAR"] * inputs, "VARCHAR", type="arrow")

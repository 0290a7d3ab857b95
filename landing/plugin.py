"""The landing as a dbt-duckdb plugin: one SQL function that an on-run-start hook calls."""

from contextlib import suppress

from dbt.adapters.duckdb.plugins import BasePlugin

from landing.land import land_raw_root

FUNCTION = "land_raw_root"


class Plugin(BasePlugin):
    """Registers `land_raw_root(raw_root varchar, cache_dir varchar, declared_json varchar) -> varchar`."""

    def configure_connection(self, conn):
        """Called by dbt-duckdb for each database that it opens.

        Args:
            conn: the open DuckDB connection.
        """
        import duckdb

        # another connection to the same database may have registered it
        with suppress(duckdb.CatalogException, duckdb.NotImplementedException):
            conn.create_function(
                FUNCTION, land_raw_root, ["VARCHAR"] * 3, "VARCHAR", null_handling="special", side_effects=True
            )

"""`kpi status`: which KPIs have values, and what is missing where one has none; how spend and leads meet; who is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.base.sql import quoted
from flows.intake import names
from flows.intake.lineage import Lineage, speaks_of
from flows.intake.names import contract

ENTITIES = "intermediate"  # the schema of the entities
TELLING = (
    "money",
    "number",
    "integer",
    "share",
    "boolean",
    "date",
    "timestamp",
)  # kinds of columns that a KPI may be counted in
PEOPLE = ("customer_id", "employee_id")
MARKS = ("utm_source", "source_name", "channel", "platform")  # what may tell a channel
MOST_COLUMNS = 6
NOT_YET = "There is data, and no period yet for which all that is needed is known"
FREE_POSITION = 300  # of channel rules; those of the seed end before it


@dataclass(frozen=True)
class Missing:
    """A KPI without a value: why, and the column of the mart that has none, where the mart has rows."""

    kpi_id: str
    name: str
    why: str
    column: str | None = None


class Warehouse:
    """A built warehouse, only read.

    Args:
        path: the DuckDB file.

    Raises:
        ConfigError: it is not there or is in use.
    """

    def __init__(self, path: Path):
        if not path.exists():
            raise ConfigError(f"There is no warehouse {path}", "Run `uv run dbt build` first")
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error:
            raise ConfigError(
                f"The warehouse {path} can't be opened", "A build may be writing it: try again later"
            ) from None
        self.count, self.filled = cache(self._count), cache(self._filled)
        self._tables = {
            (schema, name)
            for schema, name in self.rows("select table_schema, table_name from information_schema.tables")
        }

    def rows(self, query: str) -> list[tuple]:
        """The rows that a query gives."""
        return self._connection.execute(query).fetchall()

    def _count(self, schema: str, table: str) -> int | None:
        """How many rows a table has; None if there is no such table."""
        if (schema, table) not in self._tables:
            return None
        return self.rows(f"select count(*) from {quoted(schema)}.{quoted(table)}")[0][0]

    def _filled(self, schema: str, table: str, columns: tuple[str, ...]) -> dict[str, int]:
        """How many rows of a table have a value, by column."""
        if (schema, table) not in self._tables or not columns:
            return {}
        counts = ", ".join(f"count({quoted(column)})" for column in columns)
        return dict(zip(columns, self.rows(f"select {counts} from {quoted(schema)}.{quoted(table)}")[0]))


def status(path: Path | None = None) -> int:
    """Prints what a warehouse can tell. Returns the exit status: 0. Raises ConfigError if there is no warehouse."""
    settings = Settings.read()
    warehouse = Warehouse(path or settings.warehouse)
    russian = settings.language == "ru"
    name = "name_ru" if russian else "name_en"
    total = warehouse.count("marts", "kpi_catalogue")
    if total is None:
        raise ConfigError("The warehouse has no marts yet", "Run `uv run dbt build` first")
    if old := _old_figures(warehouse):
        print(f"{old}\n")
    print(_rows_told(warehouse))
    missing = list(_missing(warehouse, Lineage(), name))
    print(f"\nKPIs with values: {total - len(missing)} of {total}")
    kinds: dict[str, list[str]] = {}
    for one in missing:
        kinds.setdefault(one.why, []).append(
            f"{one.kpi_id} ({one.name})" + (f", counted in {one.column}" if one.column else "")
        )
    for why, kpis in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        print(f"\n  {why}")
        for kpi in kpis:
            print(f"    without it: {kpi}")
    print("\nWho and what the rows name:")
    for line in _named(warehouse):
        print(f"  {line}")
    print("\nSales:")
    for line in _sales(warehouse):
        print(f"  {line}")
    print("\nChannels:")
    for line in _channels(warehouse):
        print(f"  {line}")
    return 0


def _old_figures(warehouse: Warehouse) -> str | None:
    """Which models the last build did not make; None if it made all of them."""
    if not warehouse.count("raw_views", "old_models"):
        return None
    old = [name for (name,) in warehouse.rows("select distinct model from raw_views.old_models order by model")]
    shown = _listed([name for name in old if name][:MOST_COLUMNS]) + (" …" if len(old) > MOST_COLUMNS else "")
    why = "the last build did not come to its end" if "" in old else f"the last build failed, and did not make {shown}"
    return f"OLD FIGURES: {why}, so new facts stand beside figures of an earlier build. Run `uv run dbt build` and look at its end"


def _rows_told(warehouse: Warehouse) -> str:
    counts = ", ".join(f"coalesce(sum({kind}_rows), 0)" for kind in ("raw", "accepted", "rejected", "not_yet_known"))
    query = f"select {counts} from marts.source_tie_out"
    raw, accepted, rejected, later = warehouse.rows(query)[0]
    lines = [f"Raw rows: {raw}; {accepted} accepted, {rejected} rejected, {later} not yet known on the as-of day."]
    empty = """select table_name, sum(raw_rows), sum(rejected_rows), sum(not_yet_known_rows) from marts.source_tie_out
        group by table_name having sum(raw_rows) > 0 and sum(accepted_rows + superseded_rows + deleted_rows) = 0 order by table_name"""
    lines += [
        f"NOTHING of {table} is accepted: {rows} rows, {refused} rejected (quality.rejected_rows), {unknown} not yet known (KPI_AS_OF)"
        for table, rows, refused, unknown in warehouse.rows(empty)
    ]
    return "\n".join(lines)


def _missing(warehouse: Warehouse, lineage: Lineage, name: str) -> Iterator[Missing]:
    query = f"""select kpi_id, {name}, numerator_mart, numerator_column, denominator_mart, denominator_column from marts.kpi_catalogue
        where kpi_id not in (select kpi_id from marts.kpi_values where value is not null) order by kpi_id"""
    for kpi_id, title, *measures in warehouse.rows(query):
        parts = [(mart, column) for mart, column in (measures[:2], measures[2:]) if mart]
        reasons = [found for mart, column in parts if (found := _why(warehouse, lineage, mart, column))]
        why, lacking = reasons[0] if reasons else (NOT_YET, None)
        yield Missing(kpi_id, title, why, lacking)


def _why(warehouse: Warehouse, lineage: Lineage, mart: str, column: str) -> tuple[str, str | None] | None:
    """What a measure of a mart lacks, and the column if the mart has rows; None if it lacks nothing."""
    rows = warehouse.count("marts", mart)
    if rows is None:
        return None
    near = lineage.nearest(mart, 0 if rows else 1)
    empty = [entity for entity in near if not warehouse.count(ENTITIES, entity)]
    lacking = _columns(warehouse, near)
    told = [*([f"no rows of {_listed(empty)}"] if empty else []), *([f"no value in {lacking}"] if lacking else [])]
    if not rows:
        what = f"No rows of {_listed(empty)}" if empty else f"No value in {lacking or 'what it counts'}"
        return f"{what}: marts.{mart} is made of them", None
    if _has_any(warehouse, mart, column):
        return None
    return (
        f"marts.{mart} has {rows} rows, but none of the kind that is counted: {'; '.join(told) or 'what makes one never happened'}",
        column,
    )


def _has_any(warehouse: Warehouse, mart: str, column: str) -> bool:
    """Whether a column holds more than noughts."""
    return bool(
        warehouse.rows(
            f"select count(*) from marts.{quoted(mart)} where cast({quoted(column)} as varchar) not in ('0', '0.0', '0.00')"
        )[0][0]
    )


def _columns(warehouse: Warehouse, near: dict[str, str]) -> str:
    """The columns of entities with rows that are empty in all of them, and that the models on the way speak of."""
    found = []
    for entity, sql in near.items():
        telling = tuple(one.name for one in contract()[entity].columns if one.reader in TELLING or one.values)
        if not warehouse.count(ENTITIES, entity):
            continue
        filled = warehouse.filled(ENTITIES, entity, telling)
        found += [f"{entity}.{column}" for column, count in filled.items() if not count and speaks_of(sql, column)]
    return _listed(found[:MOST_COLUMNS]) + (" …" if len(found) > MOST_COLUMNS else "")


def _listed(parts: list[str]) -> str:
    return ", ".join(parts)


def _named(warehouse: Warehouse) -> Iterator[str]:
    """How many rows of each entity name a customer, a manager, a channel."""
    for entity in contract().values():
        rows = warehouse.count(ENTITIES, entity.name)
        columns = [column.name for column in entity.columns]
        if not rows or entity.name in ("customers", "employees", "channel_rules", "working_calendar", "exchange_rates"):
            continue
        told = []
        for word, of in (("a customer", PEOPLE[:1]), ("a manager", PEOPLE[1:]), ("a channel", MARKS)):
            if there := [column for column in of if column in columns]:
                any_of = " or ".join(f"{quoted(column)} is not null" for column in there)
                count = warehouse.rows(f"select count(*) from {ENTITIES}.{entity.name} where {any_of}")[0][0]
                told.append(f"{count} name {word}")
        if told:
            yield f"{entity.name}: {rows} rows, {', '.join(told)}"


def _sales(warehouse: Warehouse) -> Iterator[str]:
    """Of what sales are counted, and whether one sale may stand there twice: as a deal and as an order."""
    query = "select kind, count(*), sum(amount_base), count(deal_id) from marts.fct_sales group by kind order by kind"
    kinds = {kind: (count, amount or 0, tied) for kind, count, amount, tied in warehouse.rows(query)}
    for kind, (count, amount, _) in kinds.items():
        yield f"{count} sales are {kind}s, of {amount:,.0f}"
    if {"deal", "order"} <= set(kinds):
        tied = kinds["order"][2]
        yield f"{tied} of the orders name their deal. If more of them are the same sales as your deals, they count twice: fill orders.deal_id"


def _channels(warehouse: Warehouse) -> Iterator[str]:
    """Which channels of leads, deals and sales meet spend, which spend meets none of them, and the rule that would tie them."""
    spend = dict(
        warehouse.rows(
            "select channel, sum(ad_spend) from marts.marketing_events group by channel having sum(ad_spend) > 0"
        )
    )
    leads = dict(
        warehouse.rows(
            "select channel, sum(leads_new) from marts.lead_events group by channel having sum(leads_new) > 0"
        )
    )
    known = {channel for (channel,) in warehouse.rows("select channel from reference.channels")}
    paid = {channel for (channel,) in warehouse.rows("select channel from marts.dim_channels where is_paid")}
    if not spend:
        yield "no ad spend is known: import the reports of your ad accounts (ad_spend)"
    lonely = [channel for channel in spend if channel not in leads]
    for channel in sorted(set(spend) & set(leads)):
        yield f"{channel}: {leads[channel]:g} leads meet a spend of {spend[channel]:,.0f}"
    for channel in sorted(set(leads) & paid - set(spend)):
        yield f"{channel}: {leads[channel]:g} leads, and no ad spend"
    for channel in sorted(lonely):
        yield f"{channel}: a spend of {spend[channel]:,.0f}, and no leads"
    position = FREE_POSITION
    for channel in sorted(set(leads) - known - set(spend), key=lambda one: -leads[one]):
        target = names.told_by_name("ad_spend", "platform", channel) or (lonely[0] if len(lonely) == 1 else None)
        source, _, medium = channel.partition(" / ")
        marks = f"{source},{medium},," if medium else f",,,{channel}"
        line = f"{position},{marks},{target or '<channel>'}"
        yield f"{channel}: {leads[channel]:g} leads of no channel that has rules; if it is one, add to seeds/seed_channel_rules.csv: {line}"
        position += 1

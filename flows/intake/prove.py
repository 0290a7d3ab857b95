"""What the models would say of rows before they are loaded: the staging models are run over them, in a folder that is thrown away."""

import re
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flows.base.errors import ConfigError
from flows.intake import load as loading
from flows.intake.models import Query, staging_queries
from flows.intake.plan import Planned

if TYPE_CHECKING:
    import duckdb

SHOWN = 5  # problems of a table that are told, each with its first lines
LINES = 5
AT_ONCE = 5000  # rows with a problem
REJECTED, LEFT_OUT = "rejected", "left out, and the row stays"
CONTACT = re.compile(r"'[^']*(?:@|(?:\d[\s()\-]*){7,})[^']*'")  # a value that may be a phone or an address


@dataclass
class Kind:
    """Problems of one kind: how many rows have it, the first of their lines, and the words of the first."""

    count: int
    lines: list[str]
    why: str


@dataclass
class Proof:
    """What became of the rows of one sheet, by entity.

    Attributes:
        status: row status → number of rows.
        noted: (what became of a row, kind of problem) → the rows that are rejected, and those that lost a value.
    """

    status: dict[str, dict[str, int]] = field(default_factory=dict)
    noted: dict[str, dict[tuple[str, str], Kind]] = field(default_factory=dict)

    def counts(self, entity: str) -> str:
        """How many rows have which status, in words."""
        return ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(self.status[entity].items()))

    def is_empty(self, entity: str) -> bool:
        """Whether rows of an entity came and none of them counts."""
        found = self.status.get(entity, {})
        return bool(found) and set(found) <= {"rejected"}

    def note(self, entity: str, became: str, line: str, why: str) -> None:
        """Notes a row with a problem; rows come in the order of their lines."""
        kind = re.sub(r"'.*?'|row \d+|\d{4}-\d\d-\d\d", "…", why)
        found = self.noted.setdefault(entity, {}).setdefault((became, kind), Kind(0, [], why))
        found.count += 1
        if found.count <= LINES:
            found.lines.append(line)

    def problems(self, entity: str) -> list[str]:
        """The problems of an entity's rows, rejections first and the commonest first, with the lines in which they stand."""
        kinds = self.noted.get(entity, {})
        by_weight = sorted(kinds.items(), key=lambda one: (one[0][0] != REJECTED, -one[1].count))
        told = []
        for (became, _), kind in by_weight[:SHOWN]:
            shown = ", ".join(kind.lines) + (", …" if kind.count > LINES else "")
            told.append(f"{became}, line {shown}: {CONTACT.sub('…', kind.why)}")
        if len(kinds) > SHOWN:
            told.append(f"… and {len(kinds) - SHOWN} more kinds of problems")
        return told


def prove(planned: list[Planned]) -> dict[int, Proof]:
    """Runs the staging models over the rows of planned sheets.

    Args:
        planned: those with problems are passed over.

    Returns:
        What became of their rows, by `id` of the planned sheet.

    Raises:
        ConfigError: dbt does not run.
    """
    taken = [one for one in planned if one.is_taken]
    if not taken:
        return {}
    with tempfile.TemporaryDirectory(prefix="kpi-check-") as folder:
        root = Path(folder) / "raw"
        report = loading.load(taken, root)
        queries = staging_queries(sorted(report.rows))
        proofs: dict[int, Proof] = {id(one): Proof() for one in taken}
        with _warehouse(Path(folder), root, queries) as warehouse:
            for entity, query in queries.items():
                warehouse.execute(
                    "create or replace temp table judged as"
                    f" select _raw_file, _raw_row, row_status, row_problem, row_remark from ({query.sql})"
                )

                def of(raw_file: str, entity: str = entity) -> tuple[Planned, str | None]:
                    number = re.match(rf"files/{entity}/{re.escape(report.load_id)}\.(\d+)(?:\.(\d+))?-", raw_file)
                    return taken[int(number[1])], number[2]

                counted = "select _raw_file, row_status, count(*) from judged group by all"
                for raw_file, status, count in warehouse.execute(counted).fetchall():
                    counts = proofs[id(of(raw_file)[0])].status.setdefault(entity, {})
                    counts[status] = counts.get(status, 0) + count
                found = warehouse.execute(
                    "select _raw_file, _raw_row, row_problem, row_remark from judged"
                    " where coalesce(row_problem, row_remark) is not null order by _raw_file, _raw_row"
                )
                while rows := found.fetchmany(AT_ONCE):
                    for raw_file, line, problem, remark in rows:
                        one, part = of(raw_file)
                        became, why = (REJECTED, problem) if problem else (LEFT_OUT, remark)
                        if told := _own_files(why, entity, report.load_id, taken):
                            proofs[id(one)].note(entity, became, _where(one, entity, line, part), told)
    return proofs


def _own_files(text: str | None, entity: str, load_id: str, taken: list[Planned]) -> str | None:
    """A problem that names a file of the raw root, with the user's own file in its place."""
    named = rf"files/{entity}/{re.escape(load_id)}\.(\d+)[.-]\S.*?\.parquet"
    return text and re.sub(named, lambda found: taken[int(found[1])].label, text)


def _where(planned: Planned, entity: str, line: int, part: str | None) -> str:
    """The line of the user's file, and the column where a line gives several rows."""
    if part is None:
        return str(line)
    rows = next(rows for rows in planned.outcome.tables if rows.entity == entity)
    return f"{line} (column {rows.parts()[int(part)][0]})"


def _warehouse(folder: Path, root: Path, queries: dict[str, Query]) -> "duckdb.DuckDBPyConnection":
    """A database in which the raw root is seen as it is in a build."""
    import duckdb

    from raw_views.contact_key import Identifiers
    from raw_views.functions import register
    from raw_views.land import land

    warehouse = duckdb.connect(str(folder / "kpi.duckdb"))
    warehouse.execute("set TimeZone = 'UTC'")  # as in profiles.yml
    warehouse.execute("set preserve_insertion_order = false")
    register(warehouse, Identifiers(secrets.token_bytes(32)))  # no identifier is kept, so any key does
    seen = land(str(root), str(folder / "cache"), [query.table for query in queries.values()])
    if seen["error"]:
        raise ConfigError(f"The check of the rows could not be run: {seen['error']}", "Try `uv run dbt debug`")
    warehouse.execute(seen["ddl"])
    return warehouse

"""What the dbt project says of itself: which raw tables its models read and how, and the as-of date."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import jinja2
import yaml
from jinja2 import nodes

from flows.base.clock import business_zone
from flows.base.project import variables
from flows.base.settings import PROJECT, STAGING, Settings
from flows.contract import own_fields

WORDS = ("text", "ref", "enum")  # kinds of columns whose value is a word and no figure
READER = "validated_rows"  # the macro that reads a raw table; its arguments say how


@dataclass(frozen=True)
class Column:
    """A raw column: its name there, what is read from it (text, integer, date …), whether it must have a value."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Table:
    """A raw table as the models read it, by its own columns.

    Attributes:
        columns: those that are read and that the source declares; others are worked out in the model.
        key: the columns that make a record one; () where one of them is worked out.
        parts: the columns of words that tell lines of one record apart (the keyword of an ad's day).
        version: the column that tells a newer version, or None.
        loaded_at, deleted: the columns with the load's stamp and the mark of a record that is gone.
    """

    source: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    parts: tuple[str, ...]
    version: str | None
    loaded_at: str
    deleted: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns that tell its records apart: the key, or what the key is worked out of."""
        return self.key or tuple(
            column.name for column in self.columns if column.required and column.kind in ("ref", "code")
        )

    @property
    def subject(self) -> str:
        return f"{self.source}/{self.name}"

    @property
    def view(self) -> tuple[str, str]:
        """Schema and name of its view."""
        return f"raw_{self.source}", self.name


def as_of_date() -> date:
    """The date the figures are made on, by the rule of the models (macros/time.sql). Raises ConfigError if KPI_AS_OF is no date."""
    settings = Settings.read()
    if settings.is_demo:
        return settings.as_of or date.fromisoformat(variables()["demo_as_of"])
    return settings.as_of or settings.today(datetime.now(UTC))


def words(variable: str) -> Any:
    """Words of dbt_project.yml by which the models read values (macros/read.sql): a list, of currencies one for each code."""
    return variables()[variable]


def any_of(*texts: str) -> str:
    """A regular expression that one of the texts fits, whatever the case."""
    return f"(?i:{'|'.join(re.escape(text) for text in texts)})"


def moment_of(as_of: date) -> datetime:
    """The moment at which the age of loads is taken: now, or the end of a past as-of day."""
    end = datetime.combine(as_of + timedelta(days=1), time(), business_zone())
    return min(datetime.now(UTC), end.astimezone(UTC))


@cache
def raw_tables() -> tuple[Table, ...]:
    """The raw tables that the models of the sources read; sources that are switched off are left out.

    Raises:
        ValueError: a model does not say plainly how it reads its table.
    """
    declared = _declared(variables())
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    tables = []
    for path in sorted(path for name in _read() for path in STAGING[name].glob("*.sql")):
        tree = environment.parse(path.read_text("utf-8"))
        calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
        readers = [call for call in calls if call.node.name == READER]
        sources = {tuple(part.as_const() for part in call.args) for call in calls if call.node.name == "source"}
        if not readers:
            continue
        if len(readers) > 1 or len(sources) != 1:
            raise ValueError(
                f"{path.relative_to(PROJECT)}: one source and one {READER} to a model, or no gate knows it"
            )
        source = sources.pop()
        tables.append(_table(*source, readers[0], variables(), declared[source]))
    return tuple(tables)


def _read() -> list[str]:
    """The sources that are on, with the table of control totals."""
    return [*Settings().on, "control"]


def _declared(variables: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The declared columns of each raw table."""
    declared = {}
    for path in (path for name in _read() for path in STAGING[name].glob("*.yml")):
        for source in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("sources") or []:
            for table in source["tables"]:
                names = {jinja2.Template(column["name"]).render(var=variables.get) for column in table["columns"]}
                declared[source["name"], table["name"]] = names
    return declared


def _table(source: str, name: str, reader: nodes.Call, variables: dict[str, Any], declared: set[str]) -> Table:
    given = {argument.key: argument.value for argument in reader.kwargs}
    said = {
        part: _constant(given[part], variables)
        for part in ("columns", "key", "parts", "version", "loaded_at", "deleted", "own")
        if part in given
    }
    said["columns"] |= _of_lines(*said.get("own", ()))
    loaded_at = said.get("loaded_at", "_loaded_at")
    raw_names = {column: spec[0] for column, spec in said["columns"].items()} | {"loaded_at": loaded_at}
    key = tuple(raw_names[column] for column in said["key"])
    told = said["columns"].items()
    columns = (Column(spec[0], spec[1], "required" in spec[2:]) for _, spec in told)
    return Table(
        source,
        name,
        tuple(column for column in columns if column.name in declared),
        key if declared.issuperset(key) else (),
        tuple(
            spec[0] for name, spec in told if name in said.get("parts", ()) and spec[1] in WORDS and spec[0] in declared
        ),
        raw_names.get(said.get("version")),
        loaded_at,
        said.get("deleted", "_deleted"),
    )


def _of_lines(source: str = "", entity: str = "", left: Collection[str] = ()) -> dict[str, list[str]]:
    """What a model reads by the lines of contract/fields.yml: column → raw column and type."""
    lines = [one for one in own_fields() if one.entity == entity and source in one.fields]
    kinds = {None: "first", "list": "text", "money": "text"}  # a currency may stand behind an amount
    return {
        one.column: [one.fields[source], kinds.get(one.type, one.type or "")]
        for one in lines
        if one.type or one.column in left
    }


def _constant(node: nodes.Node, variables: dict[str, Any]) -> Any:
    """The value of a literal, in which var('…') may stand."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "var":
        return variables[node.args[0].as_const()]
    if isinstance(node, nodes.List):
        return [_constant(item, variables) for item in node.items]
    if isinstance(node, nodes.Dict):
        return {_constant(pair.key, variables): _constant(pair.value, variables) for pair in node.items}
    return node.as_const()

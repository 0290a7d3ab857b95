"""Column lineage: what each column of each model is made of, read from the SQL that dbt compiled.

A model's columns are those that its query gives, so parents are read first; a column is traced through the query's own steps to the tables that
it reads. What only filters, joins or sorts is not told: it decides which rows are there, not what a column holds.
"""

import json
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from flows.base.errors import ConfigError
from flows.base.settings import PROJECT

PAGE_DATA = PROJECT / "site" / "assets" / "lineage_data.js"
KEPT = "lineage.json"  # in the folder target: `mkdocs build` takes it from there

Traced = dict[str, list[tuple[str, str]]]  # column → the tables and columns that it is made of


def lineage(manifest: dict[str, Any], compiled: Path) -> dict[str, dict[str, Any]]:
    """Of each model its layer, its columns, and what each of them is made of; seeds and sources have columns alone.

    Args:
        manifest: dbt's.
        compiled: the folder target/compiled of a build.
    """
    models = {node["unique_id"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    root = compiled / manifest["metadata"]["project_name"]
    schema: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {}
    for key in TopologicalSorter({key: node["depends_on"]["nodes"] for key, node in models.items()}).static_order():
        node = models.get(key) or manifest["nodes"].get(key) or manifest["sources"].get(key)
        if node is None:
            continue
        name, table = node["name"], (node.get("alias") or node.get("identifier") or node["name"]).lower()
        file = root / node["original_file_path"] if key in models else None
        traced = trace(file.read_text("utf-8"), schema) if file and file.is_file() else {}
        columns = list(traced) or _told(node)
        schema[table] = dict.fromkeys(columns, "text")
        found[table] = {"name": name, "layer": _layer(node), "columns": {one: traced.get(one, []) for one in columns}}
    return found


def _told(node: dict[str, Any]) -> list[str]:
    """Columns that are described, where no query tells them; a seed has them in its first line."""
    if node["resource_type"] == "seed":
        file = Path(node["root_path"] or ".") / node["original_file_path"]
        return file.read_text("utf-8").split("\n", 1)[0].strip().split(",") if file.is_file() else []
    return [name.lower() for name in node["columns"]]


def _layer(node: dict[str, Any]) -> str:
    return node["path"].split("/")[0] if node["resource_type"] == "model" else node["resource_type"]


def trace(sql: str, schema: dict[str, Any]) -> Traced:
    """What each column of a query is made of; nothing where the query can't be read."""
    try:
        flat = parse_one(sql, dialect="duckdb")
        for table in flat.find_all(exp.Table):  # a table is known by its name alone
            table.set("db", None)
            table.set("catalog", None)
        whole = qualify(
            flat,
            dialect="duckdb",
            schema=schema,
            validate_qualify_columns=False,
            identify=False,
            quote_identifiers=False,
        )
    except SqlglotError:
        return {}
    scope: Any = build_scope(whole)
    if scope is None:
        return {}
    known: dict[tuple[int, str], set[tuple[str, str]]] = {}
    return {name: sorted(_behind(scope, name, known)) for name in scope.expression.named_selects if name != "*"}


def _behind(scope: Any, name: str, known: dict[tuple[int, str], set[tuple[str, str]]]) -> set[tuple[str, str]]:
    place = id(scope), name
    if place in known:
        return known[place]
    known[place] = set()  # a step that reads itself adds nothing more
    if scope.set_operation_scopes:
        at = scope.expression.named_selects.index(name)
        for part in scope.set_operation_scopes:
            names = part.expression.named_selects
            known[place] |= _behind(part, names[at], known) if at < len(names) else set()
        return known[place]
    chosen = next((one for one in scope.expression.selects if one.alias_or_name == name), exp.Null())
    parts = list(chosen.walk(prune=lambda part: isinstance(part, exp.Select | exp.SetOperation)))
    for column in (part for part in parts if isinstance(part, exp.Column)):
        around, source = scope, None
        while around and source is None:  # a query within a query sees the tables around it
            source, around = around.sources.get(column.table), around.parent
        if isinstance(source, exp.Table):
            known[place].add((source.name.lower(), column.name.lower()))
        elif isinstance(source, Scope):
            known[place] |= _behind(source, column.name, known)
    for within in scope.subquery_scopes:
        if any(part is within.expression for part in parts):
            for one in within.expression.named_selects:
                known[place] |= _behind(within, one, known)
    return known[place]


def script(target: Path) -> str:
    """The page's data as a script, for a page opened from the file system may load scripts and no data; null where nothing was read yet."""
    kept = target / KEPT
    return f"var LINEAGE = {kept.read_text('utf-8') if kept.is_file() else 'null'};\n"


def command(target: Path, say: Callable[[str], None] = print) -> None:
    """Reads the lineage of a build, keeps it in its folder target, and puts it into the site if there is one. Raises ConfigError."""
    if not (target / "manifest.json").is_file() or not (target / "compiled").is_dir():
        raise ConfigError(f"There is no compiled SQL in {target}", "Run `uv run dbt build` first")
    made = lineage(json.loads((target / "manifest.json").read_text("utf-8")), target / "compiled")
    (target / KEPT).write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")), "utf-8")
    say(f"{sum(len(one['columns']) for one in made.values())} columns of {len(made)} tables in {target / KEPT}")
    if PAGE_DATA.parent.is_dir():
        PAGE_DATA.write_text(script(target), "utf-8")
        say(f"and in {PAGE_DATA.parents[1] / 'lineage.html'}")

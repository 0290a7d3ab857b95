"""The statements of a build without dbt: python -m bench.bare TARGET RAW WAREHOUSE RESULT, in a process of its own.

TARGET is dbt's folder after a build of the same raw root: its manifest tells the statements and their order. WAREHOUSE is a file that is
made anew; it must be called kpi.duckdb, and the key of contact data must stand beside it. RESULT gets, as JSON, what each part took.
"""

import csv
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from flows.base.settings import PROJECT
from flows.base.sql import literal, quoted
from flows.gates.project import words
from raw_views.contact_key import Identifiers, contact_key
from raw_views.land import land
from raw_views.plugin import Plugin


@contextmanager
def timed(into: dict[str, Any]) -> Iterator[None]:
    """Notes wall and processor seconds of this process."""
    wall, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    yield
    now = resource.getrusage(resource.RUSAGE_SELF)
    into["wall"] = time.monotonic() - wall
    into["cpu"] = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def declared(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The source tables as the raw views want them, in the way of macros/raw_views.sql."""
    tables = []
    for source in manifest["sources"].values():
        if source["schema"] == "raw_views":
            continue
        meta = {name: column["config"].get("meta", {}) for name, column in source["columns"].items()}
        tables.append(
            {
                "source": source["source_name"],
                "schema": source["schema"],
                "table": source["name"],
                "columns": list(meta),
                "required": [name for name, said in meta.items() if said.get("required")],
                "also": {name: said["also"] for name, said in meta.items() if said.get("also")},
                "rest": next((name for name, said in meta.items() if said.get("rest")), None),
                "totals": words("total_words"),
            }
        )
    return tables


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The models, each after those that it reads."""
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    order = TopologicalSorter({name: set(node["depends_on"]["nodes"]) & set(nodes) for name, node in nodes.items()})
    return [nodes[name] for name in order.static_order()]


def run(target: Path, raw: Path, warehouse: Path) -> dict[str, Any]:
    """Lands a raw root and runs the statements of all models one after the other, in one connection.

    Returns:
        `land` and `seeds`: what they took; `models`: the same for each model by its name.
    """
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    plugin = Plugin.__new__(Plugin)
    plugin.identifiers = Identifiers(contact_key(warehouse.parent))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
        plugin.configure_connection(connection)
        result: dict[str, Any] = {"land": {}, "seeds": {}, "models": {}}
        with timed(result["land"]):
            shown = land(str(raw), str(warehouse.parent / "raw_views"), declared(manifest))
            if shown["error"]:
                raise SystemExit(shown["error"])
            connection.execute(shown["ddl"])
        with timed(result["seeds"]):
            for node in manifest["nodes"].values():
                if node["resource_type"] == "seed":
                    connection.execute(_seed(node))
        for node in models(manifest):
            relation = f"{quoted(node['schema'])}.{quoted(node['alias'])}"
            code = (PROJECT / node["compiled_path"]).read_text("utf-8")
            kind = node["config"]["materialized"]
            connection.execute(f"create schema if not exists {quoted(node['schema'])}")
            with timed(result["models"].setdefault(node["name"], {"kind": kind})):
                connection.execute(f"create {kind} {relation} as {code}")
        return result


def _seed(node: dict[str, Any]) -> str:
    """The statements that read a seed, with the types that the project gives its columns."""
    path = PROJECT / node["original_file_path"]
    with path.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream))
    types = {name: kind for name, kind in node["config"]["column_types"].items() if name in names}
    told = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    schema = quoted(node["schema"])
    read = f"read_csv({literal(path)}, header = true" + (f", types = {{{told}}})" if told else ")")
    return f"create schema if not exists {schema}; create table {schema}.{quoted(node['alias'])} as from {read}"


def main() -> None:
    target, raw, warehouse, result = map(Path, sys.argv[1:])
    result.write_text(json.dumps(run(target, raw, warehouse)))


if __name__ == "__main__":
    main()

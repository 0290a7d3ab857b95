"""The memory that single models need: python -m bench.memory TARGET WAREHOUSE RESULT MODEL …

WAREHOUSE is a file in which all models are built. Each statement runs in a DuckDB opened for it alone, so what is told is what its buffers held at
most: the pages that it read, what it worked with, and what came of it. RESULT gets the bytes, as JSON.
"""

import json
import sys
from pathlib import Path

import duckdb

from flows.base.settings import PROJECT
from raw_views.contact_key import Identifiers, contact_key
from raw_views.plugin import Plugin


def needed(target: Path, warehouse: Path, names: list[str]) -> dict[str, int]:
    """Bytes of memory of each model."""
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"].values()
    code = {node["name"]: PROJECT / node["compiled_path"] for node in nodes if node["resource_type"] == "model"}
    plugin = Plugin.__new__(Plugin)
    plugin.identifiers = Identifiers(contact_key(warehouse.parent))
    found = {}
    for name in names:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            plugin.configure_connection(connection)
            connection.execute("pragma enable_profiling = 'no_output'")
            connection.execute("""pragma custom_profiling_settings = '{"SYSTEM_PEAK_BUFFER_MEMORY": "true"}'""")
            connection.execute(f"create temp table needed as {code[name].read_text('utf-8')}")
            found[name] = json.loads(connection.get_profiling_information(format="json"))["system_peak_buffer_memory"]
    return found


if __name__ == "__main__":
    target, warehouse, result = map(Path, sys.argv[1:4])
    result.write_text(json.dumps(needed(target, warehouse, sys.argv[4:])))

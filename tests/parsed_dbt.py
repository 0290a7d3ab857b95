"""dbt in little time: `python -m tests.parsed_dbt MANIFEST ARGUMENTS…`, on the project as it was parsed before, or `-` to parse it anew.

Parsing is a third of a small build, and the same every time.  The parsed project is large and lives as long as the process, so to look
through it again and again for what nobody needs is a fifth of a build; several threads mostly wait for each other in Python.
"""

import gc
import sys
from pathlib import Path

gc.disable()

from dbt.cli.main import dbtRunner  # noqa: E402
from dbt.contracts.graph.manifest import Manifest  # noqa: E402

parsed, *arguments = sys.argv[1:]
manifest = None
if parsed != "-":
    manifest = Manifest.from_msgpack(Path(parsed).read_bytes())
    manifest.build_flat_graph()
    gc.freeze()
if "--threads" not in arguments:
    arguments += ["--threads", "1"]
sys.exit(0 if dbtRunner(manifest).invoke(arguments).success else 1)

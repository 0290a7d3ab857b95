"""dbt on the project as it was parsed before: `python -m tests.parsed_dbt MANIFEST ARGUMENTS…`.

Parsing is a third of a small build, and the same every time.
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

manifest = Manifest.from_msgpack(Path(sys.argv[1]).read_bytes())
manifest.build_flat_graph()
sys.exit(0 if dbtRunner(manifest).invoke(sys.argv[2:]).success else 1)

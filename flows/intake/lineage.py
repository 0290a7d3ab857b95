"""From a mart up to the entities that it is made of, by dbt's manifest."""

import json
import os
import re
from functools import cache
from pathlib import Path

from flows.base.errors import ConfigError
from flows.base.settings import PROJECT

DESCRIBING = (
    "models/core/identity/",
    "models/core/origin/",
    "models/core/calendar/",
    "models/marts/covered/",
)  # name and place what others count
DESCRIBED = (
    "employees",
    "customers",
    "products",
    "exchange_rates",
    "working_calendar",
    "channel_rules",
)  # entities of that kind


class Lineage:
    """The models of a manifest.

    Args:
        manifest: dbt's file, which a build writes; None = where dbt writes it.

    Raises:
        ConfigError: it is not there.
    """

    def __init__(self, manifest: Path | None = None):
        manifest = manifest or PROJECT / os.environ.get("DBT_TARGET_PATH", "target") / "manifest.json"
        try:
            told = json.loads(manifest.read_text("utf-8"))
        except (OSError, ValueError):
            raise ConfigError(f"There is no manifest {manifest}", "Run `uv run dbt build` first") from None
        nodes = {**told["nodes"], **told["sources"]}
        self._parents = told["parent_map"]
        self._ids = {node["name"]: key for key, node in nodes.items() if node["resource_type"] == "model"}
        self._nodes = nodes
        self.entities = cache(self._entities)

    def is_entity(self, key: str) -> bool:
        """Whether a node is an entity of the contract."""
        node = self._nodes[key]
        return node["original_file_path"].startswith("models/entities/") and not node["name"].startswith("int_")

    def _describes(self, key: str) -> bool:
        """Whether a model only names and places what others count: nothing is missed for the lack of it."""
        node = self._nodes[key]
        return (
            node["name"].startswith("dim_")
            or node["original_file_path"].startswith(DESCRIBING)
            or node["name"] in DESCRIBED
        )

    def _entities(self, mart: str) -> dict[str, tuple[int, str]]:
        """The entities that a mart counts rows of: how many steps away, and the SQL of the models up to there."""
        found: dict[str, tuple[int, str]] = {}
        front, seen, texts, steps = {self._ids[mart]}, set(), [], 0
        while front:
            steps += 1
            texts += [self._nodes[key].get("raw_code", "") for key in sorted(front)]
            seen |= front
            parents = {
                parent for key in front for parent in self._parents.get(key, ()) if parent.startswith("model.")
            } - seen
            parents = {key for key in parents if not self._describes(key)}
            for key in parents:
                if self.is_entity(key) and self._nodes[key]["name"] not in found:
                    found[self._nodes[key]["name"]] = (steps, "\n".join(texts))
            front = {key for key in parents if not self.is_entity(key)}
        return found

    def nearest(self, mart: str, more: int = 1) -> dict[str, str]:
        """The entities nearest to a mart, and those up to `more` steps farther, each with the SQL on the way to it."""
        found = self.entities(mart)
        least = min((steps for steps, _ in found.values()), default=0)
        return {
            name: sql
            for name, (steps, sql) in sorted(found.items(), key=lambda one: (one[1][0], one[0]))
            if steps <= least + more
        }


def speaks_of(sql: str, column: str) -> bool:
    """Whether a SQL text names a column."""
    return re.search(rf"\b{column}\b", sql) is not None

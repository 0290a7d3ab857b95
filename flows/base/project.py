"""What the dbt project says that Python needs too: its variables, its seeds, and the YAML of its models."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

from flows.base.settings import PROJECT


@cache
def variables() -> dict[str, Any]:
    """The variables of dbt_project.yml, by their names."""
    return _read(PROJECT / "dbt_project.yml")["vars"]


def seed(name: str, project: Path = PROJECT) -> list[dict[str, str]]:
    """The rows of a seed."""
    with open(project / "seeds" / f"{name}.csv", encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def models(project: Path = PROJECT) -> dict[str, dict[str, Any]]:
    """What the YAML of the models says of each, by their names."""
    files = [path for path in (project / "models").rglob("_*.yml") if "unit_tests" not in path.stem]
    return {model["name"]: model for path in files for model in _read(path).get("models") or []}


def _read(path: Path) -> dict[str, Any]:
    import yaml  # half of the commands need none of it

    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))

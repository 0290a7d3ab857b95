"""What dbt_project.yml says that Python needs too."""

from functools import cache
from typing import Any

from flows.base.settings import PROJECT


@cache
def variables() -> dict[str, Any]:
    """The variables of dbt_project.yml, by their names."""
    import yaml  # half of the commands need none of it

    return yaml.load((PROJECT / "dbt_project.yml").read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))[
        "vars"
    ]

"""The SQL of the staging models of files, as dbt makes it.  dbt takes seconds to start, so what it made is kept until something changes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from flows.base.errors import ConfigError
from flows.base.redact import without_secrets
from flows.base.settings import PROJECT, Settings

STAGING = PROJECT / "models" / "staging" / "files"
DECLARED = "declared_tables"  # a model of nothing but what the raw views are told of the tables


@dataclass(frozen=True)
class Query:
    """One staging model: its SQL, and its source table as raw_views.land takes it."""

    sql: str
    table: dict[str, Any]


def staging_queries(entities: Iterable[str]) -> dict[str, Query]:
    """The staging models of entities. Raises ConfigError: dbt does not run."""
    folder = Path(os.environ.get("DBT_TARGET_PATH", "").strip() or PROJECT / "target") / "check" / _version()
    kept = {entity: found for entity in entities if (found := _kept(folder, entity))}
    if missing := [entity for entity in entities if entity not in kept]:
        made = _compiled(missing)
        _keep(folder, made)
        kept |= made
    return {entity: kept[entity] for entity in entities}


def _version() -> str:
    """What the SQL depends on: macros, models, variables, the day and the zone."""
    settings = Settings.read()
    told = hashlib.sha256(f"{settings.as_of or settings.today(datetime.now(UTC))} {settings.timezone}".encode())
    for path in (PROJECT / "dbt_project.yml", *sorted((PROJECT / "macros").glob("*.sql")), *sorted(STAGING.iterdir())):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def _kept(folder: Path, entity: str) -> Query | None:
    with suppress(OSError, ValueError, KeyError):
        return Query(**json.loads((folder / f"{entity}.json").read_text("utf-8")))
    return None


def _keep(folder: Path, made: dict[str, Query]) -> None:
    """Keeps queries in the place of those of another version. Where nothing can be written, the next check makes them again."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        for entity, query in made.items():
            new = folder / f".{entity}.{os.getpid()}"
            new.write_text(json.dumps({"sql": query.sql, "table": query.table}, ensure_ascii=False), "utf-8")
            new.replace(folder / f"{entity}.json")


def _compiled(entities: list[str]) -> dict[str, Query]:
    """Runs dbt over a project that has the staging of these entities alone: parsing all of it would take half a minute."""
    with tempfile.TemporaryDirectory(prefix="kpi-check-") as folder:
        project = Path(folder) / "project"
        _write_project(project, entities)
        settings = {
            "KPI_RAW_ROOT": str(Path(folder) / "raw"),
            "KPI_WAREHOUSE": str(Path(folder) / "kpi.duckdb"),
            "KPI_CONTACT_KEY_FILE": str(Path(folder) / "contact.key"),
            "DBT_TARGET_PATH": str(Path(folder) / "target"),
            "DO_NOT_TRACK": "1",
        }
        dbt = Path(sys.executable).with_name("dbt")
        command: list[str | Path] = [
            dbt,
            "compile",
            "--project-dir",
            project,
            "--profiles-dir",
            PROJECT,
            "--quiet",
            "--no-write-json",
        ]
        done = subprocess.run(command, cwd=PROJECT, env=without_secrets() | settings, capture_output=True, text=True)
        if done.returncode:
            errors = [line.strip() for line in done.stdout.splitlines() if "Error" in line][:1]
            raise ConfigError(
                f"The check of the rows could not be run: {' '.join(errors) or 'dbt failed'}", "Try `uv run dbt debug`"
            )
        made = Path(folder) / "target" / "compiled" / "kpi_warehouse" / "models" / "staging"
        tables = {one["table"]: one for one in json.loads((made / f"{DECLARED}.sql").read_text("utf-8"))}
        return {
            entity: Query((made / f"stg_files__{entity}.sql").read_text("utf-8"), tables[entity]) for entity in entities
        }


def _write_project(project: Path, entities: list[str]) -> None:
    staging = project / "models" / "staging"
    staging.mkdir(parents=True)
    whole = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    parts = ("name", "version", "profile", "macro-paths", "flags", "dispatch", "vars")
    settings = {part: whole[part] for part in parts} | {"models": {"+schema": "staging"}}
    (project / "dbt_project.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    (project / "macros").symlink_to(PROJECT / "macros")
    for entity in entities:
        shutil.copyfile(STAGING / f"stg_files__{entity}.sql", staging / f"stg_files__{entity}.sql")
    (staging / f"{DECLARED}.sql").write_text("{% if execute %}{{ tojson(declared_tables()) }}{% endif %}", "utf-8")
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(STAGING.glob("_*__sources.yml")):
        for source in yaml.safe_load(path.read_text("utf-8"))["sources"]:
            found.setdefault(source["name"], {**source, "tables": []})["tables"] += [
                table for table in source["tables"] if table["name"] in entities
            ]
    told = {"version": 2, "sources": list(found.values())}
    (staging / "sources.yml").write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")

"""What the models would say of rows before they are loaded: the staging models are run over them, in a folder that is thrown away."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from flows.base.errors import ConfigError
from flows.base.redact import without_secrets
from flows.base.settings import PROJECT, Settings
from flows.intake import load as loading
from flows.intake.plan import Planned

STAGING = PROJECT / "models" / "staging" / "files"
SHOWN = 5  # problems of a table that are told, each with its first lines
LINES = 5
REJECTED, LEFT_OUT = "rejected", "left out, and the row stays"
CONTACT = re.compile(r"'[^']*(?:@|(?:\d[\s()\-]*){7,})[^']*'")  # a value that may be a phone or an address


@dataclass
class Proof:
    """What became of the rows of one sheet, by entity.

    Attributes:
        status: row status → number of rows.
        noted: (what became of it, line, why) of every row that is rejected, and of every one that lost a value.
    """

    status: dict[str, dict[str, int]] = field(default_factory=dict)
    noted: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)

    def counts(self, entity: str) -> str:
        """How many rows have which status, in words."""
        return ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(self.status[entity].items()))

    def is_empty(self, entity: str) -> bool:
        """Whether rows of an entity came and none of them counts."""
        found = self.status.get(entity, {})
        return bool(found) and set(found) <= {"rejected"}

    def problems(self, entity: str) -> list[str]:
        """The problems of an entity's rows, rejections first and the commonest first, with the lines in which they stand."""
        kinds: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for became, line, why in self.noted.get(entity, []):
            kind = re.sub(r"'.*?'|row \d+|\d{4}-\d\d-\d\d", "…", why)
            kinds.setdefault((became, kind), []).append((line, why))
        told = []
        for (became, _), lines in sorted(kinds.items(), key=lambda kind: (kind[0][0] != REJECTED, -len(kind[1])))[
            :SHOWN
        ]:
            shown = ", ".join(str(line) for line, _ in lines[:LINES]) + (", …" if len(lines) > LINES else "")
            told.append(f"{became}, line {shown}: {CONTACT.sub('…', lines[0][1])}")
        if len(kinds) > SHOWN:
            told.append(f"… and {len(kinds) - SHOWN} more kinds of problems")
        return told


def prove(planned: list[Planned]) -> dict[int, Proof]:
    """Runs the staging models over the rows of planned sheets.

    Args:
        planned: those with problems are passed over.

    Returns:
        What became of their rows, by `id` of the planned sheet.

    Raises:
        ConfigError: dbt does not run.
    """
    import duckdb

    taken = [one for one in planned if one.is_taken]
    if not taken:
        return {}
    with tempfile.TemporaryDirectory(prefix="kpi-check-") as folder:
        root = Path(folder) / "raw"
        report = loading.load(taken, root)
        _run(Path(folder), root, sorted(report.rows))
        with duckdb.connect(str(Path(folder) / "kpi.duckdb"), read_only=True) as warehouse:
            proofs: dict[int, Proof] = {id(one): Proof() for one in taken}
            for entity in report.rows:
                query = f"select _raw_file, _raw_row, row_status, row_problem, row_remark from staging.stg_files__{entity} order by _raw_file, _raw_row"
                for raw_file, line, status, problem, remark in warehouse.execute(query).fetchall():
                    number = re.match(rf"files/{entity}/{re.escape(report.load_id)}\.(\d+)-", raw_file)
                    proof = proofs[id(taken[int(number[1])])]
                    counts = proof.status.setdefault(entity, {})
                    counts[status] = counts.get(status, 0) + 1
                    if problem or remark:
                        became = (REJECTED, line, problem) if problem else (LEFT_OUT, line, remark)
                        proof.noted.setdefault(entity, []).append(became)
    return proofs


def _run(folder: Path, root: Path, entities: list[str]) -> None:
    """Runs dbt over a project that has the staging of these entities alone: parsing all of it would take half a minute."""
    project = folder / "project"
    _write_project(project, entities)
    key = os.environ.get("KPI_CONTACT_KEY_FILE", "").strip() or str(Settings.read().folder / "contact.key")
    settings = {
        "KPI_RAW_ROOT": str(root),
        "KPI_WAREHOUSE": str(folder / "kpi.duckdb"),
        "KPI_RAW_VIEWS_CACHE": str(folder / "cache"),
        "KPI_CONTACT_KEY_FILE": key,
        "DO_NOT_TRACK": "1",
    }
    command: list[str | Path] = [
        Path(sys.executable).with_name("dbt"),
        "run",
        "--project-dir",
        project,
        "--profiles-dir",
        PROJECT,
        "--quiet",
    ]
    done = subprocess.run(command, cwd=PROJECT, env=without_secrets() | settings, capture_output=True, text=True)
    if done.returncode:
        errors = [line.strip() for line in done.stdout.splitlines() if "Error" in line][:1]
        raise ConfigError(
            f"The check of the rows could not be run: {' '.join(errors) or 'dbt failed'}", "Try `uv run dbt debug`"
        )


def _write_project(project: Path, entities: list[str]) -> None:
    staging = project / "models" / "staging"
    staging.mkdir(parents=True)
    whole = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    parts = ("name", "version", "profile", "macro-paths", "flags", "dispatch", "on-run-start", "vars")
    settings = {part: whole[part] for part in parts} | {"models": {"+schema": "staging", "+materialized": "table"}}
    (project / "dbt_project.yml").write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    (project / "macros").symlink_to(PROJECT / "macros")
    for entity in entities:
        shutil.copyfile(STAGING / f"stg_files__{entity}.sql", staging / f"stg_files__{entity}.sql")
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(STAGING.glob("_*__sources.yml")):
        for source in yaml.safe_load(path.read_text("utf-8"))["sources"]:
            found.setdefault(source["name"], {**source, "tables": []})["tables"] += [
                table for table in source["tables"] if table["name"] in entities
            ]
    told = {"version": 2, "sources": list(found.values())}
    (staging / "sources.yml").write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")

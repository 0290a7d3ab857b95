"""Builds the models of another commit beside those that stand here, out of the same raw root and on the same day."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.base.settings import PROJECT, Settings
from flows.gates.project import as_of_date
from raw_views import contact_key

DBT = Path(sys.executable).with_name("dbt")


class NoReference(Exception):
    """A commit cannot be built."""


@contextmanager
def built(commit: str, here: Path | None = None, keep: Path | None = None) -> Iterator[tuple[Path, Path, Path]]:
    """Builds a commit, and what stands here if there is no file of it.

    The Python packages are those of this environment for both.

    Args:
        commit: a commit or branch of this project.
        here: the warehouse that was built from what stands here; None = it is built too.
        keep: a folder in which both stay; None = they go when the context ends.

    Yields:
        The file of the commit, the file of what stands here, and the manifest of the newer of the two that is there.

    Raises:
        NoReference: git does not know the commit, or a build fails.
    """
    with tempfile.TemporaryDirectory(prefix="kpi-reference-") as scratch:
        folder = (keep or Path(scratch)).absolute()
        key_file = (here.absolute().parent if here else folder) / contact_key.NAME
        with _worktree(commit, Path(scratch) / "worktree") as project:
            a = _build(project, folder / "a", key_file)
        b = here or _build(PROJECT, folder / "b", key_file)
        manifests = (folder / "b" / "target" / "manifest.json", folder / "a" / "target" / "manifest.json")
        yield a, b, manifests[here is not None]


@contextmanager
def _worktree(commit: str, folder: Path) -> Iterator[Path]:
    """The files of a commit in a folder of their own."""
    _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> None:
    done = subprocess.run(["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise NoReference(f"git {arguments[0]} {arguments[1]}: {done.stderr.strip()}")


def _build(project: Path, folder: Path, key_file: Path) -> Path:
    """Seeds and models of a project, without its tests, in a file of its own."""
    if folder.exists():
        raise NoReference(f"{folder} is there already; name another folder to keep the files in")
    folder.mkdir(parents=True)
    environment = {"KPI_CONTACT_KEY_FILE": str(key_file), "DO_NOT_TRACK": "1"} | os.environ | {
        "KPI_RAW_ROOT": str(Settings.read().raw_root),
        "KPI_AS_OF": as_of_date().isoformat(),
        "KPI_WAREHOUSE": str(folder / "kpi.duckdb"),
        "KPI_RAW_VIEWS_CACHE": str(folder / "raw_views"),
        "KPI_PROJECT_DIR": str(project),
        "PYTHONPATH": str(project),  # its own `raw_views`, before the one that is installed here
    }  # fmt: skip
    command = [DBT, "build", "--quiet", "--exclude-resource-type", "test", "unit_test"]
    command += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise NoReference(f"dbt build failed in {project}:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return folder / "kpi.duckdb"

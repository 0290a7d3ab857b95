"""Fixtures: a clean environment, a disk of a few megabytes."""

import os
import subprocess

import pytest


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in os.environ:
        if name.startswith(("KPI_", "PREFECT_")):
            monkeypatch.delenv(name)


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of six megabytes, where the machine lets one be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)

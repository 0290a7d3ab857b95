import os

import pytest


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    """Settings of a test's own: no mapping of anybody else's, a warehouse folder for the key."""
    for name in os.environ:
        if name.startswith("KPI_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("KPI_MAPPINGS", str(tmp_path / "mappings"))
    monkeypatch.setenv("KPI_WAREHOUSE", str(tmp_path / "warehouse" / "kpi.duckdb"))
    monkeypatch.setenv("KPI_CONTACT_KEY", "a secret of the tests alone")

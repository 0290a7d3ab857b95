"""The SQL that `kpi check` judges rows by: made by dbt once, and kept until something changes."""

import pytest

from flows.base.errors import ConfigError
from flows.intake import models


def test_dbt_is_started_once(tmp_path, monkeypatch):
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    monkeypatch.setenv("KPI_AS_OF", "2026-01-10")
    made = models.staging_queries(["reviews"])
    assert made["reviews"].table["table"] == "reviews" and "row_status" in made["reviews"].sql

    def no_dbt(entities):
        raise ConfigError("dbt is started", "")

    monkeypatch.setattr(models, "_compiled", no_dbt)
    assert models.staging_queries(["reviews"]) == made
    for name, value in (("KPI_AS_OF", "2026-01-11"), ("KPI_TIMEZONE", "Asia/Omsk")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            with pytest.raises(ConfigError):
                models.staging_queries(["reviews"])
    with pytest.raises(ConfigError):
        models.staging_queries(["reviews", "leads"])

"""Fixtures: an empty raw root, a clean environment."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "raw"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("KPI_BITRIX24_WEBHOOK", "KPI_SHOP_WEBHOOK", "KPI_METRICA_TOKEN", "KPI_METRICA_COUNTER"):
        monkeypatch.delenv(name, raising=False)
    for name in (
        "KPI_DIRECT_TOKEN",
        "KPI_DIRECT_LOGIN",
        "KPI_DIRECT_VAT",
        "KPI_DIRECT_DETAIL",
        "KPI_INBOX",
        "KPI_RAW_ROOT",
        "KPI_TIMEZONE",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("KPI_AMOCRM_URL", "KPI_AMOCRM_TOKEN", "KPI_HUBSPOT_TOKEN", "KPI_HUBSPOT_URL", "KPI_SOURCES"):
        monkeypatch.delenv(name, raising=False)
    for name in ("KPI_SALESFORCE_URL", "KPI_SALESFORCE_CLIENT_ID", "KPI_SALESFORCE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    for name in [one for one in os.environ if one.startswith(("KPI_VK_ADS_", "KPI_GOOGLE_", "KPI_GA4_", "KPI_JIRA_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")

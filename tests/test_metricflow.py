"""One definition: what MetricFlow says of a KPI is what the scorecard says of it."""

import csv
import datetime as dt
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse import PROJECT, SETTINGS

PROMISED = {"revenue", "win_rate", "aov", "lead_to_deal_conversion", "cac"}


@pytest.fixture(scope="module")
def project(demo, tmp_path_factory):
    """The project in a folder of its own, where mf finds a target and a warehouse that nobody else holds."""
    folder = tmp_path_factory.mktemp("metricflow")
    built = Path(demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()[0]).parent
    for name in (
        "dbt_project.yml",
        "profiles.yml",
        "selectors.yml",
        "models",
        "systems",
        "macros",
        "seeds",
        "tests",
        "raw_views",
    ):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "target").mkdir()
    shutil.copy(built / "target" / "semantic_manifest.json", folder / "target")
    shutil.copy(built / "kpi.duckdb", folder)
    return folder


@pytest.fixture(scope="module")
def metrics(project):
    """Metrics by name, as dbt hands them to MetricFlow."""
    manifest = json.loads((project / "target" / "semantic_manifest.json").read_text(encoding="utf-8"))
    return {metric["name"]: metric for metric in manifest["metrics"]}


def run_mf(project, *arguments):
    """Run mf once; fails with its output unless it exits with 0."""
    environment = {k: v for k, v in os.environ.items() if k not in SETTINGS}
    environment |= {"KPI_WAREHOUSE": str(project / "kpi.duckdb"), "DO_NOT_TRACK": "1", "DBT_LOG_PATH": str(project)}
    command = [Path(sys.executable).with_name("mf"), *arguments]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def query(project, metrics, *slices):
    """`mf query` by month: one dict a row, numbers as text, nothing as an empty text."""
    result = project / "result.csv"
    group_by = ",".join(["metric_time__month", *slices])
    run_mf(project, "query", "--quiet", "--metrics", ",".join(metrics), "--group-by", group_by, "--csv", result)
    with result.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_definitions_are_the_catalogues(demo, metrics):
    def parts(metric):
        given = metric["type_params"]
        if metric["type"] == "ratio":
            return given["numerator"]["name"], given["denominator"]["name"]
        if metric["type"] == "derived":
            return tuple(part["name"] for part in given["metrics"])
        return given["measure"]["name"], None

    catalogue = {
        kpi: tuple(part and part.removeprefix("kpi:") for part in measures)
        for kpi, *measures in demo.execute("select kpi_id, numerator, denominator from marts.kpi_catalogue").fetchall()
    }
    # without a margin MetricFlow has no profit to divide; the scorecard, whose sums are nought then, leaves such customers out
    catalogue["ltp"] = (catalogue["ltp"][0], "customers_to_date")
    declared = {name: parts(metric) for name, metric in metrics.items() if name in catalogue}
    assert declared == {name: catalogue[name] for name in declared}
    assert PROMISED <= declared.keys() and len(declared) >= 15


def test_metricflow_finds_no_fault(project):
    run_mf(project, "validate-configs", "--skip-dw")


@pytest.mark.parametrize("dimension", ["all", "channel"])
def test_mf_query_equals_the_scorecard(demo, project, metrics, dimension):
    kinds = dict(
        demo.execute(
            "select kpi_id, kind from marts.kpi_catalogue where $1 = 'all' or list_contains(split(dimensions, ' '), $1)",
            [dimension],
        ).fetchall()
    )
    kpis = sorted(metrics.keys() & kinds.keys())
    assert len(kpis) >= 15

    def figure(kpi, value):
        # what did not happen is nought of a count, and nothing of a ratio
        return float(value) if value not in ("", None) else None if kinds[kpi] == "ratio" else 0.0

    told = {}
    for row in query(project, kpis, *({dimension} - {"all"})):
        month = dt.datetime.fromisoformat(row["metric_time__month"]).date()
        told |= {(kpi, month, row.get(dimension, "all")): figure(kpi, row[kpi]) for kpi in kpis}
    known = {
        (kpi, *cell): figure(kpi, value)
        for kpi, *cell, value in demo.execute(
            "select kpi_id, period_start, dimension_key, value from marts.kpi_values"
            " where period_grain = 'month' and dimension = $1 and list_contains($2, kpi_id)",
            [dimension, kpis],
        ).fetchall()
    }
    differences = {}
    for cell in told.keys() | known.keys():
        one, other = (figures.get(cell, figure(cell[0], None)) for figures in (told, known))
        if one is None or other is None:
            same = one is other
        else:
            same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
        if not same:
            differences[cell] = one, other
    assert sum(value is not None for value in known.values()) > 1000
    assert differences == {}

"""The same models on Spark: what differs between the engines gives the same answers."""

import csv
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from tests.test_properties import AS_OF, company
from tests.warehouse import PROJECT

PORT = 21760
# What is built of the company: seeds, and from raw files over typed rows and an entity to marts with a contract.
PART = ["+bridge_day_periods", "+kpi_definitions", "+dim_materials"]
CLUSTER = PROJECT / "bench" / "spark" / "cluster"
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not find_spec("pyspark"), reason="pyspark is not installed: .ci/run spark brings it"),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The environment of a build of a small company, while a cluster runs."""
    folder = tmp_path_factory.mktemp("spark")
    for table, (header, *rows) in company(Random(7)).items():
        path = folder / "raw" / "files" / table / "all.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header.split(","), *rows])
    told = os.environ | {
        "KPI_SPARK_PORT": str(PORT),
        "KPI_SPARK_FOLDER": str(folder / "cluster"),
        "KPI_WAREHOUSE": str(folder / "kpi.duckdb"),
        "KPI_RAW_ROOT": str(folder / "raw"),
        "KPI_AS_OF": f"{AS_OF:%Y-%m-%d}",
        "KPI_SOURCES": "files",
        "DO_NOT_TRACK": "1",
    }
    started = subprocess.run([sys.executable, CLUSTER, "start"], env=told, capture_output=True, text=True)
    if "needs Java 17" in started.stderr:
        pytest.skip("there is no Java 17: Spark is not tested")
    try:
        assert started.returncode == 0, started.stderr
        yield told
    finally:
        subprocess.run([sys.executable, CLUSTER, "stop", "--forget"], env=told, check=True, capture_output=True)


def dbt(settings: dict[str, str], *arguments: str) -> str:
    """Runs dbt; gives what it printed."""
    folder = Path(settings["KPI_WAREHOUSE"]).parent
    command = [
        Path(sys.executable).with_name("dbt"),
        *arguments,
        "--target-path",
        folder / "target",
        "--log-path",
        folder / "logs",
    ]
    done = subprocess.run(command, cwd=PROJECT, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_what_differs_between_the_engines_gives_the_same_answers(settings):
    query = (PROJECT / "tests" / "spark" / "macros.sql").read_text("utf-8")
    answers = {}
    for target in ("duckdb", "spark"):
        told = dbt(settings, "show", "--quiet", "--output", "json", "--inline", query, "--target", target)
        answers[target] = json.loads(told[told.index("{") :])["show"][0]
    assert answers["spark"] == answers["duckdb"]
    assert (
        answers["duckdb"]
        | {
            "matches_any_case": "true",
            "replaced": "2026-01-31",
            "decoded": "а+b+c",
            "cleaned": "два слова",
            "instant": "2026-01-31 19:30:00.5",
            "money": "1234.50",
            "end_of_day": "2026-01-31 20:59:59",
            "kept": 2,
            "quarter": 1.5,
        }
        == answers["duckdb"]
    )


def test_a_part_of_a_small_company_is_the_same_on_both_engines(settings):
    for target in ("duckdb", "spark"):
        chosen = "-s", *PART, "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious"
        dbt(settings, "build", "--target", target, *chosen)
    marts = "dim_materials", "dim_period", "bridge_day_periods", "dim_date", "kpi_definitions"
    file = Path(settings["KPI_WAREHOUSE"])
    compare = [
        Path(sys.executable).with_name("kpi"),
        "compare",
        file,
        "spark",
        "--manifest",
        file.parent / "target/manifest.json",
    ]
    only = ",".join(f"marts.{mart}" for mart in marts)
    told = subprocess.run([*compare, "--only", only], cwd=PROJECT, env=settings, capture_output=True, text=True)
    assert told.stdout == f"{len(marts)} tables compared, no difference\n", told.stdout + told.stderr


def test_a_cluster_that_cannot_start_says_why(tmp_path):
    told = os.environ | {
        "JAVA_HOME": str(tmp_path),
        "KPI_SPARK_FOLDER": str(tmp_path),
        "KPI_SPARK_PORT": str(PORT + 10),
    }
    started = subprocess.run([sys.executable, CLUSTER, "start"], env=told, capture_output=True, text=True)
    assert (started.returncode, started.stderr.startswith("cluster: Spark needs Java 17")) == (1, True)

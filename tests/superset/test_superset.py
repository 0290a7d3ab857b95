"""A real Superset, in an environment of its own: the bundle goes in, and every chart's query gives the figures of the boards."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from socket import socket

import duckdb
import pytest

from flows.boards import data, spec
from flows.boards.superset import Bundle
from flows.boards.superset_server import READERS, Server
from flows.cli import main
from flows.postgres import Target, serve
from tests.test_boards import near
from tests.warehouse import PROJECT

pytestmark = pytest.mark.superset
PASSWORD = "only-for-this-test"
MONTHS = "where period_grain = 'month'"
HOME = PROJECT / "bi" / "superset"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment that docs/superset.md makes, and what Superset is told there."""
    folder = tmp_path_factory.mktemp("superset")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KPI_", "VIRTUAL_ENV"))}
    env |= {
        "SUPERSET_CONFIG_PATH": str(HOME / "superset_config.py"), "SUPERSET_SECRET_KEY": "k" * 42, "SUPERSET_ADMIN_PASSWORD": PASSWORD,
        "FLASK_APP": "superset", "SUPERSET_HOME": str(folder),
    }  # fmt: skip
    commands = [
        ["uv", "venv", "--quiet", "--python", sys.executable, folder / "env"],
        ["uv", "pip", "install", "--quiet", "--no-config", "--python", folder / "env", "-r", HOME / "requirements.txt"],
    ]
    for command in commands:
        done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=folder)
        if done.returncode and "No solution found" not in done.stderr:
            pytest.skip(f"Superset can't be had here: {done.stderr.strip().splitlines()[-1]}")
        assert done.returncode == 0, done.stderr
    return folder, env


@pytest.fixture(scope="module")
def address(installed):
    """A fresh Superset that runs."""
    folder, env = installed
    done = subprocess.run(
        [folder / "env/bin/python", HOME / "prepare.py"], env=env, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [folder / "env/bin/superset", "run", "-p", str(port)], env=env, cwd=folder, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=5)
                break
            except OSError:
                assert server.poll() is None, (folder / "log").read_text()[-3000:]
                time.sleep(0.5)
        yield url
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def file(demo):
    return demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()[0]


@pytest.fixture
def brought(address, file, monkeypatch):
    """Brings the bundle into the server by the documented command, and gives it."""
    monkeypatch.setenv("KPI_SUPERSET_PASSWORD", PASSWORD)
    monkeypatch.setenv("KPI_WAREHOUSE", file)
    monkeypatch.setenv("KPI_LANGUAGE", "ru")

    def bring() -> Bundle:
        assert main(["superset", "--into", address, "--from", file]) == 0
        with duckdb.connect(file, read_only=True) as connection:
            bundle = Bundle(spec.read(), connection, "ru", "")
            bundle.files()
        return bundle

    return bring


def asked(server: Server, bundle: Bundle, month: str) -> dict[str, list[dict]]:
    """Rows of each chart by its id in the bundle: the queries that the server keeps, with the filters of its dashboards."""
    filters: dict[int, list[dict]] = defaultdict(list)
    for board in server._all("dashboard", "id"):
        metadata = json.loads(server.ask("GET", f"dashboard/{board['id']}")["result"]["json_metadata"])
        charts = [one["id"] for one in server.ask("GET", f"dashboard/{board['id']}/charts")["result"]]
        for one in metadata["native_filter_configuration"]:
            column = one["targets"][0]["column"]["name"]
            default = one["defaultDataMask"]["filterState"].get("value") or ([month] if column == "period" else None)
            for chart in charts:
                if default and chart not in one["scope"]["excluded"]:
                    filters[chart].append({"col": column, "op": "IN", "val": default})
    batches: dict[int, list[tuple[str, dict]]] = defaultdict(list)
    for chart in server._all("chart", "id,uuid"):
        if chart["uuid"] not in bundle.charts:
            continue  # of boards that were brought before
        told = json.loads(server.ask("GET", f"chart/{chart['id']}")["result"]["query_context"])
        (query,) = told["queries"]
        query["filters"] += filters[chart["id"]]
        batches[told["datasource"]["id"]].append((chart["uuid"], query))
    found = {}
    for dataset, told in batches.items():
        for start in range(0, len(told), 20):
            part = told[start : start + 20]
            context = {
                "datasource": {"id": dataset, "type": "table"}, "queries": [query for _, query in part], "force": True,
                "result_format": "json", "result_type": "full",
            }  # fmt: skip
            results = server.ask("POST", "chart/data", json=context)["result"]
            found |= {key: result["data"] for (key, _), result in zip(part, results, strict=True)}
    assert found.keys() == bundle.charts.keys()
    return found


def wrong_figures(demo, bundle: Bundle, found: dict[str, list[dict]], month: str) -> list:
    """The charts whose rows are not those of kpi_values, or of the tile of the page that the mart fills."""
    wrong, tiles = [], {(board.name, n): tile for board in bundle.boards for n, tile in enumerate(board.tiles)}
    values = defaultdict(dict)
    for kpi, dimension, name, start, *figures in demo.execute(
        "select kpi_id, dimension, dimension_name_ru, period_start::varchar, value, year_ago_value, target_value from marts.kpi_values"
        " where period_grain = 'month'"
    ).fetchall():
        values[kpi, dimension][name if dimension != "all" else "", start] = figures
    for key, chart in bundle.charts.items():
        tile, rows = tiles[chart["board"], chart["tile"]], found[key]
        if tile.mart:
            expected = _of_page(demo, tile, month)
            shown = [[_day(cell) for cell in row.values()] for row in rows]
            if tile.kind == "bars":  # of equal rank, the pages sort by key and Superset by name
                shown, expected = (sorted(one, key=lambda row: float(row[1])) for one in (shown, expected))
            fits = len(shown) == len(expected) and all(
                _same(one, other, tile) for one, other in zip(shown, expected, strict=True)
            )
        elif tile.kind == "line":
            expected = {start: figures for (_, start), figures in values[tile.kpis[0], "all"].items()}
            fits = {_day(row["period_start"]) for row in rows} == set(expected) and all(
                all(map(near, (row[tile.kpis[0]], row["year_ago_value"], row["target_value"]), expected[_day(row["period_start"])]))
                for row in rows
            )  # fmt: skip
        else:
            of = [(kpi, values[kpi, tile.by or "all"]) for kpi in chart["kpis"]]
            fits = bool(rows) and all(
                near(row[kpi], known.get((row.get("dimension_name", ""), month), [None])[0])
                for row in rows
                for kpi, known in of
            )
        if not fits:
            wrong.append((chart["board"], chart["slice_name"]))
    return wrong


def _of_page(demo, tile, month):
    found = data._tile_rows(tile, {"month": [month]} | dict.fromkeys(("week", "quarter", "year"), []), demo)
    return found.get("") or found.get(f"month|{month}") or []


def _day(cell):
    """A day as the pages have it; Superset tells milliseconds."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell > 10**11:
        return time.strftime("%Y-%m-%d", time.gmtime(cell / 1000))
    return cell[:10] if isinstance(cell, str) and cell[4:5] == "-" and cell[10:11] == "T" else cell


def _same(shown, expected, tile) -> bool:
    for cell, told, column in zip(shown, expected, tile.columns, strict=True):
        if column.of or isinstance(told, dict):  # a name beside its key; what is not ripe has no figure
            if isinstance(told, dict) and cell is not None:
                return False
            continue
        told = told[0] if isinstance(told, list) else told
        if column.unit == "flag":
            cell = {"✓": True, "–": False}.get(cell)
        if isinstance(cell, bool) or isinstance(told, bool) or told is None or isinstance(told, str):
            if cell != told:
                return False
        elif cell is None or abs(float(cell) - float(told)) > 2e-6 * max(1, abs(float(told))):
            return False
    return True


@pytest.fixture(scope="module")
def month(demo):
    query = "select max(period_start)::varchar from marts.periods where period_grain = 'month' and is_complete"
    return demo.execute(query).fetchone()[0]


def test_every_chart_over_duckdb_shows_the_figures(demo, address, brought, month):
    bundle, server = brought(), Server(address, "admin", PASSWORD)
    found = asked(server, bundle, month)
    assert wrong_figures(demo, bundle, found, month) == []
    labels = server.ask("GET", "dataset/1")["result"]
    assert {"Показатель", "Период", "Срез"} <= {column["verbose_name"] for column in labels["columns"]}


def test_everybody_sees_what_the_mart_of_rights_says(demo, address, brought):
    """A manager sees his own rows, whoever is listed nowhere none, and the same question in a cache is not the other's answer."""
    brought()
    admin = Server(address, "admin", PASSWORD)
    (manager,) = demo.execute(
        "select manager from marts.deal_health where manager in (select viewer from marts.access_rights) group by 1 order by count(*) desc limit 1"
    ).fetchone()
    roles = [one["id"] for one in admin._all("security/roles", "id,name") if one["name"] in (READERS, "Gamma")]
    for number, name in enumerate((manager, "nobody")):
        told = {
            "username": name,
            "password": PASSWORD,
            "first_name": "A",
            "last_name": "B",
            "email": f"{number}@localhost",
            "active": True,
            "roles": roles,
        }
        admin.ask("POST", "security/users/", json=told)
    datasets = {one["table_name"]: one["id"] for one in admin._all("dataset", "id,table_name")}
    seen = {}
    for name in ("admin", manager, "nobody"):
        server = Server(address, name, PASSWORD)
        for dataset in ("boards_kpi_values", "boards_deal_health"):
            query = {"columns": ["dimension", "dimension_key"], "metrics": [], "filters": [], "row_limit": 10000}
            context = {"datasource": {"id": datasets[dataset], "type": "table"}, "queries": [query]}
            rows = server.ask("POST", "chart/data", json=context)["result"][0]["data"]
            seen[name, dataset] = {(row["dimension"], row["dimension_key"]) for row in rows}
    rights = demo.execute(
        "select dimension, dimension_key from marts.access_rights where viewer = ?", [manager]
    ).fetchall()
    assert len(seen["admin", "boards_kpi_values"]) > 300 and ("all", "all") in seen["admin", "boards_deal_health"]
    for dataset in ("boards_kpi_values", "boards_deal_health"):
        assert seen[manager, dataset] and seen[manager, dataset] == set(rights) & seen["admin", dataset]
        assert seen["nobody", dataset] == set()


def test_every_chart_over_postgres_shows_the_figures(
    demo, address, brought, file, month, postgres, tmp_path, monkeypatch
):
    monkeypatch.setenv("KPI_SUPERSET_DATABASE", postgres.replace("postgresql://", "postgresql+psycopg2://"))
    marts = {mart for board in spec.read() for mart in board.marts} | {"periods", "access_rights"}
    with duckdb.connect(str(tmp_path / "kpi.duckdb")) as made:  # what the charts read, and of the KPIs the months
        made.execute(f"attach '{file}' as built (read_only); create schema marts")
        for mart in marts:
            made.execute(
                f"create table marts.{mart} as from built.marts.{mart} {MONTHS if mart == 'kpi_values' else ''}"
            )
    serve(Target.of(postgres, "marts"), tmp_path / "kpi.duckdb", "20260701T000000Z")
    bundle = brought()
    found = asked(Server(address, "admin", PASSWORD), bundle, month)
    assert wrong_figures(demo, bundle, found, month) == []

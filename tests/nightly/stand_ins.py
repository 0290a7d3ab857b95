"""Stand-ins that make a night quick: `night` is the real one, but calls this file for dbt, the gates and the loaders; `deployed`
is the same as Prefect's workers start it; `real` calls it for the gates alone.

dbt: reads the raw leads, makes a small private file, prints events as dbt does. STAND_IN_DBT says what else: `slow`,
`fail`, `grandchild`, `full` (writes until the disk is full), `env` (prints its environment), `drop` (a raw file comes meanwhile).
gates: pass, unless STAND_IN_GATE names the gate that finds something critical.
loader: the real one, less patient.
"""

import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))


def stand_in() -> None:
    from flows.night import build, load

    build.DBT = (sys.executable, HERE, "dbt")
    build.GATES = (sys.executable, HERE, "gate")
    load.LOADER = (sys.executable, HERE, "load")


def deployed() -> int:
    """A flow run that the server knows before its process begins, as those of a worker of Prefect are."""
    from prefect.client.orchestration import get_client
    from prefect.flow_engine import run_flow

    from flows.night.flow import nightly

    stand_in()
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(nightly)
    os.environ["PREFECT__FLOW_RUN_ID"] = str(run.id)
    print(run_flow(nightly, run, return_type="state"))
    return 0


def night() -> int:
    from flows import cli

    stand_in()
    return cli.main(["night", *sys.argv[2:]])


def real() -> int:
    from flows import cli
    from flows.night import build

    build.GATES = (sys.executable, HERE, "gate")
    return cli.main(["night", *sys.argv[2:]])


def loader() -> int:
    from flows import cli, extract

    quick = extract.Settings(attempts=3, backoff_seconds=0.01, backoff_max_seconds=0.02, read_seconds=2, wait_seconds=3)
    extract.load = partial(extract.load, settings=quick)
    return cli.main(["load", *sys.argv[2:]])


def tell(name: str, message: str, level: str = "info", **data) -> None:
    print(json.dumps({"data": data, "info": {"name": name, "level": level, "msg": message}}), flush=True)


def dbt() -> int:
    verb, what = sys.argv[2], os.environ.get("STAND_IN_DBT", "")
    target = Path(sys.argv[sys.argv.index("--target-path") + 1])
    count = Path(os.environ["KPI_WAREHOUSE"]).parents[3] / "builds"
    tell("JinjaLogInfo", f"raw root {os.environ['KPI_RAW_ROOT']}")
    if what == "env":
        print("\n".join(f"{name}={value}" for name, value in os.environ.items()))
    if verb == "seed":
        return 0
    with open(count, "a") as stream:
        stream.write("build\n")
    if what == "grandchild":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(count)])
    node = {"resource_type": "model", "node_name": "leads"}
    tell("LogStartLine", "1 of 1 START sql table model marts.leads", node_info=node, index=1, total=1)
    if what in ("slow", "grandchild"):
        time.sleep(60)
    if what == "fail":
        tell("LogModelResult", "1 of 1 ERROR", "error", node_info=node, status="error", index=1, total=1)
        problem = {"unique_id": "model.kpi.leads", "status": "error", "message": "Runtime Error\n  no such column: x"}
        (target / "run_results.json").write_text(json.dumps({"results": [problem]}))
        return 1
    if what == "drop":
        Path(os.environ["KPI_RAW_ROOT"], "files", "leads", "dropped.csv").write_text("lead_id\n2\n")
    make_file(full=what == "full")
    tell("LogModelResult", "1 of 1 OK", node_info=node, status="OK", index=1, total=1)
    return 0


def make_file(full: bool) -> None:
    import duckdb

    leads = Path(os.environ["KPI_RAW_ROOT"], "files", "leads")
    files = [str(path) for path in leads.glob("*.parquet")]
    found = f"select distinct lead_id from read_parquet({files})" if files else "select '' as lead_id where false"
    with duckdb.connect(os.environ["KPI_WAREHOUSE"]) as connection:
        connection.execute("drop schema if exists marts cascade; create schema marts")
        connection.execute(f"create table marts.leads as {found}")
        connection.execute("create table marts.kpi_catalogue as select unnest(['leads_new', 'aov']) as kpi_id")
        connection.execute(
            "create table marts.kpi_values as select 'leads_new' as kpi_id, 'all' as dimension,"
            " count(*)::double as value from marts.leads"
        )
        connection.execute(
            "create table marts.source_tie_out as select 'files' as source_name, count(*) as raw_rows,"
            " 0 as rejected_rows, current_date as load_day from marts.leads"
        )
        connection.execute(
            "create table marts.report_daily as select 1 as position, true as is_latest, 'Leads' as name_en,"
            " 'Лиды' as name_ru, current_date as period_start, 5 as value, null as plan_value, 4 as previous_value, 'up' as sign,"
            " 'count' as unit, 'лучше' as sign_ru, 'better' as sign_en"
        )
        if full:
            connection.execute(
                "create table marts.big as select uuid() as id, md5(i::varchar) as t from range(3000000) r(i)"
            )


def gate() -> int:
    which, told = sys.argv[2], sys.argv[sys.argv.index("--json") + 1]
    passed = os.environ.get("STAND_IN_GATE") != which
    checks = [
        {"name": "leads_fresh", "severity": "critical", "passed": passed, "observed": 3},
        {"name": "leads_volume", "severity": "warning", "passed": False, "observed": 1},
    ]
    for check in checks:
        check |= {"message_en": "no new leads for 3 days", "message_ru": "нет новых лидов 3 дня"}
    Path(told).write_text(json.dumps({"gate": which, "passed": passed, "checks": checks, "data_docs": ""}))
    return 0 if passed else 1


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(
        {"night": night, "deployed": deployed, "real": real, "dbt": dbt, "gate": gate, "load": loader}[sys.argv[1]]()
    )

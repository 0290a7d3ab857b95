import pytest

from tests.warehouse import build


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo company's warehouse, built once with all its data tests, as `uv run dbt build` does."""
    with build(tmp_path_factory.mktemp("demo")) as connection:
        yield connection

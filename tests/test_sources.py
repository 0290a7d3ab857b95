"""Sources that are empty or taken out: the rest still builds."""

import shutil

import pytest

from tests.warehouse import PROJECT, build

PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests/dbt", "landing")


@pytest.fixture
def project(tmp_path):
    """A copy of the dbt project that a test may edit."""
    copy = tmp_path / "project"
    for part in PARTS:
        source, target = PROJECT / part, copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    (copy / "analyses").mkdir()
    return copy


def without(project, off):
    """Takes sources out of the project."""
    settings = project / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8")
    for source in off:
        assert f"      {source}: {{+enabled: true}}" in text
        text = text.replace(f"      {source}: {{+enabled: true}}", f"      {source}: {{+enabled: false}}")
    settings.write_text(text, encoding="utf-8")


def built(project, tmp_path, *arguments):
    """Builds the models over an empty raw root."""
    (tmp_path / "raw").mkdir()
    only_models = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    return build(tmp_path / "built", *only_models, *arguments, project=project, KPI_RAW_ROOT=str(tmp_path / "raw"))


def test_every_source_is_taken_out_by_its_line(project, tmp_path):
    without(project, ["files", "bitrix_shop", "yandex_direct", "yandex_metrica", "bitrix24"])
    with built(project, tmp_path) as warehouse:
        assert warehouse.execute("select count(*) from marts.kpi_values").fetchone() == (0,)
        assert warehouse.execute("select count(*) from marts.kpi_catalogue").fetchone() == (102,)


def test_some_sources_are_taken_out(project, tmp_path):
    """What reads sources one by one still builds; the rest reads only what these give, in the same shape."""
    without(project, ["files", "yandex_metrica", "bitrix24"])
    with built(
        project, tmp_path, "-s", "+path:models/intermediate/entities", "+rejected_rows", "+source_tie_out"
    ) as warehouse:
        assert warehouse.execute("select count(*) from intermediate.orders").fetchone() == (0,)
        assert warehouse.execute("select count(*) from intermediate.leads").fetchone() == (0,)
        assert warehouse.execute("select count(*) from quality.rejected_rows").fetchone() == (0,)

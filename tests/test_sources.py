"""Sources that are empty or taken out: the rest still builds."""

import shutil

import pytest

from tests.warehouse import PROJECT, build

PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests/dbt", "raw_views")


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


@pytest.mark.parametrize(
    "off",
    [
        ["files", "yandex_metrica", "bitrix24"],
        ["files", "bitrix_shop", "yandex_direct", "yandex_metrica", "bitrix24"],
    ],
    ids=" ".join,
)
def test_a_source_is_taken_out_by_one_line(project, tmp_path, off):
    settings = project / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8")
    for source in off:
        assert f"      {source}: {{+enabled: true}}" in text
        text = text.replace(f"      {source}: {{+enabled: true}}", f"      {source}: {{+enabled: false}}")
    settings.write_text(text, encoding="utf-8")
    (tmp_path / "raw").mkdir()
    raw_root = str(tmp_path / "raw")
    only_models = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    with build(tmp_path / "built", *only_models, project=project, KPI_RAW_ROOT=raw_root) as warehouse:
        assert warehouse.execute("select count(*) from marts.kpi_values").fetchone() == (0,)
        listed = len((PROJECT / "seeds" / "seed_kpi_catalogue.csv").read_text("utf-8").splitlines()) - 1
        assert warehouse.execute("select count(*) from marts.kpi_catalogue").fetchone() == (listed,)

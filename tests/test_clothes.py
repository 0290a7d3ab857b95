"""The demo company in other clothes: the same answers come out of other systems, but for those that its list says they cannot tell.

`demo/clothes/<system>.yml` lists the answers that cannot come out. A line that lists one that does come out is wrong too.
"""

import json
import os
import sys

import pytest
import yaml

from tests.test_demo_company import COMPARED, FAMILIES
from tests.warehouse import PROJECT, build

sys.path.insert(0, str(PROJECT))

from demo import clothes, generate  # noqa: E402

# a minute of work each: the lane `clothes` of .ci/run asks for it
slow = pytest.mark.skipif(not os.environ.get("KPI_SLOW"), reason="takes minutes: set KPI_SLOW=1")


@slow
@pytest.mark.parametrize("system", clothes.SYSTEMS)
def test_the_same_answers_come_out(system, tmp_path):
    told = yaml.safe_load((clothes.FOLDER / f"{system}.yml").read_text(encoding="utf-8"))
    generate.main(["--clothes", system, "--out", str(tmp_path)])
    settings = {"KPI_SOURCES": told["sources"], "KPI_RAW_ROOT": str(tmp_path / "raw"), "KPI_AS_OF": "2026-07-01"}
    chosen = ("-s", "+kpi_values", "+kpi_companions", "+source_tie_out", "--exclude-resource-type", "test", "unit_test")
    answers, wrong, untied = 0, {}, None
    with build(tmp_path, *chosen, "--vars", json.dumps(told["vars"]), **settings) as warehouse:
        untied = warehouse.execute("select table_name from marts.source_tie_out where not is_tied_out").fetchall()
        for family in FAMILIES:
            file = tmp_path / "answers" / f"{family}.csv.gz"
            answers += warehouse.execute(f"select count(*) from read_csv('{file}', all_varchar = true)").fetchone()[0]
            for row in warehouse.execute(COMPARED.format(answers=file)).fetchall():
                wrong.setdefault((row[0], row[3]), []).append(row)
    listed = {}
    for reason in told["untold"]:
        assert len(reason["why"]) > 20
        for kpi, dimensions in reason["answers"].items():
            listed |= dict.fromkeys((kpi, dimension) for dimension in dimensions.split())
    assert answers > 15_000 and untied == []
    assert {key: rows[:3] for key, rows in wrong.items() if key not in listed} == {}
    assert sorted(listed.keys() - wrong.keys()) == []

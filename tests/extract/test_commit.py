"""A load is seen whole or not at all, whatever happens to the loader."""

import json
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extract.tools import NOW, QUICK, alive, ended, read, seen, started

from flows.extract import Busy, ConfigError, Total
from flows.extract.commit import BUFFER_ROWS, Load, known_keys, state_of
from flows.extract.common import Deadline, Run, as_text, parse_json

STEPS = ("link", "rename", "replace", "symlink", "mkdir")  # what changes the file system


def run_of(root: Path, number: int = 0, source: str = "bitrix24", **settings) -> Run:
    return Run(source, root, NOW + timedelta(days=number), None, None, replace(QUICK, **settings), Deadline(20))


def load_two(root: Path, number: int, source: str = "bitrix24") -> None:
    """A load of one row in each of two tables and in the totals, and a cursor."""
    with Load(run_of(root, number, source)) as load:
        load.add("crm_lead", [{"ID": str(number)}])
        load.add("crm_deal", [{"ID": str(number)}])
        load.add_total(Total("crm_deal", f"day {number}", "1"))
        load.commit({"cursor": number})


def view(root: Path) -> tuple:
    """Everything that a reader can see of the loads."""
    tables = ("crm_lead", "crm_deal")
    ids = tuple(tuple(row["ID"] for row in read(root, "bitrix24", table)) for table in tables)
    days = tuple(row["day"] for row in read(root, "control", "totals"))
    return (*ids, days, state_of(root, "bitrix24").get("cursor"))


def test_layout_and_values(root):
    with Load(run_of(root)) as load:
        row = parse_json(
            '{"ID": "1", "SUM": 90000.50, "N": 18446744073709551615, "B": true, "L": [{"a": "й"}], "E": null}'
        )
        load.add("crm_lead", [row])
        assert seen(root) == {}
        load.commit({"cursor": 1})
    (row,) = read(root, "bitrix24", "crm_lead")
    assert row == {
        "ID": "1",
        "SUM": "90000.50",
        "N": "18446744073709551615",
        "B": "true",
        "L": '[{"a":"й"}]',
        "E": None,
        "_loaded_at": "2026-11-20T03:00:00+00:00",
    }
    assert load.report.rows == {"crm_lead": 1}
    assert [Path(root, name).is_file() for name in load.report.files] == [True]
    assert json.loads((root / ".loads" / f"{load.report.load_id}.json").read_text())["rows"] == {"crm_lead": 1}
    assert state_of(root, "bitrix24") == {"cursor": 1}
    assert sorted(os.listdir(root / ".staging")) == []
    assert as_text(1.5) == "1.5"


def test_columns_that_appear_and_vanish(root):
    with Load(run_of(root)) as load:
        load.add("crm_deal", [{"ID": str(n), "A": "x"} for n in range(BUFFER_ROWS)])
        load.add("crm_deal", [{"ID": str(n + BUFFER_ROWS), "UF_NEW": "y"} for n in range(BUFFER_ROWS)])
        load.add("crm_deal", [{"ID": "last", "A": "z"}])
        load.commit({})
    rows = alive(root, "bitrix24", "crm_deal", "ID")
    assert len(rows) == 2 * BUFFER_ROWS + 1
    assert [rows[key].get(name) for key, name in (("0", "A"), (str(BUFFER_ROWS), "UF_NEW"), ("last", "A"))] == [
        "x",
        "y",
        "z",
    ]
    assert len(load.report.files) == 2  # one for each set of columns


def kills(base: Path, prepare) -> Iterator[tuple[int, Path]]:
    """Copies of a root in which a load of number 1 was killed at its n-th change of the file system, for every n."""
    prepare(base)
    for step in count(1):
        root = base.with_name(f"killed-{step}")
        shutil.copytree(base, root, symlinks=True)
        status = ended(started(partial(_load_and_die, root, step)))
        if status == 0:
            return
        assert status == -signal.SIGKILL
        yield step, root


def _load_and_die(root: Path, step: int) -> None:
    calls = 0
    for name in STEPS:
        real = getattr(os, name)

        def counting(*args, _real=real, **kwargs):
            nonlocal calls
            calls += 1
            if calls == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return _real(*args, **kwargs)

        setattr(os, name, counting)
    load_two(root, 1)


def test_killed_at_every_step_of_the_commit(root):
    """Readers see the old state or the new one, and the next load goes on from there."""
    old = (("0",), ("0",), ("day 0",), 0)
    new = (("0", "1"), ("0", "1"), ("day 0", "day 1"), 1)
    views = []
    for step, killed in kills(root, lambda base: load_two(base, 0)):
        views.append(view(killed))
        assert views[-1] in (old, new), f"half a load after step {step}"
        load_two(killed, 2)
        assert view(killed)[0] == (*views[-1][0], "2")
        assert view(killed)[3] == 2
        assert not [name for name in os.listdir(killed / ".staging") if not name.startswith("link-")]
    assert views.count(new) > 0  # killed after the switch, the load stands, cursor included
    print(f"killed {len(views)} times: {views.count(old)} loads had never been, {views.count(new)} were whole")


def test_adoption_of_an_ordinary_folder_keeps_its_files_at_every_step(root):
    """Files that were there before the first load stay, and are seen but for one moment between two renames."""

    def ordinary(base: Path) -> None:
        (base / "bitrix24" / "crm_lead").mkdir(parents=True)
        pq.write_table(
            pa.table({"ID": ["own"], "_loaded_at": ["2026"]}), base / "bitrix24" / "crm_lead" / "own.parquet"
        )

    missing = []
    for step, killed in kills(root, ordinary):
        leads, deals, days, cursor = view(killed)
        assert (sorted(leads), deals, days, cursor) in (
            (["own"], (), (), None),
            (["1", "own"], ("1",), ("day 1",), 1),
            ([], (), (), None),
        )
        missing += [] if leads else [step]
        load_two(killed, 2)
        assert "own" in view(killed)[0]
    assert len(missing) == 1
    print(f"{step} kills; after the one at step {missing[0]} the folder was missing until the next load")


def test_readers_during_commits_see_whole_loads(root):
    load_two(root, 0)
    broken, stop = [], threading.Event()

    def reader():
        while not stop.is_set():
            tree = (root / ".current").resolve()  # one moment for all tables
            leads, deals, days, _ = view(tree)
            if not len(leads) == len(deals) == len(days):
                broken.append((leads, deals, days))

    thread = threading.Thread(target=reader)
    thread.start()
    for number in range(1, 12):
        load_two(root, number)
    stop.set()
    thread.join()
    assert not broken
    assert [len(part) for part in view(root)[:3]] == [12, 12, 12]


def test_a_failed_load_leaves_nothing(root):
    load_two(root, 0)
    before = view(root)
    with pytest.raises(RuntimeError), Load(run_of(root, 1)) as load:
        load.add("crm_lead", [{"ID": "1"}])
        raise RuntimeError
    assert view(root) == before
    assert os.listdir(root / ".staging") == []


def test_one_load_of_a_source_at_a_time(root):
    with Load(run_of(root)):
        with pytest.raises(Busy, match="at work"), Load(run_of(root)):
            pass
        load_two(root, 1, "bitrix_shop")  # another source may load meanwhile
    load_two(root, 2)
    assert seen(root) == {
        "bitrix_shop/crm_lead": 1,
        "bitrix_shop/crm_deal": 1,
        "bitrix24/crm_lead": 1,
        "bitrix24/crm_deal": 1,
        "control/totals": 2,
    }


def test_two_sources_commit_at_the_same_time(root):
    def five(source):
        for number in range(5):
            load_two(root, number, source)

    children = [started(partial(five, source)) for source in ("bitrix24", "bitrix_shop")]
    assert [ended(child) for child in children] == [0, 0]
    assert len(read(root, "bitrix24", "crm_lead")) == len(read(root, "bitrix_shop", "crm_deal")) == 5
    assert len(read(root, "control", "totals")) == 10
    assert [state_of(root, source) for source in ("bitrix24", "bitrix_shop")] == [{"cursor": 4}] * 2


def test_files_of_people_are_carried_along(root):
    load_two(root, 0)
    own = root / "bitrix24" / "crm_lead" / "own.csv"
    own.write_text("ID\n7\n")
    load_two(root, 1)
    assert own.read_text() == "ID\n7\n"
    assert own.stat().st_nlink == 2


def test_old_trees_go_after_a_day(root, monkeypatch):
    load_two(root, 0)
    load_two(root, 1)
    assert len(os.listdir(root / ".trees")) == 2
    moment = time.time() + 86_401
    monkeypatch.setattr("flows.extract.commit.time.time", lambda: moment)
    load_two(root, 2)
    assert len(os.listdir(root / ".trees")) == 1
    assert len(read(root, "bitrix24", "crm_lead")) == 3


def test_a_removed_link_comes_back(root):
    load_two(root, 0)
    (root / "bitrix24").unlink()
    load_two(root, 1)
    assert len(read(root, "bitrix24", "crm_lead")) == 2


def test_known_keys_apply_deletions_in_time_order(root):
    for number, rows in enumerate(([{"ID": "1", "P": "a"}, {"ID": "2", "P": "a"}], [{"ID": "2", "P": "b"}])):
        with Load(run_of(root, number)) as load:
            load.add("crm_deal", rows)
            load.commit({})
    with Load(run_of(root, 2)) as load:
        assert load.add_deleted("crm_deal", ("ID",), [("1",)], 2)
        load.commit({})
    (root / "bitrix24" / "crm_deal" / "broken.parquet").write_bytes(b"PAR1 and no more")
    assert known_keys(root, "bitrix24", "crm_deal", ("ID",), "P") == {("2",): ("b",)}


def test_too_many_deletions_at_once_are_doubted(root):
    with Load(run_of(root)) as load:
        assert not load.add_deleted("crm_deal", ("ID",), [(str(n),) for n in range(60)], 200)
        assert load.add_deleted("crm_lead", ("ID",), [(str(n),) for n in range(60)], 2000)
        assert not load.add_deleted("crm_company", ("ID",), [(str(n),) for n in range(10)], 10)  # all of them
        assert not load.add_deleted("crm_contact", ("ID",), [(str(n),) for n in range(49)], 55)
        assert load.add_deleted("crm_company", ("ID",), [(str(n),) for n in range(9)], 10)
        assert load.add_deleted("catalog", ("ID",), [(str(n),) for n in range(9)], 100)
    doubted, told = "that looks like lost permissions", "did not come any more and are marked as deleted"
    assert [text.split(":")[0] for text in load.report.warnings if doubted in text] == [
        "crm_deal",
        "crm_company",
        "crm_contact",
    ]
    assert [text for text in load.report.warnings if told in text] == [
        f"crm_lead: 60 of 2000 known records {told}",
        f"crm_company: 9 of 10 known records {told}",
    ]


def test_a_full_disk_is_told_and_leaves_nothing(root, monkeypatch):
    load_two(root, 0)
    before = view(root)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.extract.commit.os.link", full)
    with pytest.raises(ConfigError, match="No space left"):
        load_two(root, 1)
    assert view(root) == before


def test_a_root_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="KPI_RAW_ROOT"), Load(run_of(tmp_path / "file")):
        pass


def test_progress_lines(root, caplog):
    caplog.set_level(logging.INFO, "flows.extract")
    with Load(run_of(root, progress_seconds=0)) as load:
        load.add("crm_deal", [{"ID": "1"}, {"ID": "2"}])
    assert "bitrix24: crm_deal, 2 rows (2 rows in all, 0 s)" in caplog.text

"""The inbox: any file of the contract becomes Parquet, its original is kept, and it goes only after the commit."""

import subprocess
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extract.tools import NOW, QUICK, ended, read, seen, started

from flows.extract import ConfigError, LoadError, files, load
from flows.extract.commit import state_of

TARGETS = "period_start;period_grain;kpi_id;value\n2026-11-01;month;revenue;1 000 000,5\n2026-12-01;month;revenue;\n"


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    folder = tmp_path / "inbox"
    (folder / "targets").mkdir(parents=True)
    monkeypatch.setenv("KPI_INBOX", str(folder))
    return folder


def take(root, number: int = 0, **more):
    return load("files", root, now=NOW + timedelta(days=number), settings=QUICK, **more)


def left(inbox) -> list[str]:
    return sorted(path.name for path in inbox.rglob("*") if path.is_file())


def test_csv_and_parquet_are_taken(root, inbox):
    (inbox / "targets" / "план.csv").write_bytes(TARGETS.encode("cp1251"))
    (inbox / "expenses__2026.csv").write_text(
        "month,category,kind,amount\n2026-11-01,зарплата,indirect_sales,5\n", "utf-8"
    )
    own = pa.table(
        {"employee_id": [1, 2], "hired_on": pa.array([None, 0], pa.date32()), "loaded_at": ["2020-01-01"] * 2}
    )
    (inbox / "employees").mkdir()
    pq.write_table(own, inbox / "employees" / "staff.parquet")
    report = take(root)
    assert report.rows == {"employees": 2, "expenses": 1, "targets": 2}
    assert left(inbox) == []
    first, second = read(root, "files", "targets")
    assert first == {
        "period_start": "2026-11-01",
        "period_grain": "month",
        "kpi_id": "revenue",
        "value": "1 000 000,5",
        "_raw_row": 2,  # its line in the file
        "_loaded_at": "2026-11-20T03:00:00+00:00",
        "loaded_at": None,  # a first load is history: its own days tell when it was
    }
    assert second["value"] is None
    assert [row["loaded_at"] for row in read(root, "files", "employees")] == ["2020-01-01"] * 2  # its own stamp stays
    (original,) = (root / ".originals" / "targets").iterdir()
    assert original.read_bytes() == TARGETS.encode("cp1251")
    assert original.name.endswith("-план.csv")
    assert seen(root) == {"files/targets": 2, "files/expenses": 1, "files/employees": 2}
    print(report)


def test_two_files_of_one_entity(root, inbox):
    for name in ("a", "b"):
        (inbox / "targets" / name).mkdir()
        (inbox / "targets" / name / "same.csv").write_text(TARGETS)
    assert take(root).rows == {"targets": 4}
    assert len(read(root, "files", "targets")) == 4
    assert len(list((root / ".originals" / "targets").iterdir())) == 2


def test_broken_lines_are_named(root, inbox):
    (inbox / "targets" / "x.csv").write_text(TARGETS + '2026-12-01;month;"revenue\n')
    report = take(root)
    assert report.rows == {"targets": 2}
    assert "1 broken lines left out" in report.warnings[0]
    (line,) = read(root, "control", "rejected_lines")
    assert (line["source_name"], line["table_name"], line["raw_row"]) == ("files", "targets", "4")
    assert line["raw_file"] in report.files


def test_what_can_not_be_taken_stays_in_the_inbox(root, inbox):
    (inbox / "targets" / "empty.csv").write_text("")
    (inbox / "targets" / "other.csv").write_text("a,b\n1,2\n")
    (inbox / "targets" / "cut.parquet").write_bytes(b"PAR1 half")
    (inbox / "targets" / "notes.docx").write_text("x")
    (inbox / "targets" / "half.csv.part").write_text("x")
    (inbox / "targetz.csv").write_text(TARGETS)  # it might be loaded, but nobody has said so
    report = take(root)
    assert report.rows == {}
    assert len(left(inbox)) == 6
    assert seen(root) == {}
    assert [text.split(":")[0] for text in report.warnings] == [
        "cut.parquet",
        "empty.csv",
        "notes.docx",
        "other.csv",
        "targetz.csv",
    ]
    assert "damaged or cut short" in report.warnings[0]


def test_a_file_that_is_still_being_written(root, inbox, monkeypatch):
    path = inbox / "targets" / "x.csv"
    path.write_text(TARGETS)
    real = files.shutil.copyfile

    def copy_and_go_on(source, target):
        real(source, target)
        path.write_text(TARGETS * 2)

    monkeypatch.setattr(files.shutil, "copyfile", copy_and_go_on)
    assert "being written" in take(root).warnings[0]
    assert left(inbox) == ["x.csv"]
    assert seen(root) == {}


def test_a_file_that_changes_after_it_was_taken_stays(root, inbox, monkeypatch):
    path = inbox / "targets" / "x.csv"
    path.write_text(TARGETS)
    real = files._normalise

    def normalise_and_change(*arguments):
        path.write_text(TARGETS + TARGETS)
        return real(*arguments)

    monkeypatch.setattr(files, "_normalise", normalise_and_change)
    assert "changed since" in take(root).warnings[-1]
    assert left(inbox) == ["x.csv"]


def test_killed_after_the_commit_a_file_is_not_taken_twice(root, inbox, monkeypatch):
    path = inbox / "targets" / "x.csv"
    path.write_text(TARGETS)

    def die(*_):
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(files, "_remove", die)
        assert ended(started(lambda: take(root))) == -9
    assert left(inbox) == ["x.csv"]
    assert len(read(root, "files", "targets")) == 2
    assert take(root, 1).rows == {}
    assert left(inbox) == []
    assert len(read(root, "files", "targets")) == 2
    path.write_text(TARGETS)  # the same content dropped once more is a new file
    assert take(root, 2).rows == {"targets": 2}


def test_a_failed_load_leaves_the_inbox_as_it_was(root, inbox, monkeypatch):
    (inbox / "targets" / "x.csv").write_text(TARGETS)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flows.extract.commit.os.rename", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        take(root)
    assert left(inbox) == ["x.csv"]
    assert seen(root) == {}


def test_a_really_full_disk(inbox, tmp_path):
    """Nothing is half there, the inbox keeps its file, and with space again the same load ends."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (inbox / "targets" / "x.csv").write_text(TARGETS)
        root, filler = disk / "raw", disk / "filler"
        root.mkdir()
        with pytest.raises(OSError, match="space"), open(filler, "wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
        with pytest.raises((LoadError, OSError), match="space"):
            take(root)
        assert left(inbox) == ["x.csv"] and seen(root) == {}
        filler.unlink()
        assert take(root, 1).rows == {"targets": 2}
        assert left(inbox) == []
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_an_inbox_that_is_none(root, monkeypatch, tmp_path):
    with pytest.raises(ConfigError, match="KPI_INBOX is not set"):
        take(root)
    monkeypatch.setenv("KPI_INBOX", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="which is no folder"):
        take(root)


def test_an_empty_inbox(root, inbox):
    assert take(root).rows == {}
    assert state_of(root, "files") == {"taken": []}


def test_a_dry_run_moves_nothing(root, inbox):
    (inbox / "targets" / "x.csv").write_text(TARGETS)
    report = take(root, dry_run=True)
    assert report.rows == {"targets": -1}
    assert "x.csv" in report.warnings[0]
    assert left(inbox) == ["x.csv"]
    assert not root.exists()

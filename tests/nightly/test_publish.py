"""Publishing: one rename shows a version whole, whoever is killed, whatever is full, whoever reads."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import datetime

import duckdb
import pytest
from extract.tools import ended, started

from flows import publish as publisher
from flows.base.settings import KPI
from flows.publish import STEPS, PublishError, Version, current_of, publish, rollback, versions_of
from tests.nightly.tools import PROJECT, built, shown


@pytest.fixture
def published(tmp_path):
    return tmp_path / "published"


def put(published, night: int, **settings) -> str:
    """Publishes a night."""
    return publish(Version(published, built(published.parent / f"night {night}", night), {"night": night}, **settings))


def leftovers(published) -> list[str]:
    return [path.name for path in [*published.glob(".link-*"), *(published / "versions").glob(".*")]]


def test_the_marts_alone_with_their_comments(published):
    put(published, 1)
    assert shown(published) == 1
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as reader:
        tables = "select schema_name, table_name, comment from duckdb_tables() order by 2"
        assert reader.execute(tables).fetchall() == [
            ("marts", "sales", 'One row is a sale; it\'s "quoted"'),
        ]
        views = "select schema_name, view_name, comment from duckdb_views() where not internal"
        assert reader.execute(views).fetchall() == [("marts", "days", None)]
        amount = "select comment, data_type from duckdb_columns() where column_name = 'amount'"
        assert reader.execute(amount).fetchone() == ("Рубли", "DECIMAL(18,2)")
        assert reader.execute("select current_database()").fetchone() == ("kpi",)


def test_a_view_stays_a_view_of_the_published_tables(published):
    """Its comments stay too, and it has a Parquet file; a view of what is not published is refused."""
    file = built(published.parent / "night 1", 1, 10)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create view marts.dear as select id, amount from marts.sales where amount >= 0.08")
        connection.execute("comment on view marts.dear is 'One dear sale'; comment on column marts.dear.amount is 'Р'")
    publish(Version(published, file, {"night": 1}))
    file.unlink()
    with duckdb.connect(str(published / "kpi.duckdb"), read_only=True) as reader:
        assert reader.execute("select id from marts.dear order by id").fetchall() == [(8,), (9,)]
        views = "select comment from duckdb_views() where view_name = 'dear'"
        assert reader.execute(views).fetchone() == ("One dear sale",)
        columns = "select column_name, comment from duckdb_columns() where table_name = 'dear' order by 1"
        assert reader.execute(columns).fetchall() == [("amount", "Р"), ("id", None)]
    with duckdb.connect() as other:  # a reader may give the file any name
        other.execute(f"attach '{published / 'kpi.duckdb'}' as night (read_only)")
        assert other.execute("select count(*) from night.marts.dear").fetchone() == (2,)
        assert other.execute(f"select count(*) from '{published}/parquet/dear.parquet'").fetchone() == (2,)
    file = built(published.parent / "night 2", 2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create view marts.people as from staging.people")
    with pytest.raises(PublishError, match="make file: .*people"):
        publish(Version(published, file, {"night": 2}))
    assert shown(published) == 1


@pytest.mark.parametrize("before", [None, 1], ids=["first", "second"])
def test_killed_after_any_step(published, monkeypatch, before):
    """The old night or the new one, whole; the next publisher needs no hand and leaves nothing behind."""
    if before:
        put(published, before)
    seen = []
    for number, step in enumerate(STEPS):

        def killed(version, step=step):
            step(version)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(publisher, "STEPS", (*STEPS[:number], killed, *STEPS[number + 1 :]))
        assert ended(started(lambda: put(published, 2))) == -signal.SIGKILL
        seen.append(shown(published))
        monkeypatch.undo()
        if seen[-1] == 2:  # back to where it was before
            if before:
                rollback(published, versions_of(published)[-1])
            else:
                (published / "current").unlink()
    assert seen == [before] * 7 + [2] * 3
    put(published, 3)
    assert shown(published) == 3
    assert not leftovers(published)


def test_killed_at_any_moment(published):
    """Also in the middle of a step, and between the renames of one."""
    put(published, 0)
    begun = time.monotonic()
    put(published, 1)
    long = time.monotonic() - begun
    for number in range(2, 14):
        child = started(lambda night=number: put(published, night))
        time.sleep(long * (number - 2) / 10)
        os.kill(child, signal.SIGKILL)
        ended(child)
        assert shown(published) <= number
    put(published, 14)
    assert shown(published) == 14
    assert not leftovers(published)
    for name in versions_of(published):  # whatever is kept is whole
        rollback(published, name)
        assert shown(published) is not None


READER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import duckdb
from tests.nightly.tools import PROJECT
reads, nights = 0, set()
print("reading", flush=True)
while not Path(sys.argv[2], "stop").exists():
    with duckdb.connect(sys.argv[2] + "/kpi.duckdb", read_only=True) as reader:
        found = reader.execute(
            "select night, count(*) from (select night from marts.sales union all select night from marts.days)"
            " group by all").fetchall()
    assert len(found) == 1 and found[0][1] == 5_001, found
    nights.add(found[0][0])
    reads += 1
print(reads, len(nights))
"""


def test_readers_during_publishes(published):
    """One holds the file open, others come and go: no error, and never two nights in one reading."""
    put(published, 0)
    holder = duckdb.connect(str(published / "kpi.duckdb"), read_only=True)
    command = [sys.executable, "-c", READER, str(PROJECT), str(published)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for reader in readers:
        assert reader.stdout.readline() == "reading\n"
    for night in range(1, 10):
        put(published, night, keep=2)
        assert holder.execute("select distinct night from marts.sales").fetchall() == [(0,)]
    time.sleep(0.2)
    (published / "stop").touch()
    reads = nights = 0
    for reader in readers:
        output, errors = reader.communicate(timeout=30)
        assert reader.returncode == 0, errors
        reads, nights = reads + int(output.split()[0]), max(nights, int(output.split()[1]))
    holder.close()
    assert reads >= 100 and nights >= 5
    assert shown(published) == 9


def test_a_log_that_somebody_left_is_not_replayed(published):
    put(published, 1)
    with duckdb.connect(str(built(published.parent / "other", 7))) as other:
        other.execute("set wal_autocheckpoint = '1 GB'; update marts.sales set night = 99")
        other.execute("pragma disable_checkpoint_on_shutdown")
        os.link(published.parent / "other" / "kpi.duckdb.wal", published / "kpi.duckdb.wal")
    put(published, 2)
    assert shown(published) == 2


def test_a_full_disk(published, tiny_disk):
    """Nothing is published, the old night stands, the space is given back; with space, the next one passes."""
    place = tiny_disk / "published"
    (night_1, night_2) = built(published.parent / "1", 1, 5_000), built(published.parent / "2", 2, 400_000)
    publish(Version(place, night_1, {"night": 1}))
    free = os.statvfs(tiny_disk).f_bavail
    with pytest.raises(PublishError, match="make file|make parquet|keep"):
        publish(Version(place, night_2, {"night": 2}))
    assert shown(place) == 1
    assert os.statvfs(tiny_disk).f_bavail >= free - 2
    publish(Version(place, built(published.parent / "3", 3, 5_000), {"night": 3}))
    assert shown(place) == 3


def test_the_last_good_ones_are_kept_and_one_command_goes_back(published):
    names = [put(published, night, keep=3) for night in range(1, 6)]
    assert versions_of(published) == names[:1:-1]
    assert rollback(published) == names[3] and shown(published) == 4
    assert rollback(published) == names[2] and shown(published) == 3
    with pytest.raises(PublishError, match="no version before"):
        rollback(published)
    with pytest.raises(PublishError, match=f"no version {names[0]}; kept are {names[4]}"):
        rollback(published, names[0])
    assert rollback(published, names[4]) == names[4] and shown(published) == 5
    rollback(published, names[2])
    put(published, 6, keep=3)
    assert shown(published) == 6 and len(versions_of(published)) == 3
    put(published, 7, keep=3)
    rollback(published, versions_of(published)[-1])
    put(published, 8, keep=3)
    assert shown(published) == 8


def test_many_versions_of_one_second_stay_in_their_order(published, monkeypatch):
    """The first of them is forgotten meanwhile; its name must not come again."""

    class Stopped(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime(2026, 7, 1, 3, 0, 0, tzinfo=zone)

    monkeypatch.setattr("flows.publish.datetime", Stopped)
    names = [put(published, night, keep=2) for night in range(1, 6)]
    assert names == ["20260701T030000Z", *(f"20260701T030000Z-{n}" for n in range(2, 6))]
    assert versions_of(published) == names[:2:-1] and shown(published) == 5


def test_names_only_grow_when_the_clock_was_ahead(published, monkeypatch):
    """A version made when the clock showed 2030 is followed by greater names, and is forgotten in its turn."""

    class Ahead(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime(2030, 1, 1, tzinfo=zone)

    monkeypatch.setattr("flows.publish.datetime", Ahead)
    ahead = put(published, 1, keep=2)
    monkeypatch.undo()
    names = [put(published, night, keep=2) for night in (2, 3)]
    assert (ahead, *names) == ("20300101T000000Z", "20300101T000000Z-2", "20300101T000000Z-3")
    assert versions_of(published) == names[::-1] and shown(published) == 3
    assert rollback(published) == names[0] and shown(published) == 2


def test_what_is_no_version_is_left_alone(published):
    """Copies, folders of the file system and half versions neither stop publishing nor count as a version."""
    first = put(published, 1, keep=2)
    versions = published / "versions"
    shutil.copytree(versions / first, versions / f"{first}-backup")
    shutil.copytree(versions / first, versions / "20250101T000000Z")  # its manifest names another version
    for name in ("lost+found", "notes", "20260101T000000Z"):
        (versions / name).mkdir()
    (versions / "20260102T000000Z").write_text("a file")
    strangers = sorted(set(os.listdir(versions)) - {first})
    names = [put(published, night, keep=2) for night in (2, 3)]
    assert versions_of(published) == names[::-1]
    assert sorted(set(os.listdir(versions)) - set(names)) == strangers
    assert rollback(published) == names[0]
    with pytest.raises(PublishError, match="no version before"):
        rollback(published)


@pytest.mark.parametrize(("folder", "file"), [(0o755, 0o444), (0o750, 0o440), (0o700, 0o400)])
def test_who_may_read_the_folder_may_read_what_is_published(published, folder, file):
    """The rights of the published folder are its owner's; a private umask does not change them."""
    before = os.umask(0o077)
    try:
        put(published, 1)
        assert stat.S_IMODE(published.stat().st_mode) == 0o755
        published.chmod(folder)
        version = published / "versions" / put(published, 2)
    finally:
        os.umask(before)
    made = [version, *version.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {file}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {folder}


def test_the_published_one_is_never_forgotten(published, monkeypatch):
    """After going back, a publisher that is killed before its switch must not have removed what is shown."""
    names = [put(published, night, keep=2) for night in (1, 2)]
    rollback(published, names[0])
    monkeypatch.setattr(publisher, "STEPS", tuple(step for step in STEPS if step is not publisher.switch))
    put(published, 3, keep=2)
    assert shown(published) == 1


def test_the_command(published):
    names = [put(published, night) for night in (1, 2)]
    environment = {**os.environ, "KPI_PUBLISHED": str(published)}

    def command(*arguments):
        line = [KPI, "publish", *arguments]
        return subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True)

    told = command("--list").stdout.splitlines()
    assert [line[:18] for line in told] == [f"* {names[1]}"[:18], f"  {names[0]}"[:18]]
    assert command("--rollback").stdout == f"published is {names[0]}\n"
    assert shown(published) == 1
    assert command("--list").stdout.splitlines()[1].startswith(f"* {names[0]}")
    missing = command("--rollback", "yesterday")
    assert missing.returncode == 1 and "There is no version yesterday" in missing.stderr
    assert command().returncode == 2


def test_two_publishers_wait_for_each_other(published):
    threads = [threading.Thread(target=put, args=(published, night)) for night in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(versions_of(published)) == 3
    assert shown(published) in (1, 2, 3)


def test_nothing_built_is_not_published(published, tmp_path):
    put(published, 1)
    empty = tmp_path / "empty" / "kpi.duckdb"
    empty.parent.mkdir()
    duckdb.connect(str(empty)).close()
    for file in (empty, tmp_path / "missing" / "kpi.duckdb"):
        with pytest.raises(PublishError):
            publish(Version(published, file, {"night": 2}))
    assert current_of(published) == versions_of(published)[0] and shown(published) == 1


def test_boards_come_and_go_back_with_their_version(published, monkeypatch):
    """Whoever opens published/boards sees the pages of the version whose figures are shown; a version without boards shows none."""

    def write(file, folder, language, docs):
        with duckdb.connect(str(file), read_only=True) as made:
            (night,) = made.execute("select max(night) from marts.sales").fetchone()
        if night == 3:
            raise publisher.BoardError("owner.yml, tile 1: there is no KPI x")
        folder.mkdir()
        (folder / "index.html").write_text(f"night {night}")

    monkeypatch.setattr(publisher.pages, "write", write)
    said = []
    first, page = put(published, 1), published / "boards" / "index.html"
    assert page.read_text() == "night 1"
    put(published, 2)
    assert page.read_text() == "night 2"
    rollback(published, first)
    assert page.read_text() == "night 1"
    put(published, 3, say=said.append)
    assert shown(published) == 3 and not (published / "boards").exists()
    assert "no boards: owner.yml, tile 1: there is no KPI x" in said
    rollback(published, first)
    assert page.read_text() == "night 1"

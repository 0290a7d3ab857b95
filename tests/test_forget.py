"""A person is erased on request: nothing tells of him any more, nobody else loses anything, and no figure moves."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import forget
from flows import postgres as serving
from flows.base.errors import Busy
from flows.cli import main
from flows.erased import Register, blank_root
from flows.extract import load
from flows.extract.commit import standing_still
from flows.publish import Version, publish
from raw_views.contact_key import Identifiers
from tests.warehouse import PROJECT, build

SECRET = "a secret of sixteen letters and more"
HIS = ("Иван", "Петров", "ivan", "9161112233", "916) 111", "916 111", "ул. Мира")  # what may stand nowhere afterwards
HERS = ("Мария", "maria@y.ru", "+79035556677", "Знает Ивана Грозного"[:5])

CRM = {
    "crm_contact": [
        {"ID": "17", "NAME": "Иван", "LAST_NAME": "Петров", "COMMENTS": "ул. Мира, 5", "DATE_CREATE": "2026-01-05T10:00:00+03:00",
         "PHONE": '[{"ID":"1","VALUE":"+7 (916) 111-22-33"},{"ID":"2","VALUE":"+375 29 123-45-67"}]', "EMAIL": '[{"VALUE":"Ivan@X.ru"}]'},
        {"ID": "18", "NAME": "Мария", "LAST_NAME": "Белова", "COMMENTS": "Знает всех", "DATE_CREATE": "2026-01-05T10:00:00+03:00",
         "PHONE": '[{"VALUE":"+7 903 555-66-77"}]', "EMAIL": "maria@y.ru"},
    ],
    "crm_lead": [
        {"ID": "100", "TITLE": "Заявка: Иван", "STATUS_ID": "NEW", "DATE_CREATE": "2026-01-04T09:00:00+03:00", "CONTACT_ID": "0",
         "PHONE": "8 (916) 111-22-33", "EMAIL": "", "SOURCE_ID": "WEB", "COMMENTS": "просил Иван"},
        {"ID": "101", "TITLE": "Заявка: Мария", "STATUS_ID": "NEW", "DATE_CREATE": "2026-01-04T09:00:00+03:00", "CONTACT_ID": "18",
         "PHONE": '["+79035556677"]', "EMAIL": "", "SOURCE_ID": "WEB", "COMMENTS": "посоветовал ivan@x.ru"},
        {"ID": "102", "TITLE": "тест 1", "STATUS_ID": "NEW", "DATE_CREATE": "2026-01-04T09:00:00+03:00", "CONTACT_ID": "17",
         "PHONE": "", "EMAIL": "", "SOURCE_ID": "WEB", "COMMENTS": ""},
    ],
    "crm_deal": [
        {"ID": "200", "TITLE": "Иван Петров: окна", "CATEGORY_ID": "0", "STAGE_ID": "WON", "STAGE_SEMANTIC_ID": "S", "OPPORTUNITY": "1000.00",
         "CURRENCY_ID": "RUB", "CONTACT_ID": "17", "LEAD_ID": "100", "DATE_CREATE": "2026-01-06T09:00:00+03:00",
         "DATE_MODIFY": "2026-01-08T09:00:00+03:00", "CLOSEDATE": "2026-01-08T00:00:00+03:00"},
    ],
    "crm_activity": [
        {"ID": "300", "OWNER_ID": "17", "OWNER_TYPE_ID": "3", "TYPE_ID": "4", "PROVIDER_ID": "CRM_EMAIL", "SUBJECT": "Иван, добрый день",
         "CREATED": "2026-01-05T12:00:00+03:00", "START_TIME": "2026-01-05T12:00:00+03:00", "COMPLETED": "Y", "DIRECTION": "2"},
    ],
    "voximplant_statistic": [
        {"ID": "400", "CALL_TYPE": "2", "PHONE_NUMBER": "79161112233", "CALL_DURATION": "90", "CALL_FAILED_CODE": "200",
         "CALL_START_DATE": "2026-01-05T11:00:00+03:00"},
        {"ID": "401", "CALL_TYPE": "2", "PHONE_NUMBER": "79035556677", "CALL_DURATION": "60", "CALL_FAILED_CODE": "200",
         "CALL_START_DATE": "2026-01-05T11:00:00+03:00"},
    ],
}  # fmt: skip
ORDERS = (
    "order_id;created_at;paid_at;status;amount;email;phone;adress\r\n"
    "1;2026-01-07 10:00;2026-01-07 10:05;paid;500,50;IVAN@x.ru;;ул. Мира, 5\r\n"
    '2;2026-01-07 11:00;2026-01-07 11:05;paid;70;maria@y.ru;;"дом; Мария"\r\n'
    "3;2026-01-09 10:00;2026-01-09 10:05;paid;20;;8-916-111-22-33;\r\n"
    "4;2026-01-09;broken;line;Иван ivan@x.ru\r\n"
)
LETTERS = "event_id,occurred_at,campaign_id,event,email\nE1,2026-01-06 10:00,C1,clicked,ivan@x.ru\nE2,2026-01-06 10:00,C1,clicked,maria@y.ru\n"
SESSIONS = (
    "session_id,web_client_id,started_at,duration_seconds,page_views,is_bounce,landing_page\n"
    "S1,W1,2026-01-03 10:00,10,1,N,/buy?email=ivan%40x.ru&id=9161112\nS2,W2,2026-01-03 10:00,10,1,N,/buy?email=maria%40y.ru\n"
)


def write_rows(root: Path, source: str, table: str, rows: list[dict], name: str = "1") -> None:
    folder = root / source / table
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        pa.Table.from_pylist([row | {"_loaded_at": "2026-01-10T00:00:00Z"} for row in rows]), folder / f"{name}.parquet"
    )


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A raw root with files of people's own and of a loader, and an environment that names it."""
    for name in os.environ:
        if name.startswith("KPI_"):
            monkeypatch.delenv(name)
    root, inbox = tmp_path / "raw", tmp_path / "inbox"
    for name, value in {
        "RAW_ROOT": root,
        "WAREHOUSE": tmp_path / "w" / "kpi.duckdb",
        "INBOX": inbox,
        "CONTACT_KEY": SECRET,
    }.items():
        monkeypatch.setenv(f"KPI_{name}", str(value))
    for table, rows in CRM.items():
        write_rows(root, "bitrix24", table, rows)
    (inbox / "orders").mkdir(parents=True)
    (inbox / "orders" / "orders.csv").write_bytes(ORDERS.encode("cp1251"))
    load("files", root, now=datetime(2026, 1, 10, tzinfo=UTC))
    for name, text in {"email_events": LETTERS, "web_sessions": SESSIONS}.items():
        (root / "files" / name).mkdir()
        (root / "files" / name / "own.csv").write_text(text)
    return tmp_path


def texts(root: Path) -> dict[str, str]:
    """All text of all files below a folder."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            if path.suffix == ".parquet":
                found[str(path.relative_to(root))] = json.dumps(
                    pq.read_table(path).to_pylist(), ensure_ascii=False, default=str
                )
            else:
                encoding = "cp1251" if ".originals" in path.parts else "utf-8"
                found[str(path.relative_to(root))] = path.read_bytes().decode(encoding, "replace")
    return found


def left_of_him(root: Path) -> list[str]:
    return [name for name, text in texts(root).items() if any(his.lower() in text.lower() for his in HIS)]


def person() -> forget.Person:
    of = Identifiers(SECRET.encode()).of
    return forget.Person(
        {
            *(f"{one[:2]}bitrix24:{one[2:]}" for one in ("c:contact_17", "l:100", "l:102", "d:200")),
            "o:files:1",
            "o:files:3",
        },
        {of("79161112233"), of("375291234567"), of("ivan@x.ru")},
    )


def register_of(root: Path) -> Register:
    register = Register.read(root, Identifiers(SECRET.encode()))
    register.add("2026-01-11T00:00:00Z", person().contacts, person().raw)
    register.write()
    return register


def marts(file: Path) -> dict[str, list]:
    with closing(duckdb.connect(str(file), read_only=True)) as built:
        tables = [
            name
            for (name,) in built.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        ]
        return {table: sorted(map(repr, built.execute(f"select * from marts.{table}").fetchall())) for table in tables}


def test_a_person_is_erased_and_no_figure_moves(place, capsys):
    """Ivan has a contact, two leads (one by his phone alone), a deal of 1000, orders of 500.50 and 20, a call, a letter. Asked for by his
    e-mail, he is gone from every file, Maria's cells stay, and all marts are the same, touches and customers included."""
    root, file = place / "raw", place / "w" / "kpi.duckdb"
    settings = {"KPI_RAW_ROOT": str(root), "KPI_AS_OF": "2026-01-11", "KPI_CONTACT_KEY": SECRET}
    build(place / "w", "--resource-type", "model", "--resource-type", "seed", **settings).close()
    before = marts(file)
    with closing(duckdb.connect(str(file), read_only=True)) as built:
        (key,) = built.execute(
            "select customer_key from intermediate.int_identity_clusters where record = 'o:files:3'"
        ).fetchone()
        told = built.execute(
            "select record from intermediate.int_identity_clusters where customer_key = ? order by 1", [key]
        ).fetchall()
        assert [record for (record,) in told] == [
            "c:bitrix24:contact_17",
            "d:bitrix24:200",
            "l:bitrix24:100",
            "o:files:1",
            "o:files:3",
        ]
        touches = built.execute(
            "select kind, count(*) from intermediate.int_touchpoints where customer_key = ? group by 1 order by 1",
            [key],
        )
        assert dict(touches.fetchall()).keys() >= {"call", "letter", "lead"}
    version = publish(Version(place / "w" / "published", file))
    assert len(left_of_him(root)) > 8
    assert main(["forget", "--email", "IVAN@X.RU", "--dry-run"]) == 0 and not (root / ".erased").exists()
    assert "1 customers, 1 leads, 1 deals, 2 orders" in capsys.readouterr().out
    assert main(["forget", "--email", "IVAN@X.RU"]) == 0
    said = capsys.readouterr().out
    assert (
        left_of_him(root) == []
        and not file.exists()
        and not list((place / "w" / "kpi.duckdb.raw_views").glob("[0-9a-f]*"))
    )
    everything = json.dumps(texts(root), ensure_ascii=False)
    assert all(hers in everything for hers in HERS) and not any(his in said for his in HIS)
    kept = json.loads((root / ".erased" / "register.json").read_text())
    assert kept["people"][0]["done_at"] and kept["cells"]["bitrix24/crm_contact"] == 5
    assert (root / ".erased" / "register.json").stat().st_mode & 0o777 == 0o600
    build(place / "w", "--resource-type", "model", "--resource-type", "seed", **settings).close()
    after = marts(file)
    assert {table for table in before if before[table] != after[table]} == set()
    assert main(["forget", "--email", "ivan@x.ru"]) == 0 and "is in the register already" in capsys.readouterr().out
    assert version in forget.publish.versions_of(place / "w" / "published")


def test_a_load_that_brings_him_again_is_blanked(place):
    """A new order with his phone, in a file that a person drops: blanked before it is seen, in the original too."""
    root = place / "raw"
    with standing_still(root) as left:
        blank_root(root, register_of(root), left)
    assert left_of_him(root) == []
    (place / "inbox" / "orders" / "orders.csv").write_bytes(
        "order_id;created_at;amount;phone;note\r\n9;2026-01-12 10:00;5;79161112233;Иван\r\n10;2026-01-12 10:00;6;;Мария\r\n".encode(
            "cp1251"
        )
    )
    load("files", root, now=datetime(2026, 1, 13, tzinfo=UTC))
    assert left_of_him(root) == []
    rows = [row for path in (root / "files" / "orders").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    (again,) = [row for row in rows if row["order_id"] == "9"]
    assert (
        again["phone"] == f"erased:{Identifiers(SECRET.encode()).of('79161112233')}"
        and again["amount"] == "5"
        and again["note"] is None
    )
    assert [row["note"] for row in rows if row["order_id"] == "10"] == ["Мария"]


def test_another_key_stops_a_load(place, monkeypatch):
    """Without the key nobody can tell who has been erased: nothing is loaded, and the inbox keeps its file."""
    root = place / "raw"
    register_of(root)
    monkeypatch.setenv("KPI_CONTACT_KEY", "another secret of sixteen letters")
    (place / "inbox" / "orders" / "more.csv").write_text("order_id,created_at,amount\n11,2026-01-12,5\n")
    with pytest.raises(forget.ConfigError, match="another key"):
        load("files", root)
    assert (place / "inbox" / "orders" / "more.csv").exists()


def test_whatever_it_is_killed_at_a_rerun_completes(place):
    """Killed at each rename in turn, every file is whole, and the next run leaves nothing."""
    root = place / "raw"
    rows = {name: text.count('"_loaded_at"') for name, text in texts(root).items() if name.endswith(".parquet")}
    register_of(root)
    code = (
        "import os, sys, signal; from pathlib import Path; from flows.erased import Register, blank_root;"
        "from flows.extract.commit import standing_still; real, count = os.replace, [int(sys.argv[2])]\n"
        "def replace(*a):\n count[0] -= 1\n if count[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n real(*a)\n"
        "os.replace = replace; root = Path(sys.argv[1])\n"
        "with standing_still(root) as left: blank_root(root, Register.read(root), left)\n"
    )
    for after in (0, 1, 2, 3, 4):
        done = subprocess.run([sys.executable, "-c", code, root, str(after)], cwd=PROJECT)
        assert done.returncode == -signal.SIGKILL
        now = {name: text.count('"_loaded_at"') for name, text in texts(root).items() if name.endswith(".parquet")}
        assert now == rows
    assert left_of_him(root) != []
    with standing_still(root) as left:
        blank_root(root, Register.read(root), left)
    assert left_of_him(root) == []
    assert not list(root.rglob(".*.tmp"))
    for path in root.rglob("*.parquet"):
        if not path.is_symlink():
            pq.read_table(path)


def test_a_csv_keeps_every_other_line_to_the_byte(place):
    """Encoding, line endings, quoting and the other people's lines stay; a broken line that tells a contact goes as a whole."""
    root = place / "raw"
    (original,) = [path for path in (root / ".trees").rglob("*orders.csv")]
    before = original.read_bytes().split(b"\r\n")
    with standing_still(root) as left:
        blank_root(root, register_of(root), left)
    (original,) = [path for path in (root / ".trees").rglob("*orders.csv")]
    after = original.read_bytes().split(b"\r\n")
    of = Identifiers(SECRET.encode()).of
    assert after[0] == before[0] and after[2] == before[2] and len(after) == len(before)
    assert after[1].decode() == f"1;2026-01-07 10:00;2026-01-07 10:05;paid;500,50;erased:{of('ivan@x.ru')};;"
    assert after[3].decode() == f"3;2026-01-09 10:00;2026-01-09 10:05;paid;20;;erased:{of('79161112233')};"
    assert after[4] == b"erased"


def test_a_file_of_several_trees_stays_one_file(place):
    """What two trees share on the disk is blanked once, and shared afterwards."""
    root = place / "raw"
    (place / "inbox" / "orders" / "more.csv").write_text("order_id,created_at,amount\n11,2026-01-12,5\n")
    load("files", root, now=datetime(2026, 1, 13, tzinfo=UTC))
    shared = [path for path in (root / ".trees").rglob("*orders.csv")]
    with standing_still(root) as left:
        blank_root(root, register_of(root), left)
    assert len(shared) == 2 and len({path.stat().st_ino for path in shared}) == 1


def test_a_version_that_holds_his_address_is_made_anew(place):
    """No mart should hold it; one that does, in a free word of its own, loses it in the file and in the Parquet."""
    file, published = place / "built.duckdb", place / "published"
    with closing(duckdb.connect(str(file))) as built:
        built.execute("create schema marts; create table marts.lost as select 1 as id, 'so said ivan@x.ru, +7 916 111-22-33' as reason"
                      " union all select 2, 'maria@y.ru'; comment on table marts.lost is 'why'")  # fmt: skip
    name = publish(Version(published, file))
    register = register_of(place / "raw")
    cells = forget.blank_published(published, register, lambda text: None)
    assert sum(cells.values()) == 1
    for path in (published / "kpi.duckdb", published / "parquet" / "lost.parquet"):
        data = path.read_bytes()
        assert b"ivan@" not in data and b"916 111" not in data
    with closing(duckdb.connect(str(published / "kpi.duckdb"), read_only=True)) as shown:
        assert shown.execute("select count(*), max(reason) filter (where id = 2) from marts.lost").fetchone() == (
            2,
            "maria@y.ru",
        )
        assert shown.execute("select comment from duckdb_tables()").fetchone() == ("why",)
    assert forget.publish.versions_of(published) == [name] and forget.blank_published(published, register, print) == {}


def test_a_shared_number_tells_nobody_and_a_stranger_is_refused(place, capsys):
    """Nothing is written into the register for somebody whom the warehouse does not know."""
    file = place / "w" / "kpi.duckdb"
    file.parent.mkdir(exist_ok=True)
    of = Identifiers(SECRET.encode()).of
    with closing(duckdb.connect(str(file))) as built:
        built.execute("create schema intermediate; create table intermediate.int_identity_clusters (record text, customer_key text);"
                      "create table intermediate.int_ids (object text, id text, system_name text, systems bigint);"
                      "create table intermediate.int_contact_ties (record text, identifier text, is_tie boolean);"
                      "create table intermediate.int_record_customers as from intermediate.int_identity_clusters")  # fmt: skip
        built.execute("insert into intermediate.int_contact_ties values ('c:1', ?, false)", [of("79161112233")])
    assert main(["forget", "--phone", "8 916 111 22 33"]) == 1 and "tells nobody" in capsys.readouterr().err
    assert main(["forget", "--email", "no@body.ru"]) == 1 and "knows nobody" in capsys.readouterr().err
    assert main(["forget", "--customer", "contact_99"]) == 1
    assert not (place / "raw" / ".erased").exists() and file.exists()


def test_a_night_at_work_is_not_disturbed(place):
    from flows.base.locks import Lock

    with Lock(place / "w" / "nightly" / "lock", "a night"):
        assert main(["forget", "--email", "ivan@x.ru"]) == 4
    shutil.rmtree(place / "w")


def loader_at_work(root: Path, seconds: str = "600") -> subprocess.Popen:
    """A load of another process that has written his rows into its unfinished files, and waits."""
    code = (
        "import sys, time; from pathlib import Path; from datetime import UTC, datetime; from types import SimpleNamespace\n"
        "from flows.extract.commit import Load; from flows.extract.common import Settings\n"
        "run = SimpleNamespace(root=Path(sys.argv[1]), source='bitrix24', now=datetime(2026, 1, 12, tzinfo=UTC), settings=Settings())\n"
        "with Load(run) as load:\n"
        " load.add('crm_contact', [{'ID': '17', 'NAME': 'Иван', 'EMAIL': 'ivan@x.ru'}]); [one.close() for one in load._writers.values()]\n"
        " load.note('an export'); load.folder.joinpath('part.tsv').write_text('ivan@x.ru')\n"
        " print('at work', flush=True); time.sleep(float(sys.argv[2])); load.commit({})\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, root, seconds], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "at work\n"
    return process


@pytest.fixture
def known(place, monkeypatch):
    """The warehouse knows him, without a build."""
    monkeypatch.setattr(forget, "find", lambda *_: person())
    monkeypatch.setattr(forget, "newest_warehouse", lambda settings: place)
    return place


def test_a_load_at_work_is_waited_for_by_the_operator(known, capsys):
    """While a load runs nothing is done, not even to the register. Killed, its unfinished files go, and the note
    for the next load stays."""
    root = known / "raw"
    before = {name: text for name, text in texts(root).items() if ".locks" not in name}
    loader = loader_at_work(root)
    try:
        assert main(["forget", "--email", "ivan@x.ru"]) == 4
        assert "Nothing was done: a load of bitrix24 is at work" in capsys.readouterr().err
        assert {
            name: text for name, text in texts(root).items() if ".staging" not in name and ".locks" not in name
        } == before
        assert not (root / ".erased").exists()
    finally:
        loader.kill()
        loader.wait()
    assert any(".staging" in name for name in left_of_him(root))
    assert main(["forget", "--email", "ivan@x.ru"]) == 0
    assert left_of_him(root) == []
    (folder,) = (root / ".staging").glob("*-bitrix24-*")
    assert [path.name for path in folder.iterdir()] == ["notes"]


def test_no_load_begins_while_somebody_is_erased(known, capsys):
    """The loader is told so, and its inbox keeps the file."""
    root = known / "raw"
    (known / "inbox" / "orders" / "more.csv").write_text("order_id,created_at,amount\n11,2026-01-12,5\n")
    with standing_still(root, ended=()):
        with pytest.raises(Busy, match="or an erasure"):
            load("files", root)
    assert (known / "inbox" / "orders" / "more.csv").exists()


def test_a_load_that_ends_after_the_night_has_blanked_is_blanked_by_itself(place):
    """A night does not wait for a load; the register was there before the load ended, so the load ends without him."""
    root = place / "raw"
    loader = loader_at_work(root, "1.5")
    with standing_still(root) as left:
        blank_root(root, register_of(root), left)
        assert not left
    assert loader.wait() == 0
    assert left_of_him(root) == [] and len(list((root / "bitrix24" / "crm_contact").glob("*.parquet"))) == 2


def test_a_warehouse_that_is_open_elsewhere_stops_it_before_it_begins(known, capsys):
    """A build or a notebook at work: nothing is done, and whose process it is stands in the message."""
    file = known / "w" / "kpi.duckdb"
    file.parent.mkdir(exist_ok=True)
    duckdb.connect(str(file)).close()
    code = "import duckdb, sys, time; held = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); time.sleep(600)"
    reader = subprocess.Popen([sys.executable, "-c", code, file], stdout=subprocess.PIPE, text=True)
    try:
        assert reader.stdout.readline() == "open\n"
        before = texts(known / "raw")
        assert main(["forget", "--email", "ivan@x.ru"]) == 4
        assert f"kpi.duckdb is open in another program (PID {reader.pid})" in capsys.readouterr().err
        assert texts(known / "raw") == before and file.exists()
    finally:
        reader.kill()
        reader.wait()


def test_an_id_counts_in_its_own_system_alone(place):
    """Contact 17 of Bitrix24 is erased. Another system's customer of that id stays, and so do its own orders; rows of files that say no
    system and name the id mean the erased one."""
    root = place / "raw"
    register = Register.read(root, Identifiers(SECRET.encode()))
    register.add("2026-01-11T00:00:00Z", set(), {"c:bitrix24:contact_17"}, named={"c:contact_17"})
    register.write()
    for table, text in {
        "customers": "customer_id,name,source_system\ncontact_17,Пётр Другой,1c\ncontact_17,Не Тот,\ncontact_17,Иван Петров,bitrix24\n",
        "survey_responses": "response_id,customer_id,source_system,remark\nR1,contact_17,1c,остаётся\nR2,contact_17,,уходит\nR3,contact_17,bitrix24,и это\n",
    }.items():
        (root / "files" / table).mkdir()
        (root / "files" / table / "own.csv").write_text(text)
    with standing_still(root) as left:
        blank_root(root, register, left)
    assert (root / "files" / "customers" / "own.csv").read_text().splitlines() == [
        "customer_id,name,source_system", "contact_17,Пётр Другой,1c", "contact_17,Не Тот,", "contact_17,,bitrix24",
    ]  # fmt: skip
    assert (root / "files" / "survey_responses" / "own.csv").read_text().splitlines() == [
        "response_id,customer_id,source_system,remark", "R1,contact_17,1c,остаётся", "R2,contact_17,,", "R3,contact_17,bitrix24,",
    ]  # fmt: skip


def test_his_contacts_go_from_whatever_column_they_stand_in(place):
    """Columns of days, of ids and of prices, numbers, lists and bytes; days and ids that look like a number stay."""
    root = place / "raw"
    row = {
        "ID": "900", "created_by": "ivan@x.ru", "client_id": "79161112233", "price_note": "звонить +7 916 111-22-33", "_remark": "ivan@x.ru",
        "number": 79161112233, "float": 79161112233.0, "list": ["ivan@x.ru", "b"], "bytes": b"ivan@x.ru", "updated": "2026-01-05 10:00:00",
        "visit_id": "7916111223379161112", "count": 9161112, "day": "2026-01-05T10:00:00+03:00",
    }  # fmt: skip
    write_rows(root, "bitrix24", "crm_lead", [row], "odd")
    with standing_still(root) as left:
        blank_root(root, register_of(root), left)
    (after,) = pq.read_table(root / "bitrix24" / "crm_lead" / "odd.parquet").to_pylist()
    of = Identifiers(SECRET.encode()).of
    mail, phone = f"erased:{of('ivan@x.ru')}", f"erased:{of('79161112233')}"
    assert after == row | {
        "created_by": mail, "client_id": phone, "price_note": f"звонить {phone}", "_remark": mail, "number": phone, "float": phone,
        "list": f'["{mail}", "b"]', "bytes": mail, "_loaded_at": "2026-01-10T00:00:00Z",
    }  # fmt: skip


def test_his_contacts_go_from_json_lines(place):
    """The other lines, and numbers as they are written, stay; a broken line that tells of him goes as a whole."""
    lines = [
        '{"lead_id": "1", "name": "b", "amount": 1.50}',
        '{"lead_id":"2","utm_term":"ivan@x.ru","amount":1.50,"list":["Ivan@x.ru",{"a":2}]}',
        '{"lead_id":"3","name":"ivan@x.ru"',
        "[4]",
    ]
    path = place / "raw" / "files" / "leads" / "own.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    with standing_still(place / "raw") as left:
        blank_root(place / "raw", register_of(place / "raw"), left)
    mail = f"erased:{Identifiers(SECRET.encode()).of('ivan@x.ru')}"
    after = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert after[0] == lines[0] and after[2:] == ["{}", "[4]"]
    assert json.loads(after[1]) == {
        "lead_id": "2",
        "utm_term": mail,
        "amount": "1.50",
        "list": f'["{mail}",{{"a":"2"}}]',
    }


def test_his_name_goes_from_the_texts_of_his_records_and_his_company(place):
    """In any order and case, with initials; a namesake in records of others, and a first name alone, stay."""
    root = place / "raw"
    register = Register.read(root, Identifiers(SECRET.encode()))
    register.add(
        "2026-01-11T00:00:00Z", set(), {"d:bitrix24:200"}, tied={"c:bitrix24:company_5", "d:bitrix24:201"}, names={"Иван Петров"}
    )  # fmt: skip
    register.write()
    write_rows(root, "bitrix24", "crm_company", [
        {"ID": "5", "TITLE": "ИП Петров Иван", "COMMENTS": "Спросить Ивана Петрова или П. Иванова, Иван в отпуске; у Петрова И. ключ"},
        {"ID": "6", "TITLE": "ИП Петров Иван", "COMMENTS": "Иван Петров"},
    ])  # fmt: skip
    write_rows(root, "bitrix24", "crm_deal", [
        {"ID": "200", "TITLE": "окна", "STAGE_ID": "Иван Петров отказался"}, {"ID": "201", "TITLE": "Петрову: окна", "STAGE_ID": "для Петрова, Ивана"},
        {"ID": "202", "TITLE": "Иван Петров, 8 999 000-00-00", "STAGE_ID": "WON"},
    ], "names")  # fmt: skip
    with standing_still(root) as left:
        blank_root(root, register, left)
    companies = pq.read_table(root / "bitrix24" / "crm_company" / "1.parquet").to_pylist()
    assert [(one["TITLE"], one["COMMENTS"]) for one in companies] == [
        ("ИП erased", "Спросить erased или П. Иванова, Иван в отпуске; у erased. ключ"), ("ИП Петров Иван", "Иван Петров"),
    ]  # fmt: skip
    deals = pq.read_table(root / "bitrix24" / "crm_deal" / "names.parquet").to_pylist()
    assert [(one["TITLE"], one["STAGE_ID"]) for one in deals] == [
        (None, "erased отказался"), ("Петрову: окна", "для erased"), ("Иван Петров, 8 999 000-00-00", "WON"),
    ]  # fmt: skip


def test_postgres_loses_him_too(known, postgres, monkeypatch, capsys):
    """The published copy in Postgres is filled anew; while a reader holds the old tables, not all is done, and a rerun does it."""
    name = f"kpi_forget_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"create database {name}")
    dsn = postgres.replace("@/postgres?", f"@/{name}?")
    monkeypatch.setenv("KPI_POSTGRES_DSN", dsn)
    monkeypatch.setattr(serving, "LOCK_SECONDS", 1)
    file = known / "built.duckdb"
    with closing(duckdb.connect(str(file))) as built:
        built.execute("create schema marts; create table marts.lost as select 1 as id, 'so said ivan@x.ru, 100% +7 916 111-22-33' as reason"
                      " union all select 2, 'maria@y.ru'")  # fmt: skip
    publish(Version(known / "w" / "published", file, target=serving.Target(dsn)))

    def reasons() -> set[str]:
        with psycopg.connect(dsn) as server:
            return {one for (one,) in server.execute("select reason from marts.lost").fetchall()}

    assert any("ivan@x.ru" in one for one in reasons())
    with psycopg.connect(dsn) as reader:
        reader.execute("select count(*) from marts.lost")  # its transaction holds the old table
        assert main(["forget", "--email", "ivan@x.ru"]) == 1
        told = capsys.readouterr()
        assert "Not all was done: Postgres holds something of them in marts_old.lost.reason" in told.err
        assert not any("ivan" in one or "916" in one for one in reasons())
        kept = json.loads((known / "raw" / ".erased" / "register.json").read_text())
        assert kept["people"][0]["done_at"] is None
    assert main(["forget", "--finish"]) == 0
    assert "Postgres holds nothing of them" in capsys.readouterr().out
    assert {one for one in reasons() if "erased" not in one} == {"maria@y.ru"} and len(reasons()) == 2
    with psycopg.connect(dsn) as server:
        schemas = server.execute("select nspname from pg_namespace where nspname like 'marts%'").fetchall()
    assert schemas == [("marts",)]


def test_a_postgres_that_is_away_leaves_the_erasure_open(known, monkeypatch, capsys):
    monkeypatch.setenv("KPI_POSTGRES_DSN", "postgresql://kpi:pass-word@127.0.0.1:1/none")
    assert main(["forget", "--email", "ivan@x.ru"]) == 1
    said = capsys.readouterr()
    assert (
        "Not all was done: Postgres can't be looked through" in said.err
        and "--finish" in said.err
        and "pass-word" not in said.err
    )
    assert left_of_him(known / "raw") == []
    kept = json.loads((known / "raw" / ".erased" / "register.json").read_text())
    assert kept["people"][0]["done_at"] is None
    monkeypatch.delenv("KPI_POSTGRES_DSN")
    assert main(["forget", "--finish"]) == 0 and "KPI_POSTGRES_DSN is not set" in capsys.readouterr().out


def test_what_a_killed_command_left_beside_the_versions_goes(place):
    """Killed as it replaces a version's file, the command leaves a copy with his address; the next run removes it."""
    file, published = place / "built.duckdb", place / "published"
    with closing(duckdb.connect(str(file))) as built:
        built.execute("create schema marts; create table marts.lost as select 'so said ivan@x.ru' as reason")
    publish(Version(published, file))
    register = register_of(place / "raw")
    pid = os.fork()
    if not pid:
        os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        forget.blank_published(published, register, lambda text: None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert [path for path in (published / "versions").glob(".making-*.duckdb")]
    forget.blank_published(published, register, lambda text: None)
    assert [path.name for path in (published / "versions").iterdir()] == forget.publish.versions_of(published)
    assert not any(b"ivan@" in path.read_bytes() for path in published.rglob("*") if path.is_file())


def test_a_damaged_file_is_named(place):
    """A Parquet without its end holds whatever it held; nobody can blank it, so the operator is told, each time."""
    root = place / "raw"
    whole = (root / "bitrix24" / "crm_contact" / "1.parquet").read_bytes()
    (root / "bitrix24" / "crm_contact" / "half.parquet").write_bytes(whole[:-20])
    register = register_of(root)
    for _ in range(2):
        told: list[str] = []
        with standing_still(root) as left:
            blank_root(root, register, left, told.append)
        assert [line for line in told if "half.parquet can't be read" in line], told

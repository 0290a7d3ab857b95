"""What the marts show of people: no contact data, whatever column it came in, and employees as the setting says."""

import hashlib
import os
import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from flows.erased import declared
from raw_views.contact_key import Identifiers, KeyTrouble, contact_key
from raw_views.contacts import mask
from tests.warehouse import run_dbt

SECRET = "a secret of sixteen letters and more"
FILES = {
    "employees/e.csv": "employee_id,name,team\nE1,Анна Титова,North\n",
    "leads/l.csv": (
        "lead_id,created_at,status_class,employee_id,utm_source,utm_medium,utm_campaign,reject_reason,email,phone,landing_page\n"
        "L1,2026-01-05,rejected,E1,yandex,cpc,for ivan@x.ru,звонить +7 916 111-22-33,ivan@x.ru,8 916 111 22 33,/buy?email=ivan%40x.ru\n"
        "L2,2026-01-05,rejected,E1,yandex,cpc,spring,no money,maria@y.ru,,/buy?phone=79161112233#x\n"
    ),
    "page_hits/h.csv": "hit_id,occurred_at,web_client_id,page\nH1,2026-01-05 10:00,W1,/u/ivan@x.ru/orders\nH2,2026-01-05 10:00,W1,/a?mail=ivan@x.ru\n",
}
HIS = ("ivan@", "ivan%40", "916 111", "9161112233")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A build of two leads and two page views that tell a customer's contacts in free words and addresses; employees as ids."""
    folder = tmp_path_factory.mktemp("personal")
    for name, text in FILES.items():
        path = folder / "raw" / "files" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    settings = {"KPI_PUBLISH_EMPLOYEES": "ids", "DBT_WRITE_JSON": "true"}
    done = run(folder, "build", "--resource-type", "model", "--resource-type", "seed", **settings)
    assert done.returncode == 0, done.stdout[-6000:]
    return folder, done.stdout


def run(folder: Path, *arguments: str, **settings: str):
    settings |= {"KPI_RAW_ROOT": str(folder / "raw"), "KPI_AS_OF": "2026-01-11"}
    return run_dbt(folder, *arguments, **settings)


def texts(folder: Path) -> dict[str, set[str]]:
    """The texts of every column of the marts."""
    with closing(duckdb.connect(str(folder / "kpi.duckdb"), read_only=True)) as one:
        columns = one.execute(
            "select table_name, column_name from duckdb_columns() join duckdb_tables() using (database_name, schema_name, table_name)"
            " where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        return {
            f"{t}.{c}": {v for (v,) in one.execute(f'select distinct "{c}" from marts."{t}"').fetchall() if v}
            for t, c in columns
        }


def test_no_mart_holds_contact_data_and_a_finding_says_where_it_was(built):
    """The campaign, the reason and the page lose the contact; the finding names the column and the rows, nothing tells the value."""
    folder, said = built
    everything = {
        place: values for place, values in texts(folder).items() if any(his in value for value in values for his in HIS)
    }
    assert everything == {}
    of = Identifiers(contact_key(folder)).of
    assert f"yandex_direct:for contact:{of('ivan@x.ru')}" in texts(folder)["fct_leads.campaign"]
    assert texts(folder)["fct_leads.landing_page"] == {"/buy"}
    with closing(duckdb.connect(str(folder / "kpi.duckdb"), read_only=True)) as one:
        found = dict(one.execute(
            "select subject, rows_affected from quality.findings where finding = 'contact data in a mart, masked'").fetchall())  # fmt: skip
    assert found["marts.fct_leads.campaign"] == 1 and found["marts.page_events.page"] == 1
    assert "contact data in a mart, masked" in said and not any(his in said + str(found) for his in HIS)


def test_a_new_mart_cannot_be_forgotten(built):
    """Whatever table is in the marts is looked through, by any run; an id that is no phone number stays."""
    folder, _ = built
    with closing(duckdb.connect(str(folder / "kpi.duckdb"))) as one:
        one.execute("create table marts.brand_new as select 1 as id, 'ivan@x.ru' as who, '1719705600240006190' as client union all"
                    " select 2, 'ivan@x.ru', '9161112' union all select 3, null, '2026-01-01 10:00'")  # fmt: skip
    assert run(folder, "run", "--select", "dim_employees").returncode == 0
    of = Identifiers(contact_key(folder)).of
    assert texts(folder)["brand_new.who"] == {f"contact:{of('ivan@x.ru')}"}
    assert texts(folder)["brand_new.client"] == {"1719705600240006190", "9161112", "2026-01-01 10:00"}
    with closing(duckdb.connect(str(folder / "kpi.duckdb"), read_only=True)) as one:
        query = "select rows_affected from quality.findings where subject = 'marts.brand_new.who'"
        assert one.execute(query).fetchall() == [(2,)]


def test_employees_are_ids_where_that_is_set_and_names_otherwise(built):
    """With ids the name stands in no mart; without the setting the same model shows it; another word is refused."""
    folder, _ = built
    assert (
        run(folder, "run", "--select", "dim_employees", "dimension_members", KPI_PUBLISH_EMPLOYEES="ids").returncode
        == 0
    )
    assert [place for place, values in texts(folder).items() if any("Титова" in value for value in values)] == []
    assert texts(folder)["dim_employees.employee_name"] == {"E1"}
    assert run(folder, "run", "--select", "dim_employees").returncode == 0
    assert texts(folder)["dim_employees.employee_name"] == {"Анна Титова"}
    assert "it is names or ids" in run(folder, "run", "--select", "dim_employees", KPI_PUBLISH_EMPLOYEES="all").stdout


def test_the_key_is_made_once_and_stands_nowhere_else(built):
    """The file is its owner's alone; neither it nor a plain hash of a contact is in what dbt writes; the same contact has one identifier."""
    folder, _ = built
    key = folder / "contact.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_bytes().strip()
    plain = [hashlib.md5(text.encode()).hexdigest() for text in ("79161112233", "ivan@x.ru")]
    for path in [*(folder / "target").rglob("*"), *(folder / "logs").rglob("*")]:
        if path.is_file():
            data = path.read_bytes()
            assert secret not in data and not any(one.encode() in data for one in plain), path
    with closing(duckdb.connect(str(folder / "kpi.duckdb"), read_only=True)) as one:
        found = {value for (value,) in one.execute("select identifier from intermediate.int_contact_values").fetchall()}
    of = Identifiers(secret).of
    assert found == {of("79161112233"), of("ivan@x.ru"), of("maria@y.ru")} and not found & set(plain)
    assert contact_key(folder) == secret


def test_the_key_of_the_environment_goes_first_and_a_damaged_one_is_refused(tmp_path, monkeypatch):
    assert contact_key(tmp_path) == contact_key(tmp_path)
    monkeypatch.setenv("KPI_CONTACT_KEY", SECRET)
    assert contact_key(tmp_path) == SECRET.encode()
    monkeypatch.delenv("KPI_CONTACT_KEY")
    (tmp_path / "contact.key").write_text("")
    with pytest.raises(KeyTrouble, match="put it back"):
        contact_key(tmp_path)
    assert os.stat(tmp_path / "contact.key").st_mode & 0o077 == 0


def test_what_is_declared_of_people_is_whole():
    """A rule that names a column that is not there would never hold; a person's table has its contacts marked."""
    for (source, table), rules in declared().items():
        columns = set(rules.table.columns)
        for template, conditions in rules.person:
            assert set(re.findall(r"\{(.+?)\}", template)) | {name for name, _ in conditions} <= columns, (
                source,
                table,
            )
        for name in columns if rules.person else ():
            if re.search(r"(?i)phone|e?mail$|^last_?name$", name):
                assert name in rules.kinds, (source, table, name)
        for other, _ in [*rules.kinds_of.values(), *rules.plain_of.values()]:
            assert other in columns


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/buy?email=ivan%40x.ru&b=1", "/buy?email=contact:<ivan@x.ru>&b=1"),
        ("so +7 916 111-22-33, thanks", "so contact:<79161112233>, thanks"),
        ("8(916)111-22-33", "contact:<79161112233>"),
        ("tel=%2B79161112233&x", "tel=contact:<79161112233>&x"),
        ("c:ivan@x.ru", "c:contact:<ivan@x.ru>"),
        ("erased:abcdefghijklmnopabcdefghijklmnop", "contact:<erased:abcdefghijklmnopabcdefghijklmnop>"),
        ("1719705600240006190", "1719705600240006190"),
        ("9161112233", "9161112233"),
        ("2026-01-01 10:00:00", "2026-01-01 10:00:00"),
        ("окна 800 x 600, 1200-1500 мм", "окна 800 x 600, 1200-1500 мм"),
    ],
)
def test_what_looks_like_a_contact(text, masked):
    """Ten digits, dates, sizes and long ids are none."""
    assert mask(text, "RU", lambda contact: f"<{contact}>") == masked

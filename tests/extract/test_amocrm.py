"""amoCRM: pages by their links, an empty answer, limits, an expired token, errors in the middle, what is gone, own fields as columns."""

import dataclasses
import time
from datetime import timedelta

import pytest
from extract.servers import AmoCrm
from extract.tools import NOW, QUICK, alive, read, seen

from flows.extract import Incomplete, LimitReached, Refused, RequestFailed, load

OLD = int(NOW.timestamp()) - 86400 * 30
LATER = int(NOW.timestamp()) + 3600


def lead(number: int, updated: int = OLD, **more) -> dict:
    return {
        **{"id": number, "name": f"Сделка {number}", "price": 46333, "responsible_user_id": 123321, "status_id": 142},
        **{"pipeline_id": 1300, "created_at": OLD, "updated_at": updated, "closed_at": OLD, "is_deleted": False},
        **{"custom_fields_values": None, "_embedded": {"tags": [], "companies": []}, "_links": {"self": {"href": "x"}}},
        **more,
    }


def own(code: str | None, *values: str, number: int = 1) -> dict:
    return {"field_id": number, "field_code": code, "field_type": "text", "values": [{"value": one} for one in values]}


def changed_status(number: int, when: int = OLD) -> dict:
    before, after = ({"lead_status": {"id": status, "pipeline_id": 1300}} for status in (7, 142))
    told = {"id": f"01ev{number}", "type": "lead_status_changed", "entity_id": number, "entity_type": "lead"}
    return {**told, "created_at": when, "value_before": [before], "value_after": [after]}


@pytest.fixture
def account(monkeypatch):
    with AmoCrm(limit=10) as server:
        monkeypatch.setenv("KPI_AMOCRM_URL", server.url)
        monkeypatch.setenv("KPI_AMOCRM_TOKEN", server.token)
        server.lists = {
            "leads": [lead(number) for number in range(1, 36)],
            "events": [changed_status(number) for number in range(1, 13)]
            + [{**changed_status(99), "type": "lead_added"}],
            "contacts": [{"id": 7, "name": "Анна", "updated_at": OLD, "created_at": OLD, "custom_fields_values": []}],
            "leads/notes": [
                {
                    "id": 1,
                    "note_type": "call_in",
                    "updated_at": OLD,
                    "params": {"phone": "+79160000001", "duration": 65},
                },
                {"id": 2, "note_type": "common", "updated_at": OLD, "params": {"text": "секрет"}},
            ],
            "users": [
                {"id": 123321, "name": "Олег", "email": "o@a.ru", "_embedded": {"groups": [{"name": "Отдел продаж"}]}}
            ],
            "leads/pipelines": [{"id": 1300, "name": "Воронка", "_embedded": {"statuses": [{"id": 142, "type": 0}]}}],
        }
        yield server


def amocrm(root, number: int = 0, **more):
    return load("amocrm", root, now=NOW + timedelta(days=number), settings=more.pop("settings", QUICK), **more)


def test_a_first_load_follows_the_pages(root, account):
    """35 leads of 10 a page are 4 pages; no company and no task is HTTP 204; of the notes the calls alone come."""
    report = amocrm(root)
    assert report.rows == {
        "account": 1,
        "users": 1,
        "pipelines": 1,
        "leads": 35,
        "contacts": 1,
        "notes": 1,
        "events": 12,
    }
    assert [call.get("page", "1") for call in account.calls("leads")] == ["1", "2", "3", "4", "1"]  # then the bin
    assert sorted(alive(root, "amocrm", "leads", "id"), key=int) == [str(number) for number in range(1, 36)]
    row = read(root, "amocrm", "leads")[0]
    assert (row["price"], row["status_id"], row["created_at"], row["is_deleted"]) == ("46333", "142", str(OLD), "false")
    note = read(root, "amocrm", "notes")[0]
    assert (note["entity_type"], note["PHONE"], note["params"]) == ("leads", "+79160000001", '{"duration":65}')


def test_a_later_load_brings_changes_and_finds_what_is_gone(root, account):
    amocrm(root)
    leads = account.lists["leads"]
    leads[3] |= {"updated_at": LATER, "status_id": 143}
    del leads[20]  # lead 21 was merged into another one: no list has it
    account.bin.append(leads.pop(4) | {"is_deleted": True, "updated_at": LATER})  # lead 5 is in the bin
    account.lists["events"].append(changed_status(4, LATER))
    report = amocrm(root, 1)
    assert (report.rows["leads"], report.rows["events"], report.rows.get("contacts")) == (3, 1, None)
    found = alive(root, "amocrm", "leads", "id")
    assert len(found) == 33 and not {"5", "21"} & set(found)
    assert found["4"]["status_id"] == "143"


def test_a_record_that_no_change_told_of_is_brought(root, account):
    amocrm(root)
    account.lists["leads"].append(lead(900))  # imported with an old time of change
    assert amocrm(root, 1).rows["leads"] == 1


def test_a_log_keeps_what_the_account_has_purged(root, account):
    amocrm(root)
    account.lists["events"] = []
    amocrm(root, 1)
    assert len(alive(root, "amocrm", "events", "id")) == 12


def test_an_own_field_appears_and_vanishes(root, account):
    """A code names the column, else the number; several values stay a list; nobody minds a field that is there no more."""
    fields = [own("UTM_SOURCE", "yandex"), own("PHONE", "+79160000001", "+79160000002"), own(None, "Уфа", number=77)]
    account.lists["leads"][0]["custom_fields_values"] = fields
    amocrm(root)
    row = alive(root, "amocrm", "leads", "id")["1"]
    told = (row["UTM_SOURCE"], row["PHONE"], row["field_77"])
    assert told == ("yandex", '["+79160000001","+79160000002"]', "Уфа")
    account.lists["leads"][0] |= {"custom_fields_values": [own("UTM_SOURCE", "vk")], "updated_at": LATER}
    amocrm(root, 1)
    row = alive(root, "amocrm", "leads", "id")["1"]
    assert (row["UTM_SOURCE"], row.get("field_77")) == ("vk", None)


def test_a_limit_and_a_server_error_pass(root, account):
    account.fault("leads", 2, 429, "")
    account.fault("contacts", 1, 503, "")
    assert amocrm(root).rows["leads"] == 35


def test_no_more_requests_in_a_second_than_allowed(root, account):
    """14 requests at 50 a second take 13 gaps of 20 ms at least."""
    begun = time.monotonic()
    amocrm(root, settings=dataclasses.replace(QUICK, amocrm_per_second=50))
    assert len(account.seen) >= 14 and time.monotonic() - begun >= 13 * 0.02


@pytest.mark.parametrize(
    ("place", "status", "error", "told"),
    [
        ("tasks", 401, Refused, "the token has run out"),
        ("tasks", 402, Refused, "not paid for"),
        ("tasks", 403, Refused, "blocked"),
        ("events", 429, LimitReached, "seven requests a second"),
        ("events", 500, RequestFailed, "later"),
        ("events", 400, Refused, "Не принято"),
    ],
)
def test_trouble_in_the_middle_leaves_nothing(root, account, place, status, error, told):
    """The token runs out after the first pages, or the limit stays: what had come until then is not seen."""
    problem = account.problem(status, "Trouble")
    account.fault(place, 9, status, problem.body)
    with pytest.raises(error, match=f"(?s)amocrm: {place}.*HTTP {status}.*{told}"):
        amocrm(root)
    assert seen(root) == {}


def test_an_expired_token_leaves_the_last_load(root, account):
    amocrm(root)
    before, account.token = seen(root), "another"
    with pytest.raises(Refused, match="account: HTTP 401") as failure:
        amocrm(root, 1)
    assert "am0s3cret" not in str(failure.value)
    assert seen(root) == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html>", "no JSON"),
        ("[]", "HTTP 200"),
        ('{"_embedded":{}}', "no list of leads"),
        ('{"_embedded":{"leads":[{"name":"x"}]}}', "entry 1 is no record with an id"),
        (
            '{"_embedded":{"leads":[]},"_links":{"next":{"href":"https://elsewhere.ru/api/v4/leads?page=2"}}}',
            "another address",
        ),
    ],
)
def test_an_answer_of_another_shape(root, account, body, told):
    """The token is never sent to an address that is not the account's."""
    account.fault("leads", 1, 200, body)
    with pytest.raises((Incomplete, Refused), match=told):
        amocrm(root)
    assert seen(root) == {}


def test_a_dry_run(root, account):
    report = amocrm(root, dry_run=True)
    assert (report.rows["account"], report.rows["leads"]) == (1, -1)
    assert not root.exists()

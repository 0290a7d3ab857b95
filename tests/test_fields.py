"""Fields of one's own: lines of contract/fields.yml are brought from the raw root to the scorecard, and refused where they cannot be."""

import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from flows import contract, fields
from flows.fields import ContractError
from tests.warehouse import PROJECT, build, rows, write_csv

COMMAND = """
from flows.contract import command
from flows.gates.project import raw_tables
from flows.intake.names import meaning

assert command(False) == 0 and command(True) == 0
print(meaning("deals", "Конкурент").column, [one.name for table in raw_tables() if table.name == "crm_deal" for one in table.columns][-7:])
"""

LINES = """
  - {entity: deals, column: rival, type: list, label: [Конкурент, Rival], dimension: true, bitrix24: UF_CRM_57, amocrm: field_77, hubspot: rival, salesforce: Rival__c}
  - {entity: deals, column: reasons, type: list, label: [Причины покупки, Reasons of the purchase], bitrix24: UF_CRM_58}
  - {entity: deals, column: deposit, type: money, label: [Задаток, Deposit], bitrix24: UF_CRM_59}
  - {entity: deals, column: delivered_on, type: date, label: [Доставлено, Delivered], bitrix24: UF_CRM_60, amocrm: field_78, hubspot: delivered, salesforce: Delivered__c}
  - {entity: deals, column: is_export, type: boolean, label: [Экспорт, Export], bitrix24: UF_CRM_61}
  - {entity: leads, column: fair, type: text, label: [Выставка, Fair], dimension: true, bitrix24: UF_CRM_62, salesforce: Fair__c}
  - {entity: customers, column: tier, type: list, label: [Разряд, Tier], dimension: true, bitrix24: UF_CRM_63, amocrm: field_79, hubspot: tier, salesforce: Tier__c}
  - {entity: customers, column: seats, type: number, label: [Мест, Seats], bitrix24: UF_CRM_64}
"""
USER_FIELDS = """ID,ENTITY_ID,FIELD_NAME,USER_TYPE_ID,LIST,_loaded_at
1,CRM_DEAL,UF_CRM_57,enumeration,"[{""ID"":""57"",""VALUE"":""Ромашка""},{""ID"":""58"",""VALUE"":""Лютик""}]",2026-03-30T01:00:00Z
2,CRM_DEAL,UF_CRM_58,enumeration,"[{""ID"":""61"",""VALUE"":""Цена""},{""ID"":""62"",""VALUE"":""Срок, дни""}]",2026-03-30T01:00:00Z
3,CRM_CONTACT,UF_CRM_63,enumeration,"[{""ID"":""71"",""VALUE"":""Золото""}]",2026-03-30T01:00:00Z
4,CRM_COMPANY,UF_CRM_63,enumeration,"[{""ID"":""71"",""VALUE"":""Серебро""}]",2026-03-30T01:00:00Z
"""
# 1 and 2 were won over Ромашка, 3 over Лютик; the list has no item 99 of deal 4, and deal 5 is of another system, with a rival in words
DEALS = """ID,DATE_CREATE,CATEGORY_ID,STAGE_ID,STAGE_SEMANTIC_ID,CLOSEDATE,MOVED_TIME,OPPORTUNITY,CURRENCY_ID,LEAD_ID,CONTACT_ID,COMPANY_ID,UF_CRM_57,UF_CRM_58,UF_CRM_59,UF_CRM_60,UF_CRM_61,_loaded_at
1,2026-03-02T10:00:00Z,0,WON,S,2026-03-10,2026-03-10T10:00:00Z,1000.00,RUB,11,21,,57,"[62,61]",200|RUB,2026-03-20T03:00:00+03:00,1,2026-03-30T01:00:00Z
2,2026-03-02T10:00:00Z,0,WON,S,2026-03-11,2026-03-11T10:00:00Z,2500.50,RUB,,,31,57,61,10|USD,20 марта,0,2026-03-30T01:00:00Z
3,2026-03-02T10:00:00Z,0,WON,S,2026-03-12,2026-03-12T10:00:00Z,400.00,RUB,,,,58,,,,,2026-03-30T01:00:00Z
4,2026-03-02T10:00:00Z,0,NEW,P,,2026-03-02T10:00:00Z,70.00,RUB,,,,99,[],false,false,false,2026-03-30T01:00:00Z
"""
RAW = {
    "bitrix24/crm_userfield/1": USER_FIELDS,
    "bitrix24/crm_deal/1": DEALS,
    "bitrix24/crm_lead/1": "ID,DATE_CREATE,STATUS_ID,CONTACT_ID,UF_CRM_62,_loaded_at\n"
    '11,2026-03-01T10:00:00Z,NEW,21,"[""Весна"",""Осень""]",2026-03-30T01:00:00Z\n'
    "12,2026-03-01T10:00:00Z,NEW,,Весна,2026-03-30T01:00:00Z\n",
    "bitrix24/crm_contact/1": "ID,NAME,UF_CRM_63,UF_CRM_64,_loaded_at\n21,Анна,71,12,2026-03-30T01:00:00Z\n",
    "bitrix24/crm_company/1": "ID,TITLE,UF_CRM_63,UF_CRM_64,_loaded_at\n31,Завод,71,,2026-03-30T01:00:00Z\n",
    "files/deals/1": "deal_id,created_at,status,closed_at,amount,currency,source_system,rival,deposit,is_export\n"
    "5,2026-03-05,won,2026-03-20,10,RUB,crm,Лютик,3,да\n",
    "amocrm/leads/1": "id,name,created_at,pipeline_id,status_id,price,company_id,field_77,field_78,_loaded_at\n"
    '6,Заказ,1772450000,1,7,90,41,"[""Ромашка"", ""Астра""]",1772450000,2026-03-30T01:00:00Z\n',
    "amocrm/companies/1": "id,name,created_at,field_79,_loaded_at\n41,Кафе,1772400000,Бронза,2026-03-30T01:00:00Z\n",
    "hubspot/deals/1": "id,dealname,createdate,updatedAt,pipeline,dealstage,amount,company_id,rival,delivered,_loaded_at\n"
    '7,Поставка,2026-03-02T10:00:00Z,2026-03-02T10:00:00Z,default,new,60,51,"camomile;aster;99;ООО ""Пион""",2026-03-22,2026-03-30T01:00:00Z\n',
    "hubspot/companies/1": "id,name,createdate,tier,_loaded_at\n51,Пекарня,2026-03-02T10:00:00Z,gold,2026-03-30T01:00:00Z\n",
    "hubspot/properties/1": "object,name,options,_loaded_at\n"
    'deals,rival,"[{""label"":""Ромашка"",""value"":""camomile""},{""label"":""Астра"",""value"":""aster""}]",2026-03-30T01:00:00Z\n'
    'companies,tier,"[{""label"":""Золото"",""value"":""gold""}]",2026-03-30T01:00:00Z\n',
    "salesforce/opportunity/1": "Id,Name,CreatedDate,StageName,IsClosed,IsWon,Amount,AccountId,Rival__c,Delivered__c,SystemModstamp,_loaded_at\n"
    "006000000000001AAA,Order,2026-03-02T10:00:00Z,Proposal,false,false,80,001000000000001AAA,Лютик,2026-03-21,2026-03-02T10:00:00Z,2026-03-30T01:00:00Z\n",
    "salesforce/account/1": "Id,Name,CreatedDate,Tier__c,SystemModstamp,_loaded_at\n"
    "001000000000001AAA,Acme,2026-03-02T10:00:00Z,Медь,2026-03-02T10:00:00Z,2026-03-30T01:00:00Z\n",
    "salesforce/lead/1": "Id,CreatedDate,Status,Fair__c,SystemModstamp,_loaded_at\n"
    "00Q000000000001AAA,2026-02-02T10:00:00Z,New,Осень,2026-03-02T10:00:00Z,2026-03-30T01:00:00Z\n",
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The warehouse of 31 March 2026 of a company whose project has the lines above."""
    folder = tmp_path_factory.mktemp("fields")
    project = folder / "project"
    for name in ("contract", "flows", "models", "macros", "systems", "tests/dbt"):
        shutil.copytree(PROJECT / name, project / name)
    for name in ("seeds", "raw_views", "demo", "dbt_project.yml", "profiles.yml", "selectors.yml"):
        (project / name).symlink_to(PROJECT / name)
    lines = project / "contract" / "fields.yml"
    head, _, rest = lines.read_text("utf-8").partition("\n\n# A column")
    lines.write_text(f"{head}{LINES.rstrip()}\n\n# A column{rest}", "utf-8")
    told = subprocess.run([sys.executable, "-c", COMMAND], cwd=project, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    known = ["UF_CRM_LOST_REASON", "UF_CRM_ORDER_ID", "UF_CRM_57", "UF_CRM_58", "UF_CRM_59", "UF_CRM_60", "UF_CRM_61"]
    assert told.stdout.splitlines()[-1] == f"rival {known}", "the header of a workbook, and what the gates watch"
    write_csv(folder / "raw", RAW)
    settings = {
        "KPI_RAW_ROOT": str(folder / "raw"),
        "KPI_AS_OF": "2026-04-01",
        "KPI_SOURCES": "bitrix24 amocrm hubspot salesforce files",
    }
    with build(folder, "--exclude-resource-type", "unit_test", project=project, **settings) as warehouse:
        yield warehouse


def test_a_field_goes_from_its_source_to_the_facts(company):
    """Codes are their labels, by kind of record; several are all told, in one order; what cannot be read is left out and found."""
    assert rows(company, """
        select deal_id, rival, reasons, deposit, delivered_on, is_export, fair, tier, seats from marts.fct_deals order by deal_id
    """) == [
        ("amocrm:6", "Астра; Ромашка", None, None, date(2026, 3, 2), None, None, "Бронза", None),
        ("bitrix24:1", "Ромашка", "Срок, дни; Цена", Decimal("200.00"), date(2026, 3, 20), True, "Весна; Осень", "Золото", 12),
        ("bitrix24:2", "Ромашка", "Цена", None, None, False, None, "Серебро", None),
        ("bitrix24:3", "Лютик", None, None, None, None, None, None, None),
        ("bitrix24:4", None, None, None, None, False, None, None, None),
        ("crm:5", "Лютик", None, Decimal("3.00"), None, True, None, None, None),
        ("hubspot:7", '99; Астра; ООО "Пион"; Ромашка', None, None, date(2026, 3, 22), None, None, "Золото", None),
        ("salesforce:006000000000001AAA", "Лютик", None, None, date(2026, 3, 21), None, None, "Медь", None),
    ]  # fmt: skip
    assert rows(company, "select lead_id, fair, tier from marts.fct_leads order by 1") == [
        ("bitrix24:11", "Весна; Осень", "Золото"),
        ("bitrix24:12", "Весна", None),
        ("salesforce:00Q000000000001AAA", "Осень", None),
    ]
    assert rows(company, "select subject from quality.findings where finding in ('value that was left out', 'number of a list that no label is known of') order by 1") == [
        ("bitrix24/crm_deal: deposit: no valid money; delivered_on: no valid date",),
        ("deals.rival of bitrix24 = 99",),
    ]  # fmt: skip


def test_the_scorecard_tells_kpis_by_a_field(company):
    """1000 + 2500.50 were won over Ромашка, 400 + 10 over Лютик; of two leads of the fair, the one that was at both became a deal."""
    assert rows(company, """
        select kpi_id, dimension, dimension_name_ru, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'rival', 'fair', 'tier')
            and kpi_id in ('revenue', 'lead_to_deal_conversion') and (kpi_id <> 'revenue' or dimension <> 'fair')
        order by all
    """) == [
        ("lead_to_deal_conversion", "all", "Весь бизнес", 0.5),
        ("lead_to_deal_conversion", "fair", "Весна", 0),
        ("lead_to_deal_conversion", "fair", "Весна; Осень", 1),
        ("lead_to_deal_conversion", "tier", "Золото", 1),
        ("lead_to_deal_conversion", "tier", "Не указано", 0),
        ("revenue", "all", "Весь бизнес", 3910.5),
        ("revenue", "rival", "Лютик", 410),
        ("revenue", "rival", "Ромашка", 3500.5),
        ("revenue", "tier", "Золото", 1000),
        ("revenue", "tier", "Не указано", 410),
        ("revenue", "tier", "Серебро", 2500.5),
    ]  # fmt: skip
    named = rows(company, "select kpi_id from marts.kpi_catalogue where concat(' ', dimensions, ' ') like '% rival %'")
    assert {"revenue", "win_rate", "avg_deal_size"} <= {kpi for (kpi,) in named}
    assert not {"leads_new", "lead_to_deal_conversion", "quota_attainment", "yoy_growth"} & {kpi for (kpi,) in named}
    assert rows(company, "select value from marts.kpi_monthly_by_rival where kpi_id = 'avg_deal_size' and dimension_key = 'Ромашка'") == [(1750.25,)]  # fmt: skip


OWN = "entity: deals, column: rival, type: list, label: [Конкурент, Rival], bitrix24: UF_CRM_57"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (OWN.replace("deals", "deal"), "entity deal is none of deals, leads, customers; near to it are deals."),
        (OWN.replace("list", "lst"), "type lst is none of text, list, number, money, date, boolean; near to it are list"),
        (OWN.replace("bitrix24", "bitrix"), "bitrix is no part of a line; near to it are bitrix24."),
        (OWN.replace("rival", "Rival", 1), "column Rival is made of small Latin letters"),
        (OWN.replace("rival", "order", 1), "column order is made of small Latin letters, digits and _, and is no word of SQL"),
        (OWN.replace("rival", "amount", 1), "deals has a column amount anyway"),
        (OWN.replace("rival", "team", 1), "team is a column of fct_deals, where the field would go too"),
        (OWN.replace("[Конкурент, Rival]", "Rival"), "label of rival is [Russian, English]"),
        (OWN.replace("list", "money") + ", dimension: true", "rival is of type money; a dimension is of type text or list"),
        (OWN.replace("rival", "competitor", 1) + ", dimension: true", "competitor is a dimension of the scorecard already"),
        (OWN.replace("list", "phone"), "rival is of type phone, and personal data is not brought to the marts"),
        (OWN.replace("Конкурент", "Телефон друга"), "rival sounds like personal data (телефон); if it is none, say personal: false"),
        (OWN.replace("UF_CRM_57", "TITLE"), "TITLE of bitrix24/crm_deal is personal data"),
        (OWN.replace("UF_CRM_57", "'\"; drop'"), "is no name of a field"),
        ("entity: deals, column: lost_reson, bitrix24: UF_CRM_1", "deals has no column lost_reson, near to it are lost_reason, region."),
        ("entity: deals, column: amount, bitrix24: UF_CRM_1", "bitrix24 fills deals.amount without a line; of deals it leaves lost_reason, order_id"),
        ("entity: deals, column: order_id", "no source is named that fills order_id"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_followed_is_refused(tmp_path, monkeypatch, line, told):
    """The message names the file, the line and what may be meant."""
    refused = refusal(tmp_path, monkeypatch, f"fields:\n  - {{{OWN.replace('rival', 'first')}}}\n  - {{{line}}}\n")
    assert refused.startswith("contract/fields.yml, line 3: ") and told in refused


def test_lines_of_one_name_are_one_thing(tmp_path, monkeypatch):
    assert "line 3: line 2 tells of deals.rival already" in refusal(
        tmp_path, monkeypatch, f"fields:\n  - {{{OWN}}}\n  - {{{OWN}}}\n"
    )
    other = OWN.replace("deals", "leads").replace("list", "text")
    assert "line 3: rival has another type, label or dimension in line 2" in refusal(tmp_path, monkeypatch, f"fields:\n  - {{{OWN}}}\n  - {{{other}}}\n")  # fmt: skip


def test_what_only_sounds_like_personal_data_may_be_said_to_be_none(tmp_path, monkeypatch):
    line = OWN.replace("Конкурент", "Модель телефона") + ", personal: false"
    assert refusal(tmp_path, monkeypatch, f"fields:\n  - {{{line}}}\n") == ""


def test_a_field_that_is_in_no_file_is_told(tmp_path):
    """Of a table that was never loaded nothing is known; the case of a name does not matter."""
    write_csv(tmp_path, {"bitrix24/crm_deal/1": "ID,UF_CRM_57,_loaded_at\n1,2,\n"})
    lines = [
        fields.Field(7, "deals", "rival", "list", ("", ""), False, {"bitrix24": "UF_CRM_75"}),
        fields.Field(8, "deals", "other", "list", ("", ""), False, {"bitrix24": "uf_crm_57"}),
        fields.Field(9, "leads", "rival", "list", ("", ""), False, {"bitrix24": "UF_CRM_1"}),
    ]
    assert [*fields.unseen(lines, tmp_path)] == [
        "contract/fields.yml, line 7: UF_CRM_75 is in no file of bitrix24/crm_deal so far; near to it are UF_CRM_57."
    ]


def refusal(folder, monkeypatch, text):
    """Why these lines are refused; empty where they are taken."""
    (folder / "contract").mkdir(exist_ok=True)
    words = fields.FIELDS.read_text("utf-8").partition("\n\n# A column")[2]
    (folder / "contract" / "fields.yml").write_text(f"{text}\n# A column{words}", "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(fields, "FIELDS", folder / "contract" / "fields.yml")
        contract.own_fields.cache_clear()
        try:
            contract.own_fields()
        except ContractError as error:
            return str(error)
        finally:
            contract.own_fields.cache_clear()
    return ""

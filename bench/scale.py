"""The demo company N times as big: its raw files with every row N times, the copies told apart.

A copy keeps everything that its rows say of each other and shares nothing that names a person or a record with another copy:
ids, order numbers, browsers, visits, hits, phones and e-mails are told apart in the same way in all files, so joins hold
within a copy and nowhere else. Copy 0 is the demo company itself.

What the copies share, as departments of one firm do: employees, departments, products, stages, lists of the portal, ad
campaigns, mailings, goals, the calendar, rates, prices, channel rules, materials, sprints and tasks, working time and the
history of nights. What is told of these as a sum grows with the company: plans and forecasts are multiplied, expenses and ad
cost are repeated (ad cost in an ad account of each copy's own), a mailing goes to N times as many people. So sums are N times those
of the demo company, and ratios are the same, but for what is told by the hour or the head of an employee.

The same scale gives the same bytes. Memory does not grow with the scale.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from flows.base.sql import literal, quoted
from raw_views.csv_files import detect

DEMO = Path(__file__).resolve().parents[1] / "demo" / "raw"
MOST = 200  # copies: so many have phones and browsers of their own
ROWS = 120_000  # made at a time
MEMORY = "1GB"

# How a value of copy k (from 1 on) is made of the demo company's value v. The regular expressions leave alone what names nobody: 0, an
# empty value, the phone of noughts, no@no.no.
RULES = {
    # every number in the text gets the copy before it: 107 of copy 3 is 90003107, K-00992 is K-90003992
    "id": r"regexp_replace(v, '0*([1-9][0-9]*)', concat('9', printf('%04d', k), '\1'), 'g')",
    "owners": r"""regexp_replace(v, '"OWNER_ID":"([1-9][0-9]*)"', concat('"OWNER_ID":"9', printf('%04d', k), '\1"'), 'g')""",
    "visit": r"regexp_replace(v, '^48100000', concat('481', printf('%05d', k)))",
    "hit": r"regexp_replace(v, '\b8([27])00000', concat('8\1', printf('%05d', k)), 'g')",
    # ten digits of a moment, then 240 and the browser's number, or 930 and a robot's
    "browser": r"""
        regexp_replace(regexp_replace(v,
            '^([0-9]{10})240', concat('\1', 240 + k)),
            '^([0-9]{10})930', concat('\1', 700 + k))""",
    # the two digits behind the code of the region; from copy 100 on the code begins with another digit too
    "phone": r"""
        replace(replace(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(v,
            '([78]\W{0,2})([1-9]\d\d\W{0,2}\d\d)', if(k < 100, '\1\2', '\1#\2'), 'g'),
            '([78]\W{0,2}#?(?:9[1-8]\d|902|495|800)\W{0,2})00', concat('\1', printf('%02d', k % 100)), 'g'),
            '([78]\W{0,2}#?90[01]\W{0,2})50', concat('\1', printf('%02d', (50 + k) % 100)), 'g'),
            '([78]\W{0,2}#?812\W{0,2})55', concat('\1', printf('%02d', (55 + k) % 100)), 'g'),
            '#9', '3'), '#4', '8'), '#8', '4')""",
    "email": r"regexp_replace(v, '([\w.]{3})@', concat('\1.c', k, '@'), 'g')",
    "text": "concat(v, '-', k)",
    "property": "case code when 'YM_CLIENT_ID' then {browser} when 'PHONE' then {phone} when 'EMAIL' then {email} else v end",
}
RULES["property"] = RULES["property"].format(**RULES)

# Tables of which every row comes in every copy: what tells the copies apart, by rule.
CRM_LINKS = ["COMPANY_ID", "CONTACT_ID", "LEAD_ID"]
TOLD_APART: dict[str, dict[str, list[str]]] = {
    "bitrix24/crm_activity": {"id": ["ID", "OWNER_ID"], "owners": ["BINDINGS"]},
    "bitrix24/crm_company": {"id": ["ID", "CONTACT_ID"], "phone": ["PHONE"], "email": ["EMAIL"]},
    "bitrix24/crm_contact": {
        "id": ["ID", "COMPANY_ID"],
        "phone": ["PHONE"],
        "email": ["EMAIL"],
        "browser": ["UF_CRM_YM_CLIENT_ID"],
    },
    "bitrix24/crm_deal": {"id": ["ID", *CRM_LINKS, "UF_CRM_ORDER_ID"], "browser": ["UF_CRM_YM_CLIENT_ID"]},
    "bitrix24/crm_item_productrow": {"id": ["id", "ownerId"]},
    "bitrix24/crm_lead": {
        "id": ["ID", "COMPANY_ID", "CONTACT_ID"],
        "phone": ["PHONE"],
        "email": ["EMAIL"],
        "browser": ["UF_CRM_YM_CLIENT_ID"],
    },
    "bitrix24/crm_quote": {"id": ["ID", "DEAL_ID", *CRM_LINKS]},
    "bitrix24/crm_smart_invoice": {"id": ["id", "parentId2", "companyId", "contactId"]},
    "bitrix24/crm_stagehistory_deal": {"id": ["ID", "OWNER_ID"]},
    "bitrix24/crm_stagehistory_lead": {"id": ["ID", "OWNER_ID"]},
    "bitrix24/voximplant_statistic": {
        "id": ["ID", "CRM_ENTITY_ID", "CRM_ACTIVITY_ID"],
        "text": ["CALL_ID"],
        "phone": ["PHONE_NUMBER"],
    },
    "bitrix_shop/crm_order_entity": {"id": ["orderId", "ownerId"]},
    "bitrix_shop/sale_basket_item": {"id": ["id", "orderId"]},
    "bitrix_shop/sale_order": {"id": ["id", "userId"]},
    "bitrix_shop/sale_payment": {"id": ["id", "orderId"]},
    "bitrix_shop/sale_property_value": {"id": ["id", "orderId"], "property": ["value"]},
    "files/calls": {"id": ["call_id"], "phone": ["phone"]},
    "files/contract_schedule": {"id": ["contract_id"]},
    "files/contracts": {"id": ["contract_id", "customer_id"]},
    "files/customers": {"id": ["customer_id"], "email": ["email"]},
    "files/email_events": {"id": ["event_id", "customer_id"], "email": ["email"]},
    "files/material_usage": {"id": ["usage_id", "deal_id"]},
    "files/objections": {"id": ["objection_id", "deal_id"]},
    "files/order_lines": {"id": ["order_id"]},
    "files/orders": {"id": ["order_id", "customer_id", "deal_id"]},
    "files/payments": {"text": ["payment_id"], "id": ["invoice_id", "deal_id"]},
    "files/refunds": {"id": ["refund_id", "order_id"]},
    "files/reviews": {"id": ["review_id", "customer_id"]},
    "files/survey_responses": {"text": ["response_id"], "id": ["customer_id"]},
    "yandex_direct/campaign_performance": {"text": ["ClientLogin"]},
    "yandex_metrica/hits": {"hit": ["ym:pv:watchID"], "visit": ["ym:pv:visitID"], "browser": ["ym:pv:clientID"]},
    "yandex_metrica/visits": {
        "visit": ["ym:s:visitID"],
        "hit": ["ym:s:watchIDs"],
        "browser": ["ym:s:clientID"],
        "id": ["ym:s:purchaseID"],
    },
}
# Tables whose rows stay what they are, and of which these columns grow.
MULTIPLIED = {
    "files/email_campaigns": ["sent", "delivered", "opened_unique", "clicked_unique", "unsubscribed", "bounced"],
    "files/forecasts": ["amount"],
    "files/targets": ["value"],
}
# Text files whose lines come once for each copy, and what in them tells the copies apart; equal lines of expenses add up.
REPEATED = {
    "files/ad_spend": "vk-77120",
    "files/expenses": None,
    "yandex_direct/campaign_performance": "coffee-demo-direct",
}


def make(scale: int, out: Path, demo: Path = DEMO) -> None:
    """Writes a raw root of the company `scale` times as big.

    Args:
        scale: how many times, from 1 to 200.
        out: the folder to be the raw root; the tables that it holds are made anew.
        demo: the raw root that is multiplied, the demo company's or a part of it.

    Raises:
        ValueError: the scale is out of range, or a number to be multiplied cannot be read.
        OSError: the folder cannot be written.
    """
    if not 1 <= scale <= MOST:
        raise ValueError(f"The scale is a number from 1 to {MOST}, not {scale}")
    with duckdb.connect(config={"memory_limit": MEMORY}) as connection:
        for source in sorted(path for path in demo.glob("*/*/*") if path.suffix in (".parquet", ".csv")):
            table = source.parent.relative_to(demo).as_posix()
            target = out / source.relative_to(demo)
            target.parent.mkdir(parents=True, exist_ok=True)
            if table in TOLD_APART and source.suffix == ".parquet":
                _copies(connection, source, target, TOLD_APART[table], scale)
            elif table in MULTIPLIED and source.suffix == ".parquet":
                _multiplied(connection, source, target, MULTIPLIED[table], scale)
            elif table in MULTIPLIED:
                _rewritten(source, target, partial(_larger, columns=MULTIPLIED[table], scale=scale))
            elif table in REPEATED:
                _rewritten(source, target, partial(_repeated, mark=REPEATED[table], scale=scale))
            else:
                shutil.copyfile(source, target)


def copy_of(value: str, rule: str) -> str:
    """SQL: the value of copy k that a rule of RULES makes of an SQL expression."""
    copy = re.sub(r"\bv\b", lambda _: value, RULES[rule])
    return f"case when k = 0 then {value} else {copy} end"


def _copies(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, rules: dict[str, list[str]], scale: int
) -> None:
    """Writes the rows of a Parquet file once for each copy, the copies one after the other."""
    rule_of = {column: rule for rule, columns in rules.items() for column in columns}
    names = pq.read_schema(source).names
    columns = [f"{copy_of(quoted(n), rule_of[n])} as {quoted(n)}" if n in rule_of else quoted(n) for n in names]
    step = max(1, ROWS // max(pq.read_metadata(source).num_rows, 1))

    def groups() -> Iterator[pa.Table]:
        for first in range(0, scale, step):
            yield connection.execute(
                f"select {', '.join(columns)}"
                f" from (select range as k from range({first}, {min(first + step, scale)}))"
                f" cross join read_parquet({literal(source)}, file_row_number = true)"
                " order by k, file_row_number"
            ).to_arrow_table()

    _write(groups(), target)


def _multiplied(
    connection: duckdb.DuckDBPyConnection, source: Path, target: Path, columns: list[str], scale: int
) -> None:
    larger = ", ".join(f"cast(cast({quoted(n)} as bigint) * {scale} as varchar) as {quoted(n)}" for n in columns)
    rows = connection.execute(f"select * replace ({larger}) from read_parquet({literal(source)})").to_arrow_table()
    _write([rows], target)


def _write(groups: Iterable[pa.Table], target: Path) -> None:
    writer = None
    for group in groups:
        writer = writer or pq.ParquetWriter(target, group.schema, compression="zstd")
        writer.write_table(group, row_group_size=ROWS)
    if writer:
        writer.close()


def _rewritten(source: Path, target: Path, change: Callable[[list[str]], Iterable[str]]) -> None:
    """Writes the lines of a text file changed, in its own encoding."""
    form = detect(source)
    with form.opened(source) as stream:
        lines = stream.read().removesuffix("\r\n").split("\r\n")
    with open(target, "w", encoding=form.encoding, errors=form.errors, newline="") as stream:
        stream.writelines(f"{line}\r\n" for line in change(lines))


def _parted(lines: list[str]) -> tuple[list[str], list[str], list[str], str]:
    """The lines up to the header; the records; broken lines and totals; what parts the columns."""
    at = next(n for n, line in enumerate(lines) if line.endswith("_loaded_at"))
    delimiter = "\t" if "\t" in lines[at] else ";"
    width = lines[at].count(delimiter)
    records: list[str] = []
    others: list[str] = []
    for line in lines[at + 1 :]:
        (records if line.endswith("Z") and line.count(delimiter) == width else others).append(line)
    return lines[: at + 1], records, others, delimiter


def _repeated(lines: list[str], mark: str | None, scale: int) -> Iterator[str]:
    above, records, below, _ = _parted(lines)
    yield from above
    for k in range(scale):
        yield from (line.replace(mark, f"{mark}-{k}") if mark and k else line for line in records)
    yield from below


def _larger(lines: list[str], columns: list[str], scale: int) -> Iterator[str]:
    above, records, below, delimiter = _parted(lines)
    places = [above[-1].split(delimiter).index(column) for column in columns]
    yield from above
    for line in records:
        fields = line.split(delimiter)
        for place in places:
            fields[place] = _times(fields[place], scale)
        yield delimiter.join(fields)
    yield from below


def _times(printed: str, scale: int) -> str:
    """A number, with or without a sign between its thousands and with a point, multiplied and printed in the same way."""
    number = re.fullmatch(r"(?:\d{1,3}(?:([\s,])\d{3})*|\d+)(\.\d+)?", printed)
    if number is None:
        raise ValueError(f"{printed} is no number as people print it")
    thousands = number[1] or ("" if len(printed.partition(".")[0]) > 3 else ",")
    digits = len(number[2]) - 1 if number[2] else 0
    value = Decimal(re.sub(r"[\s,]", "", printed)) * scale
    return f"{value:,.{digits}f}".replace(",", thousands)

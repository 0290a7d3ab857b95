"""Accidents of a load: each is stopped, or warned of, by the raw gate under the name of the check and the column.

They are planted in the rows of the newest load, before anything is built or published.
"""

import re

import pytest

NEWEST = "_loaded_at like '2026-07-01%'"
VISITS, ORDERS = "raw_yandex_metrica.visits", "raw_bitrix_shop.sale_order"
PAYMENTS, SPEND = "raw_bitrix_shop.sale_payment", "raw_yandex_direct.campaign_performance"
LEADS, DEALS, CALLS = "raw_bitrix24.crm_lead", "raw_bitrix24.crm_deal", "raw_bitrix24.voximplant_statistic"
ACTIVITIES, STAGES = "raw_bitrix24.crm_activity", "raw_bitrix24.crm_status"


def later(column: str, by: str) -> str:
    """A time without an offset, moved."""
    return f"strftime(cast({column} as timestamp) + interval {by}, '%Y-%m-%d %H:%M:%S')"


# what is done to the warehouse, whether that stops the night or is a warning, the check that tells it, what it names
ACCIDENTS = {
    "half a day is missing": (
        f"""delete from {VISITS} where {NEWEST} and "ym:s:dateTime" >= (select median("ym:s:dateTime"::timestamp)::text from {VISITS} where {NEWEST})""",
        "warning",
        "low_volume",
        "yandex_metrica/visits: ×",
    ),
    "half a day of orders is missing": (
        f"delete from {ORDERS} where {NEWEST} and dateUpdate >= '2026-06-30T16'",
        "warning",
        "early_ends",
        "bitrix_shop/sale_order.dateUpdate: ends at about 1",
    ),
    "half a day of leads is missing": (
        f"delete from {LEADS} where {NEWEST} and DATE_MODIFY >= '2026-06-30T13'",
        "warning",
        "early_ends",
        "bitrix24/crm_lead.DATE_MODIFY: ends at about 1",
    ),
    "half a day of deals is missing": (
        f"delete from {DEALS} where {NEWEST} and DATE_MODIFY >= '2026-06-30T12'",
        "warning",
        "early_ends",
        "bitrix24/crm_deal.DATE_MODIFY: ends at about 1",
    ),
    "half a day of calls is missing": (
        f"delete from {CALLS} where {NEWEST} and CALL_START_DATE >= '2026-06-30T13'",
        "warning",
        "early_ends",
        "bitrix24/voximplant_statistic.CALL_START_DATE: ends at about 1",
    ),
    "half a day of spend is missing": (
        f"update {SPEND} set Cost = Cost::double / 2, Clicks = Clicks::int // 2, Impressions = Impressions::int // 2 where {NEWEST} and Date = '2026-06-30'",
        "warning",
        "thin_days",
        "yandex_direct/campaign_performance.Cost:",
    ),
    "amounts are a hundred times too high": (
        f"update {ORDERS} set price = 100 * price::double where {NEWEST}",
        "critical",
        "medians",
        "bitrix_shop/sale_order.price: median ×",
    ),
    "amounts are in another currency": (
        f"update {ORDERS} set currency = 'USD' where {NEWEST}",
        "critical",
        "word_shares",
        "bitrix_shop/sale_order.currency:",
    ),
    "times are shifted by three hours": (
        f"""update {VISITS} set "ym:s:dateTime" = {later('"ym:s:dateTime"', "3 hours")} where {NEWEST}""",
        "warning",
        "hours",
        "yandex_metrica/visits.ym:s:dateTime: moved by",
    ),
    "orders are three hours early": (
        f"update {ORDERS} set dateInsert = replace(dateInsert, '+03:00', '+06:00'), dateUpdate = replace(dateUpdate, '+03:00', '+06:00') where {NEWEST}",
        "warning",
        "hours",
        "bitrix_shop/sale_order.date",
    ),
    "an employee has another id": (
        f"update {ACTIVITIES} set RESPONSIBLE_ID = '911' where {NEWEST} and RESPONSIBLE_ID = '11'",
        "warning",
        "renamed_members",
        "bitrix24/crm_activity.RESPONSIBLE_ID: 1 known ones are missing, 1 never came before",
    ),
    "all channels are unknown": (
        f"""update {VISITS} set "ym:s:lastTrafficSource" = 'undefined' where {NEWEST}""",
        "critical",
        "word_shares",
        "yandex_metrica/visits.ym:s:lastTrafficSource",
    ),
    "a load came twice with new ids": (
        f"insert into {ORDERS} select * replace ('9' || id as id) from {ORDERS} where {NEWEST}",
        "critical",
        "equal_records",
        "bitrix_shop/sale_order:",
    ),
    "the dictionary of stages is empty": (
        f"""insert into {STAGES} by name select ID, 'Y' as _deleted, '2026-07-01T01:30:00Z' as _loaded_at, _raw_file, _raw_row + 1000 as _raw_row
            from {STAGES}""",
        "critical",
        "emptied_tables",
        "bitrix24/crm_status:",
    ),
    "the sign of refunds is flipped": (
        f"""update {PAYMENTS} set sum = '-' || sum, payReturnDate = '2026-06-30', "isReturn" = 'Y'
            where {NEWEST} and id = (select max(id) from {PAYMENTS} where {NEWEST})""",
        "warning",
        "signs",
        "bitrix_shop/sale_payment.sum:",
    ),
    "spend is doubled": (
        f"update {SPEND} set Cost = 2 * Cost::double where {NEWEST}",
        "warning",
        "sums",
        "yandex_direct/campaign_performance.Cost:",
    ),
    "all figures are below nought": (
        f"""update {VISITS} set "ym:s:visitDuration" = '-' || "ym:s:visitDuration" where {NEWEST}""",
        "critical",
        "signs",
        "yandex_metrica/visits.ym:s:visitDuration:",
    ),
    "some amounts are ten thousand times too high": (
        f"update {ORDERS} set price = 10000 * price::double where {NEWEST} and id::int % 3 = 0",
        "critical",
        "sums",
        "bitrix_shop/sale_order.price: ×",
    ),
    "columns are shifted by one": (
        f"update {ORDERS} set dateInsert = id, dateUpdate = dateInsert, statusId = dateUpdate, price = statusId, currency = price where {NEWEST}",
        "critical",
        "unreadable_values",
        "bitrix_shop/sale_order.price:",
    ),
    "a day lies in the future": (
        f"""update {VISITS} set "ym:s:dateTime" = {later('"ym:s:dateTime"', "1 day")} where {NEWEST}""",
        "critical",
        "future_times",
        "yandex_metrica/visits.ym:s:dateTime:",
    ),
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_an_accident_is_told_by_name(damage, beyond, accident):
    statement, severity, check, words = ACCIDENTS[accident]
    damage(statement)
    told = beyond("raw")
    assert words in told[severity].get(check, ""), told
    assert severity == "critical" or told["critical"] == {}


def test_a_dictionary_that_comes_every_night_is_missed(damage, beyond):
    """Stages came whole in each of eight nights, and not in the newest."""
    damage(
        f"""insert into {STAGES} select stages.* replace (cast(date '2026-06-30' - i::int as varchar) || 'T01:30:00Z' as _loaded_at, _raw_row + 1000 * (i + 1) as _raw_row)
        from {STAGES} as stages, range(8) as nights(i)"""
    )
    told = beyond("raw")
    assert re.search(r"bitrix24/crm_status: (\d+) of \1 known records", told["critical"].pop("emptied_tables"))
    assert told["critical"] == {}


def test_an_accident_that_leaves_no_value_to_compare_is_told(damage, beyond):
    """Ids stand where the currency was: a column of few words has many all at once."""
    damage(f"update {ORDERS} set currency = 'c' || id where {NEWEST}")
    assert "bitrix_shop/sale_order.currency" in beyond("raw")["critical"]["word_shares"]


def test_a_table_that_has_no_row_left_is_told(damage, beyond):
    damage(f"delete from {STAGES}")
    assert re.search(r"bitrix24/crm_status: (\d+) of \1 known records", beyond("raw")["critical"]["emptied_tables"])

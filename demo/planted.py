"""Which oddities of real systems the demo company's files hold: a name out of this set is not planted.

`in_world` and `in_rows` of oddities/ plant those that are no part of a simulation, `in_rows` of spellings.py how rows are
spelled; see demo/README.md, "Planting".
"""

from __future__ import annotations

PLANTED = frozenset(
    {
        "ads_by_keyword",
        "ads_told_apart",
        "bank_returns",
        "callers_come_back",
        "calls_make_leads",
        "carried_days",
        "category_in_two_channels",
        "chances",
        "closes_told_as_days",
        "company_and_contact",
        "currency_words",
        "cut_orders",
        "day_numbers",
        "deals_to_act_on",
        "decomposed_letters",
        "direct_report",
        "direct_without_utm",
        "empty_dates_of_1c",
        "encoded_utm",
        "entered_after_the_win",
        "invisible_marks",
        "invoices",
        "mailing_with_an_ad_id",
        "moments_in_utc",
        "month_end_contracts",
        "next_steps",
        "nothing_words",
        "numbers_of_two_systems",
        "numbers_used_anew",
        "one_id_two_platforms",
        "overpaid_orders",
        "part_payments",
        "placeholder_contacts",
        "printed_amounts",
        "refunds_above_the_sale",
        "renewals_at_the_limit",
        "reports_with_ads",
        "resent_expenses",
        "returns_as_orders",
        "reversed_expenses",
        "robots",
        "russian_days",
        "several_phones",
        "short_years",
        "table_program_ids",
        "title_above_header",
        "totals_below",
        "undated_wins",
        "unknown_browsers",
        "user_field_lists",
        "visits_of_nobody",
        "yes_and_no",
    }
)


LEFT_OUT: set[str] = set()  # of one run: demo.generate --without


def planted(name: str) -> bool:
    return name in PLANTED - LEFT_OUT

"""Which figures of `marts.kpi_values` are compared with which of `real.expected`, and the examples worked by hand."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pandas as pd
from real import expected as e

FLOWS = ["day", "week", "month", "quarter", "year"]  # every grain
MONTHS = ["month"]
COARSE = ["month", "quarter", "year"]  # of dimensions with very many values
VERY_MANY = ("product", "campaign")


class Build(NamedTuple):
    """One raw root and its `dbt build`: data sets whose figures cannot meet, and the day after the last event."""

    data_sets: tuple[str, ...]
    as_of: str


# Leads, deals and sales of different data sets must not fall into one period.  Retail ends before the sessions of
# airbnb begin, the bank's calls are from another century, ads have a day that nothing else depends on.
BUILDS = {
    "olist": Build(("olist", "airbnb"), "2018-11-15"),
    "maven": Build(("maven", "ads"), "2018-01-01"),
    "retail": Build(("retail", "bank"), "2010-12-10"),
}


class Check(NamedTuple):
    """A KPI in one dimension, by the grains given; money and counts to 0.01, ratios to a millionth."""

    data_set: str
    kpi_id: str
    dimension: str
    figures: Callable[[str], pd.DataFrame]
    grains: list[str] = FLOWS
    other_keys: bool = False  # True: keys that are not expected may have values too

    @property
    def name(self) -> str:
        return f"{self.data_set}-{self.kpi_id}-{self.dimension}"


def sliced(data_set: str, kpi_id: str, figures: Callable[..., pd.DataFrame], **columns: str) -> list[Check]:
    """One check for the total and one for each dimension with its column: `manager="sr_id"`."""
    total = Check(data_set, kpi_id, "all", figures)
    return [
        total,
        *(
            Check(
                data_set, kpi_id, dimension, partial(figures, key=column), COARSE if dimension in VERY_MANY else FLOWS
            )
            for dimension, column in columns.items()
        ),
    ]


def named(key: str, figures: Callable[[str], pd.DataFrame]) -> Callable[[str], pd.DataFrame]:
    """The totals under another key: of the data set's own source_system, say."""
    return lambda grain: figures(grain).rename(index={e.ALL: key}, level="key")


AGENTS = {"manager": "sales_agent", "team": "manager", "region": "regional_office"}

CHECKS = [
    *sliced("olist", "leads_new", e.olist_leads_new, channel="channel"),
    Check("olist", "leads_new", "source_system", named("olist", e.olist_leads_new)),
    *sliced("olist", "sales_count", e.olist_sales, manager="sr_id", channel="channel"),
    *sliced("olist", "lead_to_deal_conversion", e.olist_period_conversion, channel="channel"),
    *sliced("olist", "lead_cohort_conversion", e.olist_cohort_conversion, channel="channel"),
    *sliced("olist", "deal_cycle_days", e.olist_cycle_days, manager="sr_id"),
    Check("olist", "deal_cycle_days_median", "all", e.olist_median_cycle_days),
    Check("olist", "win_rate", "all", lambda grain: e.ratio(e.olist_sales(grain).value, e.olist_sales(grain).value)),
    *sliced(
        "maven",
        "opportunities_new",
        e.maven_opportunities,
        manager="sales_agent",
        team="manager",
        region="regional_office",
    ),
    *sliced("maven", "sales_count", e.maven_sales, **AGENTS),
    *sliced(
        "maven",
        "revenue",
        e.maven_revenue,
        **AGENTS,
        product="product",
        product_group="series",
        customer_segment="sector",
    ),
    *sliced("maven", "revenue_by_product", e.maven_revenue, product="product", product_group="series"),
    *sliced("maven", "revenue_by_region", e.maven_revenue, region="regional_office"),
    *sliced("maven", "win_rate", e.maven_win_rate, **AGENTS, product_group="series"),
    *sliced("maven", "win_loss_ratio", e.maven_win_loss, manager="sales_agent", team="manager"),
    *sliced("maven", "avg_deal_size", e.maven_average_deal, **AGENTS),
    *sliced("maven", "aov", e.maven_average_deal, manager="sales_agent", region="regional_office"),
    *sliced("maven", "deal_cycle_days", e.maven_cycle_days, **AGENTS),
    Check("maven", "deal_cycle_days_median", "all", e.maven_median_cycle_days),
    *sliced("maven", "won_share_of_all_deals", e.maven_won_share, manager="sales_agent", team="manager"),
    Check("maven", "stage_duration_days", "stage", named("sales:Engaging", e.maven_engaging_days)),
    Check("maven", "deals_active", "all", lambda grain: e.maven_active(), MONTHS),
    Check("maven", "deals_active", "manager", lambda grain: e.maven_active("sales_agent"), MONTHS),
    Check("maven", "deals_active", "team", lambda grain: e.maven_active("manager"), MONTHS),
    *sliced("retail", "revenue", e.retail_revenue, region="country"),
    Check("retail", "revenue", "source_system", named("retail", e.retail_revenue)),
    *sliced("retail", "sales_count", e.retail_orders, region="country"),
    *sliced("retail", "aov", e.retail_average_order, region="country"),
    Check("retail", "revenue_by_product", "product", e.retail_product_revenue, MONTHS),
    Check("retail", "new_customer_revenue_share", "all", e.retail_new_customer_share),
    Check("retail", "revenue_concentration", "all", e.retail_concentration),
    Check("retail", "repeat_purchase_rate", "all", e.retail_period_repeat),
    Check("retail", "customers_active", "all", lambda grain: e.retail_active()[["value"]], MONTHS),
    Check("retail", "retention_rate", "all", lambda grain: e.retail_retention(), MONTHS),
    Check("retail", "churn_rate", "all", lambda grain: e.retail_churn(), MONTHS),
    *sliced("airbnb", "visits", e.airbnb_visits, device="device"),
    Check("airbnb", "visits", "source_system", named("airbnb", e.airbnb_visits)),
    Check("airbnb", "users_active", "all", e.airbnb_visitors),
    Check("airbnb", "site_conversion_rate", "goal", e.airbnb_conversion),
    Check("airbnb", "site_conversion_per_visit", "all", e.airbnb_visit_conversion),
    Check("ads", "ad_spend", "all", lambda grain: e.ads_figures(grain, "cost", None, False)),
    Check("ads", "ad_spend", "campaign", lambda grain: e.ads_figures(grain, "cost", None, True), COARSE),
    Check("ads", "ad_spend", "source_system", named("ads", lambda grain: e.ads_figures(grain, "cost", None, False))),
    Check("ads", "cpc", "all", lambda grain: e.ads_figures(grain, "cost", "clicks", False)),
    Check("ads", "cpc", "campaign", lambda grain: e.ads_figures(grain, "cost", "clicks", True), COARSE),
    *sliced("bank", "calls_count", e.bank_calls_count, manager="agent", direction="way"),
    *sliced("bank", "conversations_count", e.bank_conversations, manager="agent"),
    *sliced("bank", "call_wait_seconds", e.bank_waiting, manager="agent"),
]


class Example(NamedTuple):
    """One figure worked by hand from the rows of the file."""

    data_set: str
    kpi_id: str
    grain: str
    period_start: str
    dimension: str
    key: str
    value: float


WILBURN = ("month", "2017-03-01", "manager", "Wilburn Farren")
PINHAS_13, PINHAS_14 = (("day", f"1999-02-{day}", "manager", "PINHAS") for day in (13, 14))

EXAMPLES = [
    # Olist, December 2017: 200 leads came.  Three were won: first contact 30 November, won 14 December 11:30:13
    # (14.479317 days); 21 November, 11 December 18:07:26 (20.755162); 1 December, 5 December 02:00:00 (4.083333).  Two
    # from paid search, one from display.
    Example("olist", "leads_new", "month", "2017-12-01", "all", "all", 200),
    Example("olist", "sales_count", "month", "2017-12-01", "all", "all", 3),
    Example("olist", "sales_count", "month", "2017-12-01", "channel", "paid_search", 2),
    Example("olist", "lead_to_deal_conversion", "month", "2017-12-01", "all", "all", 3 / 200),
    Example("olist", "deal_cycle_days", "month", "2017-12-01", "all", "all", (14.479317 + 20.755162 + 4.083333) / 3),
    Example("olist", "deal_cycle_days_median", "month", "2017-12-01", "all", "all", 14.479317),
    # Lead 5420aad7… came on 21 February 2018, and 4ef15afb… won it on the 26th at 19:58:54, his only win that day:
    # 5.832569.
    Example("olist", "deal_cycle_days", "day", "2018-02-26", "manager", "4ef15afb4b2723d8f3d81e51ec7afefe", 5.832569),
    # Lead b91cf881… came on 8 March 2018 and had been won by 495d4e95… on the 6th, his only win that day: of no length.
    Example("olist", "deal_cycle_days", "day", "2018-03-06", "manager", "495d4e95a8cf8bbf8b432b612a2aa328", 0),
    # Maven, Wilburn Farren in March 2017: won 3 045 (12 November to 7 March, 115 days), 3 012 (29 November to 10
    # March, 101) and 3 833 (15 January to 29 March, 73); lost two.
    Example("maven", "sales_count", *WILBURN, 3),
    Example("maven", "revenue", *WILBURN, 9890),
    Example("maven", "win_rate", *WILBURN, 3 / 5),
    Example("maven", "win_loss_ratio", *WILBURN, 1.5),
    Example("maven", "avg_deal_size", *WILBURN, 9890 / 3),
    Example("maven", "deal_cycle_days", *WILBURN, (115 + 101 + 73) / 3),
    # GTK 500 was sold twice in April 2017, for 49 034 together.
    Example("maven", "revenue_by_product", "month", "2017-04-01", "product", "GTK 500", 49034),
    # Retail, 6 January 2010: 14 invoices, no C invoice: 421.16 + 627.91 + 551.45 + 151.10 + 1 640.58 + 586.16 + 689.82
    # + 57.60 + 635.85 + 5.49 + 754.81 + 30.45 + 2 179.08 + 414.72.
    Example("retail", "sales_count", "day", "2010-01-06", "all", "all", 14),
    Example("retail", "revenue", "day", "2010-01-06", "all", "all", 8746.18),
    Example("retail", "aov", "day", "2010-01-06", "all", "all", 8746.18 / 14),
    # 7 December 2009 had three invoices from EIRE: 294.80 + 716.35 + 924.95; its C invoice stands with the unknown.
    Example("retail", "revenue", "day", "2009-12-07", "region", "EIRE", 1936.10),
    # 1 February 2010: ten C invoices, 56.00 + 5.95 + 19.15 + 8.50 + 15.90 + 818.19 + 9.30 + 1.65 + 5.07 back; the tenth
    # has a positive line (373.57) and is no refund.
    Example("retail", "revenue", "day", "2010-02-01", "region", "(unknown)", -939.71),
    # Airbnb, 20 May 2014: four sessions of three visitors; one visitor searched, two wrote, one asked to book.
    Example("airbnb", "visits", "day", "2014-05-20", "all", "all", 4),
    Example("airbnb", "users_active", "day", "2014-05-20", "all", "all", 3),
    Example("airbnb", "site_conversion_rate", "day", "2014-05-20", "goal", "booking_request", 1 / 3),
    # Ads, campaign 916: 149.71 for 113 clicks.
    Example("ads", "cpc", "month", "2017-08-01", "campaign", "facebook:916", 149.71 / 113),
    # Bank, PINHAS: three calls on 13 February (talks of 559, 968 and 2 138 seconds), two on the 14th (557 and 12).
    Example("bank", "calls_count", *PINHAS_13, 3),
    Example("bank", "conversations_count", *PINHAS_13, 3),
    Example("bank", "calls_count", *PINHAS_14, 2),
    Example("bank", "conversations_count", *PINHAS_14, 1),
]


def build_of(data_set: str) -> str:
    """The name of the build in which a data set is."""
    return next(name for name, build in BUILDS.items() if data_set in build.data_sets)

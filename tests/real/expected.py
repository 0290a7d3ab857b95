"""The figures that the warehouse must give on the public data sets, worked out in pandas from the original files.

Nothing here reads what the adapters write: the two meet only in the tests.  Figures are frames indexed by
`period_start` and `key` (`all` for the total) with a column `value`; ratios have `numerator` and `denominator` too.
Times are UTC, weeks are ISO weeks, ratios are sums over sums.  What is not there did not happen.
"""

from functools import cache

import pandas as pd
from real.originals import ADS_DAY, OLIST_CHANNELS, path_of

ALL = "all"
UNKNOWN = "(unknown)"
GRAINS = ["day", "week", "month", "quarter", "year"]
CONVERSATION_SECONDS = 60
ACTIVITY_DAYS = 180
TOP_CUSTOMERS = 10

# --- the few steps that all figures share ---------------------------------------------------------------------------


def starts(moments: pd.Series, grain: str) -> pd.Series:
    """The first day of the period of that grain in which each moment falls."""
    if grain == "day":
        return moments.dt.normalize()
    code = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}[grain]
    return moments.dt.to_period(code).dt.start_time


def indexed(period_start: pd.Series, key: pd.Series | str) -> list[pd.Series]:
    """The two columns by which every figure is grouped, an absent key being the unknown one."""
    keys = pd.Series(key, index=period_start.index, dtype="object") if isinstance(key, str) else key.astype("object")
    return [period_start.rename("period_start"), keys.fillna(UNKNOWN).rename("key")]


def tally(rows: pd.DataFrame, when: str, grain: str, key: str = ALL, amount: str | None = None) -> pd.Series:
    """How many rows, or the sum of their `amount`, by the period of the column `when` and the column `key`."""
    groups = indexed(starts(rows[when], grain), ALL if key == ALL else rows[key])
    return rows.groupby(groups).size() if amount is None else rows[amount].groupby(groups).sum()


def distinct(rows: pd.DataFrame, what: str, when: str, grain: str, key: str = ALL) -> pd.Series:
    """How many different values of the column `what`, by period and key."""
    return rows[what].groupby(indexed(starts(rows[when], grain), ALL if key == ALL else rows[key])).nunique()


def ratio(numerator: pd.Series, denominator: pd.Series) -> pd.DataFrame:
    """Sums over sums; no value where the denominator is 0 or less."""
    both = pd.DataFrame({"numerator": numerator, "denominator": denominator}).fillna(0)
    both["value"] = both.numerator / both.denominator.where(both.denominator > 0)
    return both


def over_total(numerator: pd.Series, total: pd.Series) -> pd.DataFrame:
    """Sums of every key over the period's one total."""
    periods = numerator.index.get_level_values("period_start")
    return ratio(numerator, pd.Series(total.droplevel("key").reindex(periods).to_numpy(), index=numerator.index))


def counted(values: pd.Series) -> pd.DataFrame:
    """A plain sum or count as a figure."""
    return values.to_frame("value")


def balance(
    opened: pd.Series, closed: pd.Series, months: pd.DatetimeIndex, key: pd.Series | None = None
) -> pd.DataFrame:
    """How many things are open at the end of each month: opened before it ends, and not closed (or closed later)."""
    found = []
    for month in months:
        end = month + pd.offsets.MonthBegin(1)
        is_open = (opened < end) & ~(closed < end)
        keys = pd.Series(ALL, index=opened.index) if key is None else key
        found.append(is_open.groupby(indexed(pd.Series(month, index=opened.index), keys)).sum())
    return counted(pd.concat(found))


# --- Olist: leads and closed deals ----------------------------------------------------------------------------------


@cache
def olist_leads() -> pd.DataFrame:
    """One row a lead: when it came, from where, and when and by whom it was won."""
    leads = pd.read_csv(path_of("olist_leads"), parse_dates=["first_contact_date"])
    wins = pd.read_csv(path_of("olist_deals"), parse_dates=["won_date"])[["mql_id", "won_date", "sr_id"]]
    leads = leads.merge(wins, how="left", on="mql_id", validate="one_to_one")
    leads["channel"] = leads.origin.map(OLIST_CHANNELS)
    return leads


def olist_wins() -> pd.DataFrame:
    """One row a won deal, with the days from its lead's first contact: none for the one that was won before."""
    wins = olist_leads().dropna(subset="won_date")
    days = (wins.won_date - wins.first_contact_date) / pd.Timedelta(days=1)
    return wins.assign(days=days.clip(lower=0))


def olist_leads_new(grain: str, key: str = ALL) -> pd.DataFrame:
    """Leads by the day of their first contact; key `channel` as the business names origins."""
    return counted(tally(olist_leads(), "first_contact_date", grain, key))


def olist_sales(grain: str, key: str = ALL) -> pd.DataFrame:
    """Deals won; key `sr_id` gives managers."""
    return counted(tally(olist_wins(), "won_date", grain, key))


def olist_period_conversion(grain: str, key: str = ALL) -> pd.DataFrame:
    """Deals won in the period over leads that came in it."""
    return ratio(tally(olist_wins(), "won_date", grain, key), tally(olist_leads(), "first_contact_date", grain, key))


def olist_cohort_conversion(grain: str, key: str = ALL) -> pd.DataFrame:
    """Leads that came in the period and were ever won over leads that came in it."""
    return ratio(
        tally(olist_wins(), "first_contact_date", grain, key), tally(olist_leads(), "first_contact_date", grain, key)
    )


def olist_cycle_days(grain: str, key: str = ALL) -> pd.DataFrame:
    """Mean days from the first contact to the win."""
    return ratio(tally(olist_wins(), "won_date", grain, key, "days"), tally(olist_wins(), "won_date", grain, key))


def olist_median_cycle_days(grain: str) -> pd.DataFrame:
    """Median days from the first contact to the win, the mean of the two in the middle where their number is even."""
    wins = olist_wins()
    return counted(wins.days.groupby(indexed(starts(wins.won_date, grain), ALL)).median())


# --- Maven: opportunities -------------------------------------------------------------------------------------------


@cache
def maven_deals() -> pd.DataFrame:
    """One row an opportunity with its agent's manager and office, its product's series and its account's sector."""
    deals = pd.read_csv(path_of("maven_pipeline"), parse_dates=["engage_date", "close_date"])
    deals["product"] = deals["product"].str.replace("GTXPro", "GTX Pro")
    deals = deals.merge(pd.read_csv(path_of("maven_teams")), how="left", on="sales_agent", validate="many_to_one")
    deals = deals.merge(pd.read_csv(path_of("maven_products")), how="left", on="product", validate="many_to_one")
    accounts = pd.read_csv(path_of("maven_accounts"))[["account", "sector"]]
    deals = deals.merge(accounts, how="left", on="account", validate="many_to_one")
    deals["sector"] = deals.sector.replace({"technolgy": "technology"})
    deals["days"] = (deals.close_date - deals.engage_date).dt.days
    return deals


def maven_won() -> pd.DataFrame:
    """The won opportunities."""
    return maven_deals().query("deal_stage == 'Won'")


def maven_closed() -> pd.DataFrame:
    """The opportunities that were won or lost."""
    return maven_deals().query("deal_stage in ('Won', 'Lost')")


def maven_sales(grain: str, key: str = ALL) -> pd.DataFrame:
    """Opportunities won by their close date."""
    return counted(tally(maven_won(), "close_date", grain, key))


def maven_revenue(grain: str, key: str = ALL) -> pd.DataFrame:
    """Close value of the opportunities won; keys sales_agent, manager, regional_office, product, series, sector."""
    return counted(tally(maven_won(), "close_date", grain, key, "close_value"))


def maven_win_rate(grain: str, key: str = ALL) -> pd.DataFrame:
    """Won over won and lost."""
    return ratio(tally(maven_won(), "close_date", grain, key), tally(maven_closed(), "close_date", grain, key))


def maven_win_loss(grain: str, key: str = ALL) -> pd.DataFrame:
    """Won over lost."""
    lost = maven_deals().query("deal_stage == 'Lost'")
    return ratio(tally(maven_won(), "close_date", grain, key), tally(lost, "close_date", grain, key))


def maven_average_deal(grain: str, key: str = ALL) -> pd.DataFrame:
    """Close value over opportunities won."""
    return ratio(
        tally(maven_won(), "close_date", grain, key, "close_value"), tally(maven_won(), "close_date", grain, key)
    )


def maven_cycle_days(grain: str, key: str = ALL) -> pd.DataFrame:
    """Mean days from the engage date to the win."""
    return ratio(tally(maven_won(), "close_date", grain, key, "days"), tally(maven_won(), "close_date", grain, key))


def maven_median_cycle_days(grain: str) -> pd.DataFrame:
    """Median days from the engage date to the win."""
    won = maven_won()
    return counted(won.days.groupby(indexed(starts(won.close_date, grain), ALL)).median())


def maven_opportunities(grain: str, key: str = ALL) -> pd.DataFrame:
    """Opportunities by their engage date; the 500 without one are in no period."""
    return counted(tally(maven_deals().dropna(subset="engage_date"), "engage_date", grain, key))


def maven_won_share(grain: str, key: str = ALL) -> pd.DataFrame:
    """Opportunities engaged in the period that are won over all engaged in it."""
    engaged = maven_deals().dropna(subset="engage_date")
    return ratio(tally(maven_won(), "engage_date", grain, key), tally(engaged, "engage_date", grain, key))


def maven_active(key: str | None = None) -> pd.DataFrame:
    """Opportunities engaged and not yet closed at the end of each month."""
    deals = maven_deals().dropna(subset="engage_date")
    months = pd.date_range("2016-10-01", "2017-12-01", freq="MS")
    return balance(deals.engage_date, deals.close_date, months, deals[key] if key else None)


def maven_engaging_days(grain: str) -> pd.DataFrame:
    """Mean days in Engaging of the opportunities that left it in the period, won or lost."""
    return ratio(tally(maven_closed(), "close_date", grain, ALL, "days"), tally(maven_closed(), "close_date", grain))


# --- Online Retail II: invoices -------------------------------------------------------------------------------------


@cache
def retail_invoices() -> pd.DataFrame:
    """One row an invoice: its kind (`sale`, `refund`, other), first minute, pence, customer and country."""
    rows = pd.read_parquet(path_of("retail"))
    pence = (rows["Quantity"] * rows["Price"] * 100 + 0.5 + 1e-7).floordiv(1)
    invoices = pd.DataFrame(
        {
            "pence": pence.groupby(rows["Invoice"]).sum(),
            "at": pd.to_datetime(rows["InvoiceDate"].groupby(rows["Invoice"]).min()),
            "customer": rows["Customer ID"].groupby(rows["Invoice"]).max(),
            "country": rows["Country"].groupby(rows["Invoice"]).min(),
        }
    )
    letters = invoices.index.str.replace(r"\d", "", regex=True)
    invoices["kind"] = pd.Series(letters, index=invoices.index).map({"": "sale", "C": "refund", "A": "bad debt"})
    invoices["amount"] = invoices.pence / 100
    return invoices


@cache
def retail_sales() -> pd.DataFrame:
    """Invoices that sold something, with each customer's first purchase."""
    invoices = retail_invoices()
    sales = invoices[(invoices.kind == "sale") & (invoices.pence > 0)].copy()
    sales["first_at"] = sales.groupby("customer").at.transform("min")
    return sales


@cache
def retail_ledger() -> pd.DataFrame:
    """Sales and refunds with their signs, each sale with its customer's first purchase.

    The C invoice with a positive sum is no refund.  A refund names no sale, and the contract no customer of a refund:
    its customer and country are not known.
    """
    invoices = retail_invoices()
    is_sale = (invoices.kind == "sale") & (invoices.pence > 0)
    is_refund = (invoices.kind == "refund") & (invoices.pence < 0)
    ledger = invoices[is_sale | is_refund].copy()
    is_refund = ledger.kind == "refund"
    ledger["customer"] = ledger.customer.mask(is_refund)
    ledger["country"] = ledger.country.mask(is_refund)
    ledger["first_at"] = ledger.customer.map(retail_sales().groupby("customer")["at"].min())
    return ledger


def retail_revenue(grain: str, key: str = ALL) -> pd.DataFrame:
    """Sales less the refunds made in the same period; key `country` gives regions."""
    return counted(tally(retail_ledger(), "at", grain, key, "amount"))


def retail_orders(grain: str, key: str = ALL) -> pd.DataFrame:
    """Number of sales."""
    return counted(tally(retail_sales(), "at", grain, key))


def retail_average_order(grain: str, key: str = ALL) -> pd.DataFrame:
    """Net revenue over the number of sales."""
    return ratio(tally(retail_ledger(), "at", grain, key, "amount"), tally(retail_sales(), "at", grain, key))


def retail_new_customer_share(grain: str) -> pd.DataFrame:
    """Sales to customers whose first purchase is in the period over those to all known customers."""
    ledger = retail_ledger()
    new = ledger[starts(ledger["at"], grain) == starts(ledger.first_at, grain)]
    known = ledger[ledger.customer.notna()]
    return ratio(tally(new, "at", grain, ALL, "amount"), tally(known, "at", grain, ALL, "amount"))


def retail_concentration(grain: str) -> pd.DataFrame:
    """Sales to the period's ten largest known customers over net revenue."""
    ledger = retail_ledger()
    by_customer = ledger.groupby([*indexed(starts(ledger["at"], grain), ALL), ledger.customer]).amount.sum()
    top = by_customer.groupby(["period_start", "key"], group_keys=False).nlargest(TOP_CUSTOMERS)
    return ratio(top.groupby(["period_start", "key"]).sum(), tally(ledger, "at", grain, ALL, "amount"))


def retail_product_revenue(grain: str) -> pd.DataFrame:
    """What the lines of the sales come to, by product code, trimmed and in capitals; refunds are of no product."""
    rows = pd.read_parquet(path_of("retail"))
    rows = rows[rows["Invoice"].isin(retail_sales().index)]
    lines = pd.DataFrame(
        {
            "at": pd.to_datetime(rows["InvoiceDate"]),
            "code": rows["StockCode"].str.strip().str.upper(),
            "amount": (rows["Quantity"] * rows["Price"]).round(2),
        }
    )
    refunds = retail_ledger().query("kind == 'refund'").assign(code=None)
    return counted(tally(pd.concat([lines, refunds]), "at", grain, "code", "amount"))


def retail_cohorts() -> pd.DataFrame:
    """By month of the first purchase and months since: size of the cohort, customers who bought, and for how much."""
    sales = retail_sales().dropna(subset="customer").copy()
    sales["cohort_month"] = starts(sales.first_at, "month")
    sales["months_since"] = sales["at"].dt.to_period("M").astype("int64") - sales.first_at.dt.to_period("M").astype(
        "int64"
    )
    cells = sales.groupby(["cohort_month", "months_since"])
    found = pd.DataFrame({"active_customers": cells.customer.nunique(), "revenue": cells.amount.sum()})
    return found.join(sales.groupby("cohort_month").customer.nunique().rename("cohort_size"), on="cohort_month")


def retail_buyers() -> pd.DataFrame:
    """One row a known customer: first and second purchase, how many."""
    sales = retail_sales().dropna(subset="customer").sort_values("at")
    buyers = sales.groupby("customer")["at"].agg(first_at="first", purchases="size")
    buyers["second_at"] = sales.groupby("customer")["at"].nth(1).set_axis(sales.groupby("customer").nth(1).customer)
    return buyers


def retail_cohort_repeat(grain: str) -> pd.DataFrame:
    """Customers whose first purchase is in the period and who have bought again since over all whose first is in it."""
    buyers = retail_buyers()
    return ratio(tally(buyers[buyers.purchases > 1], "first_at", grain), tally(buyers, "first_at", grain))


def retail_period_repeat(grain: str) -> pd.DataFrame:
    """Customers who bought in the period and have made their second purchase by its end over all who bought in it."""
    sales = retail_sales().dropna(subset="customer").sort_values("at")
    sales["number"] = sales.groupby("customer").cumcount() + 1
    return ratio(distinct(sales[sales.number > 1], "customer", "at", grain), distinct(sales, "customer", "at", grain))


def retail_active_on(end: pd.Timestamp) -> set[float]:
    """Customers with a purchase in the ACTIVITY_DAYS days before `end` (the first moment after the period)."""
    sales = retail_sales().dropna(subset="customer")
    return set(sales.customer[(sales["at"] < end) & (sales["at"] >= end - pd.Timedelta(days=ACTIVITY_DAYS))])


def retail_active() -> pd.DataFrame:
    """Customers active at the end of each whole month, and of those active at its start how many still are."""
    found = []
    for month in pd.date_range("2009-12-01", "2010-11-01", freq="MS"):
        before, after = retail_active_on(month), retail_active_on(month + pd.offsets.MonthBegin(1))
        found.append(
            {
                "period_start": month,
                "key": ALL,
                "value": len(after),
                "at_start": len(before),
                "kept": len(before & after),
            }
        )
    return pd.DataFrame(found).set_index(["period_start", "key"])


def retail_retention() -> pd.DataFrame:
    """Of the customers active at the start of each whole month, those still active at its end."""
    active = retail_active()
    return ratio(active.kept, active.at_start)


def retail_churn() -> pd.DataFrame:
    """Of the customers active at the start of each whole month, those no longer active at its end."""
    active = retail_active()
    return ratio(active.at_start - active.kept, active.at_start)


# --- Databits: sessions ---------------------------------------------------------------------------------------------

AIRBNB_STEPS = {"search": "did_search", "message": "sent_message", "booking_request": "sent_booking_request"}


@cache
def airbnb_sessions() -> pd.DataFrame:
    """One row a session with its start and device."""
    rows = pd.read_csv(path_of("airbnb"), sep="|", parse_dates=["ts_min", "ts_max"])
    rows["device"] = rows.dim_device_app_combo.str.extract("^(.*?) - ", expand=False)
    return rows


def airbnb_visits(grain: str, key: str = ALL) -> pd.DataFrame:
    """Sessions started in the period."""
    return counted(tally(airbnb_sessions(), "ts_min", grain, key))


def airbnb_visitors(grain: str) -> pd.DataFrame:
    """Different visitors in the period."""
    return counted(distinct(airbnb_sessions(), "id_visitor", "ts_min", grain))


def airbnb_conversion(grain: str) -> pd.DataFrame:
    """By step: visitors who did it in the period, nobody maybe, over the period's visitors."""
    sessions = airbnb_sessions()
    visitors = distinct(sessions, "id_visitor", "ts_min", grain)
    did = pd.concat(
        distinct(sessions[sessions[flag] == 1].assign(step=step), "id_visitor", "ts_min", grain, "step")
        for step, flag in AIRBNB_STEPS.items()
    )
    every = pd.MultiIndex.from_product([visitors.droplevel("key").index, AIRBNB_STEPS], names=did.index.names)
    return over_total(did.reindex(every, fill_value=0), visitors)


def airbnb_visit_conversion(grain: str) -> pd.DataFrame:
    """Sessions with at least one of the steps over the period's sessions."""
    sessions = airbnb_sessions()
    done = sessions[sessions[list(AIRBNB_STEPS.values())].eq(1).any(axis="columns")]
    visits = tally(sessions, "ts_min", grain)
    return over_total(tally(done, "ts_min", grain).reindex(visits.index, fill_value=0), visits)


# --- Facebook ads ---------------------------------------------------------------------------------------------------


def ads_campaigns() -> pd.DataFrame:
    """By campaign and for all: cost, clicks, impressions, approved conversions and the cost of one.

    `cost_per_approved` divides by what the platform claims.  The warehouse's CPA divides by new buyers that it knows
    itself and can attribute; in this data there are none, so the two cannot be compared and its CPA has no value.
    """
    rows = pd.read_csv(path_of("ads"))
    rows["cost"] = rows.Spent.round(2)
    names = {"Clicks": "clicks", "Impressions": "impressions", "Approved_Conversion": "approved"}
    rows = rows.rename(columns=names)
    sums = rows.groupby("facebook:" + rows.xyz_campaign_id.astype(str))[["cost", *names.values()]].sum()
    sums.loc[ALL] = sums.sum()
    sums["cost_per_approved"] = sums.cost / sums.approved
    return sums


def ads_figures(grain: str, numerator: str, denominator: str | None, campaigns: bool) -> pd.DataFrame:
    """Columns of ads_campaigns as figures of the period with the day that stands for all, by campaign or for all."""
    sums = ads_campaigns()
    sums = sums.drop(index=ALL) if campaigns else sums.loc[[ALL]]
    day = starts(pd.Series(pd.Timestamp(ADS_DAY), index=sums.index), grain)
    sums.index = pd.MultiIndex.from_arrays([day, sums.index], names=["period_start", "key"])
    return ratio(sums[numerator], sums[denominator]) if denominator else counted(sums[numerator])


# --- the bank's calls -----------------------------------------------------------------------------------------------


@cache
def bank_calls() -> pd.DataFrame:
    """One row a call that is not a phantom: its day, direction, agent (if any), seconds in the queue and of talk."""
    rows = pd.read_csv(path_of("bank"), sep="\t")
    rows = rows[rows.outcome.isin(["AGENT", "HANG"])].copy()
    rows["day"] = pd.to_datetime(rows.date.astype(str), format="%y%m%d")
    rows["agent"] = rows.server.mask(rows.server == "NO_SERVER")
    rows["way"] = rows.type.eq("TT").map({True: "out", False: "in"})
    return rows


def bank_calls_count(grain: str, key: str = ALL) -> pd.DataFrame:
    """All calls, answered or not; keys agent (the unknown one has the unanswered) and way."""
    return counted(tally(bank_calls(), "day", grain, key))


def bank_conversations(grain: str, key: str = ALL) -> pd.DataFrame:
    """Answered calls of at least CONVERSATION_SECONDS."""
    calls = bank_calls().dropna(subset="agent")
    return counted(tally(calls[calls.ser_time >= CONVERSATION_SECONDS], "day", grain, key))


def bank_waiting(grain: str, key: str = ALL) -> pd.DataFrame:
    """Mean seconds in the queue of incoming calls, of those that hung up there too; keys as bank_calls_count."""
    calls = bank_calls()
    calls = calls[calls.way == "in"]
    return ratio(tally(calls, "day", grain, key, "q_time"), tally(calls, "day", grain, key))

"""Public data sets as raw roots in the `files` contract: `<root>/files/<entity>/<data set>.parquet` or `.csv`.

Each adapter only renames and regroups.  What it mends, leaves out or decides is said in its docstring, so that anyone
can work out the same figures from the original files.  Every row carries the data set's name as its source_system.
Times are the sources' own wall clock, without an offset; money is in the base currency (no currency is named).
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pandas as pd
from real.originals import ADS_DAY, OLIST_CHANNELS, path_of

AIRBNB_GOALS = {"did_search": "search", "sent_message": "message", "sent_booking_request": "booking_request"}
MAVEN_PIPELINE = "sales"
MAVEN_STAGES = {"Prospecting": "open", "Engaging": "open", "Won": "won", "Lost": "lost"}


def write(root: Path, data_set: str, kind: str, entity: str, /, **columns: object) -> None:
    """Put the columns of one entity into the raw root, with the data set's name as their source_system.

    The kind of file is `parquet`, which keeps the columns' types (money as decimal of two digits), or `csv`, plain
    text where an empty cell is no value.
    """
    target = root / "files" / entity / f"{data_set}.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = pd.DataFrame(columns).assign(source_system=data_set)
    if kind == "csv":
        rows.to_csv(target, index=False)
    else:
        rows.to_parquet(target, index=False)


def money(cents: pd.Series) -> pd.Series:
    """Whole cents as decimals of two digits."""
    return cents.map(lambda amount: Decimal(int(amount)).scaleb(-2))


def olist(root: Path) -> None:
    """Marketing leads and closed deals of the Olist marketplace.

    - A lead is a row of the leads file, created at midnight of its first contact; `origin` is its source_name.  The
      origin `unknown` says the same as the 60 empty ones and comes as empty.  The channel rules turn origins into
      channels.
    - A lead with a deal is converted at the win and belongs to the sdr; of all others no status and no person is
      known.
    - A deal is a row of the closed deals: won at `won_date` by the `sr`, for the seller as customer.  It was created
      with its lead and came from where the lead came from; the one deal that was won two days before its lead's first
      contact stays, created at its win.
    - The seller's declared monthly revenue is what he says he earns elsewhere, not what the deal is worth: no amount.
    """
    put = partial(write, root, "olist", "csv")
    leads = pd.read_csv(path_of("olist_leads"))
    closed = pd.read_csv(path_of("olist_deals"))
    leads = leads.merge(closed[["mql_id", "sdr_id", "won_date"]], on="mql_id", how="left")
    leads["source_name"] = leads.origin.where(leads.origin != "unknown")
    converted = leads.won_date.notna()
    put(
        "leads",
        lead_id=leads.mql_id,
        created_at=leads.first_contact_date,
        status=converted.map({True: "won", False: None}),
        status_class=converted.map({True: "converted", False: None}),
        converted_at=leads.won_date,
        employee_id=leads.sdr_id,
        landing_page=leads.landing_page_id,
        source_name=leads.source_name,
    )

    closed = closed.merge(leads[["mql_id", "first_contact_date", "source_name"]], on="mql_id")
    in_order = pd.to_datetime(closed.first_contact_date) <= pd.to_datetime(closed.won_date)
    put(
        "deals",
        deal_id=closed.mql_id,
        lead_id=closed.mql_id,
        customer_id=closed.seller_id,
        employee_id=closed.sr_id,
        created_at=closed.first_contact_date.where(in_order, closed.won_date),
        closed_at=closed.won_date,
        status="won",
        source_name=closed.source_name,
    )
    put(
        "customers",
        customer_id=closed.seller_id,
        kind="company",
        segment=closed.business_segment,
    )
    people = pd.concat([closed.sr_id, closed.sdr_id]).drop_duplicates()
    put("employees", employee_id=people, name=people)
    origins, channels = zip(*OLIST_CHANNELS.items(), strict=True)
    put("channel_rules", position=range(1, len(origins) + 1), source_name=origins, channel=channels)


def maven(root: Path) -> None:
    """Sales opportunities of the Maven CRM.

    - A deal is an opportunity, created on its engage date, closed on its close date; its amount is the close value (0
      when lost, unknown while open).  The 500 opportunities still in Prospecting have no date of any kind: they come
      without one, and the warehouse must reject them by name rather than invent a day.
    - Stages stand in the order of the data dictionary; the engage date is the entry into Engaging, the close date into
      Won or Lost.  When an opportunity entered Prospecting is not known.
    - One line a deal: one unit of its product.  `GTXPro` is the product `GTX Pro`; the sector `technolgy` is
      technology.
    - An agent's team is its manager, its department the regional office, which is also the region of the agent's
      deals.
    - A customer is an account, known by its name; 1 425 open opportunities have none.
    """
    put = partial(write, root, "maven", "csv")
    deals = pd.read_csv(path_of("maven_pipeline"), dtype={"close_value": "Int64"})
    teams = pd.read_csv(path_of("maven_teams"))
    deals = deals.merge(teams, on="sales_agent", how="left")
    deals["product"] = deals["product"].replace("GTXPro", "GTX Pro")
    put(
        "deals",
        deal_id=deals.opportunity_id,
        created_at=deals.engage_date,
        closed_at=deals.close_date,
        customer_id=deals.account,
        employee_id=deals.sales_agent,
        region=deals.regional_office,
        pipeline_id=MAVEN_PIPELINE,
        stage_id=deals.deal_stage,
        status=deals.deal_stage.map(MAVEN_STAGES),
        amount=deals.close_value,
    )
    put(
        "deal_lines",
        deal_id=deals.opportunity_id,
        line_no=1,
        product_id=deals["product"],
        product_name=deals["product"],
        quantity=1,
        amount=deals.close_value,
    )
    put(
        "stages",
        object="deal",
        pipeline_id=MAVEN_PIPELINE,
        stage_id=list(MAVEN_STAGES),
        name=list(MAVEN_STAGES),
        position=range(1, len(MAVEN_STAGES) + 1),
        status=list(MAVEN_STAGES.values()),
    )
    engaged = deals.dropna(subset="engage_date")
    closed = deals.dropna(subset="close_date")
    put(
        "stage_changes",
        object="deal",
        pipeline_id=MAVEN_PIPELINE,
        object_id=pd.concat([engaged.opportunity_id, closed.opportunity_id]),
        stage_id=["Engaging"] * len(engaged) + closed.deal_stage.tolist(),
        entered_at=pd.concat([engaged.engage_date, closed.close_date]),
    )
    accounts = pd.read_csv(path_of("maven_accounts"))
    put(
        "customers",
        customer_id=accounts.account,
        kind="company",
        name=accounts.account,
        segment=accounts.sector.replace("technolgy", "technology"),
        country=accounts.office_location,
    )
    put(
        "employees",
        employee_id=teams.sales_agent,
        name=teams.sales_agent,
        team=teams.manager,
        department=teams.regional_office,
    )
    products = pd.read_csv(path_of("maven_products"))
    put(
        "products",
        product_id=products["product"],
        name=products["product"],
        product_group=products.series,
        price=products.sales_price,
    )


def retail(root: Path) -> None:
    """Invoices of the Online Retail II shop, in pounds, which are the base currency here.

    - A line's amount is quantity x price, rounded half up to the penny (14 lines cost a tenth of a penny: they come to
      0). Lines that repeat word for word stay: the invoice has no line numbers, nothing says that they are copies, and
      the shop's own totals count them.
    - An order is an invoice whose number is all digits and whose lines add up to more than nothing; it is created and
      paid at its first line (41 invoices were typed over two minutes).  The 3 270 invoices of 0 are stock movements,
      not sales.
    - A `C` invoice is a refund of what its lines come to, the other way round.  Which order it undoes is not said, and
      nothing is guessed: it refunds an order of its own number, which does not exist.  The contract has no customer of
      a refund, so refunds lower the revenue of their day as a whole; by customer, country and product they stand with
      the unknown.  The one with a positive line, C496350, would be a refund below nothing: the warehouse must reject
      it by name.
    - `A` invoices (three, of bad debt) are the book-keeper's, not the shop's: left out.
    - A product's code is in capitals, without spaces about it.  An order's region is its country.  The data has no
      list of customers: they are known from their invoices alone.
    """
    put = partial(write, root, "retail", "parquet")
    lines = pd.read_parquet(path_of("retail"))
    lines.columns = ["invoice", "product_id", "title", "quantity", "typed_at", "price", "customer_id", "country"]
    tenths = (lines.quantity * lines.price * 1000).round().astype("int64")
    lines["cents"] = (tenths + 5) // 10
    lines["customer_id"] = lines.customer_id.astype("Int64").astype("string")
    lines["product_id"] = lines.product_id.str.strip().str.upper()
    invoices = lines.groupby("invoice", as_index=False).agg(
        created_at=("typed_at", "min"),
        cents=("cents", "sum"),
        customer_id=("customer_id", "first"),
        region=("country", "first"),
    )
    sold = invoices[invoices.invoice.str.isdigit() & (invoices.cents > 0)]
    undone = invoices[invoices.invoice.str.startswith("C")]
    put(
        "orders",
        order_id=sold.invoice,
        created_at=sold.created_at,
        paid_at=sold.created_at,
        status="paid",
        amount=money(sold.cents),
        customer_id=sold.customer_id,
        region=sold.region,
    )
    put(
        "refunds",
        refund_id=undone.invoice,
        order_id=undone.invoice,
        refunded_at=undone.created_at,
        amount=money(-undone.cents),
    )
    sold_lines = lines[lines.invoice.isin(sold.invoice)]
    put(
        "order_lines",
        order_id=sold_lines.invoice,
        line_no=sold_lines.groupby("invoice").cumcount() + 1,
        product_id=sold_lines.product_id,
        product_name=sold_lines.title,
        quantity=sold_lines.quantity,
        amount=money(sold_lines.cents),
    )
    products = sold_lines.dropna(subset="title").drop_duplicates("product_id", keep="last")
    put("products", product_id=products.product_id, name=products.title)


def airbnb(root: Path) -> None:
    """Visitor sessions of the Databits challenge.

    - A session is a row, whenever it started by `ts_min` (`ds` differs on 25 rows) and however it overlaps another.
    - A search, a message and a booking request are goals; the data says only in which session, so they happen at its
      start.
    - The device is what stands before ` - ` in the device-and-app text.  Page views and bounces are not known.
    """
    put = partial(write, root, "airbnb", "parquet")
    rows = pd.read_csv(path_of("airbnb"), sep="|")
    seconds = (pd.to_datetime(rows.ts_max) - pd.to_datetime(rows.ts_min)).dt.total_seconds()
    put(
        "web_sessions",
        session_id=rows.id_session,
        web_client_id=rows.id_visitor,
        started_at=pd.to_datetime(rows.ts_min),
        duration_seconds=seconds,
        device=rows.dim_device_app_combo.str.split(" - ").str[0],
    )
    done = rows.melt(["id_session", "id_visitor", "ts_min"], list(AIRBNB_GOALS), "flag", "times").query("times > 0")
    goal = done.flag.map(AIRBNB_GOALS)
    put(
        "web_events",
        event_id=done.id_session + ":" + goal,
        occurred_at=pd.to_datetime(done.ts_min),
        web_client_id=done.id_visitor,
        session_id=done.id_session,
        event="goal",
        goal=goal,
    )


def ads(root: Path) -> None:
    """Facebook ads of an anonymous company.

    - There are no dates: every ad is put on ADS_DAY, which means nothing.
    - The campaign is `xyz_campaign_id`; cost is `Spent`, rounded to the cent, taken to be without VAT.
    - Conversions are the approved ones, as the platform claims them (204 ads claim some without a click).
    """
    put = partial(write, root, "ads", "csv")
    rows = pd.read_csv(path_of("ads"))
    put(
        "ad_spend",
        date=ADS_DAY,
        platform="facebook",
        campaign_id=rows.xyz_campaign_id,
        ad_id=rows.ad_id,
        impressions=rows.Impressions,
        clicks=rows.Clicks,
        cost=rows.Spent.map("{:.2f}".format),
        cost_includes_vat=False,
        conversions=rows.Approved_Conversion,
    )


def bank(root: Path) -> None:
    """Calls of a bank's call centre in the first half of February 1999.

    - `PHANTOM` calls are left out, as the data's own description asks.  Every other row is a call.
    - A call began when it entered the voice unit.  `call_id` is numbered per line, so line, day and number together
      name it.
    - Calls of type `TT` were placed by the bank (the customer had asked to be called back): outgoing.  All others came
      in.
    - It was answered if an agent is named as its server: 275 calls have the outcome AGENT and NO_SERVER, and are
      unanswered, with no talk.  An agent's call of no length stays answered.
    - Waiting is the time in the queue, in seconds, 0 for those who never queued.  The 17 negative times are in the
      voice unit and are not used; times are taken from the columns, not from the clock, so midnight does no harm.
    - A customer of number 0 was not identified.
    """
    put = partial(write, root, "bank", "csv")
    rows = pd.read_csv(path_of("bank"), sep="\t").query("outcome != 'PHANTOM'")
    answered = rows.server != "NO_SERVER"
    day = pd.to_datetime("19" + rows.date.astype(str), format="%Y%m%d")
    customer = rows.customer_id.astype("int64").astype("string")
    put(
        "calls",
        call_id=rows["vru+line"] + "-" + rows.date.astype(str) + "-" + rows.call_id.astype(str),
        started_at=day + pd.to_timedelta(rows.vru_entry),
        direction=(rows.type == "TT").map({True: "out", False: "in"}),
        is_answered=answered,
        wait_seconds=rows.q_time,
        talk_seconds=rows.ser_time.where(answered, 0),
        employee_id=rows.server.where(answered),
        customer_id=customer.where(customer != "0"),
        queue=rows.type,
    )
    agents = sorted(set(rows.server[answered]))
    put("employees", employee_id=agents, name=agents)


ADAPTERS: dict[str, Callable[[Path], None]] = {
    "olist": olist,
    "maven": maven,
    "retail": retail,
    "airbnb": airbnb,
    "ads": ads,
    "bank": bank,
}

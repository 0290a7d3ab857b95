"""How systems and people span what they write down: rows that look odd, say the same, and change no right answer.

A spelling is a function here, named in planted.PLANTED and in the list SPELLINGS at the end: (dice, frames, world, report).  It runs
after `defects.plant`, on the rows as they are to be written, has a random stream of its own, and notes in the report which rows it
touched and what is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal

import pandas as pd

from demo import clock
from demo import company as co
from demo.defects import Frames, Report
from demo.people import Dice
from demo.planted import planted
from demo.world import World
from demo.write import Format, Lines

NO_BREAK, NARROW, THIN = "\u00a0", "\u202f", "\u2009"  # blanks that part thousands
MINUS, ZERO_WIDTH, SOFT_HYPHEN, MARK = "\u2212", "\u200b", "\u00ad", "\ufeff"


# --- helpers -------------------------------------------------------------------------------------------------------------


def quarter_of(load: pd.Series) -> pd.Series:
    """The quarter in which rows were loaded, as the names of their files say it: 2026-01."""
    months = load.to_numpy(dtype="int64").astype("datetime64[s]").astype("datetime64[M]")
    return pd.Series(
        (months.astype(int) - months.astype(int) % 3).astype("datetime64[M]").astype(str), index=load.index
    )


def seconds(text: str) -> int:
    """UTC epoch seconds of 2024-09-02T18:37:18+03:00."""
    return clock.instant(text[:19])


def respelled(frame: pd.DataFrame, column: str, rows: pd.Index, span: Callable[[str], str]) -> pd.Index:
    """Spells the values of some rows of a column anew, the empty ones left out; gives the rows that it changed."""
    full = rows[(frame.loc[rows, column].fillna("") != "").to_numpy()]
    frame.loc[full, column] = [span(v) for v in frame.loc[full, column]]
    return full


def utc(text: str, zone: str) -> str:
    """2024-09-02T18:37:18+03:00 as 2024-09-02 15:37:18 UTC."""
    return clock.wall_one(seconds(text) - clock.MSK) + f" {zone}"


def day_number(text: str) -> str:
    """A wall-clock moment, or a day, as a table program counts it: days since 1899-12-30, with a decimal comma."""
    if len(text) == 10:
        return str(clock.day_start(pd.Timestamp(text).date()) // clock.DAY + 1 + 25569)
    days = Decimal(seconds(text) + clock.MSK) / clock.DAY + 25569
    return f"{days:.9f}".replace(".", ",")


def printed(amount: str | Decimal, blank: str = "", sign: str = ",", cents: bool = True, word: str = "") -> str:
    """An amount of roubles as people print it: 1234.5 is 1 234,50 with a comma, two decimals and blanks between thousands."""
    value = Decimal(str(amount).replace(",", "."))
    text = f"{value:,.2f}" if cents or value != int(value) else f"{value:,.0f}"
    return text.translate(str.maketrans({",": blank, ".": sign})) + word


# --- words ---------------------------------------------------------------------------------------------------------------


def currency_words(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """The rouble by its old code, by a word and by its number."""
    words = {"contracts": "руб.", "competitor_prices": "р.", "forecasts": "₽", "ad_spend": "643"}
    ids = []
    for name, word in words.items():
        frame = frames["files", name]
        rows = frame.index[frame["currency"] == "RUB"]
        frame.loc[rows, "currency"] = word
        ids.append(f"{name}: {word}")
    frame, words = frames["files", "exchange_rates"], {"USD": "Доллар США", "EUR": "978"}
    rows = frame.index[frame["date"] < "2024-07-01"]
    respelled(frame, "currency", rows, lambda v: words.get(v, v))
    ids += [f"exchange_rates: {word}" for word in words.values()]
    report.note("currency_words_of_files", "roubles, dollars and euros by a word, a sign or a number", "files", ids)
    for source, name, key, column, before in (
        ("bitrix24", "crm_deal", "ID", "CURRENCY_ID", "2024-04-01"),
        ("bitrix24", "crm_quote", "ID", "CURRENCY_ID", "2024-04-01"),
        ("bitrix_shop", "sale_order", "id", "currency", "2024-02-01"),
    ):
        frame = frames[source, name]
        made = "dateInsert" if source == "bitrix_shop" else "DATE_CREATE"
        rows = frame.index[(frame[column] == "RUB") & (frame[made] < before)]
        frame.loc[rows, column] = "RUR"
        report.note(
            f"old_rouble_code_{name}",
            f"made before {before}, when the system still wrote RUR: roubles",
            f"{source}.{name}",
            sorted(set(frame.loc[rows, key])),
        )


def yes_and_no(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Truth as a Russian table program and as people write it."""
    for name, column, key, words in (
        ("ad_spend", "cost_includes_vat", "date", ("ИСТИНА", "ЛОЖЬ")),
        ("working_calendar", "is_working_day", "date", ("Да", "Нет")),
        ("calls", "is_answered", "call_id", ("да", "нет")),
    ):
        frame = frames["files", name]
        rows = frame.index[frame[column].isin(["true", "false"])]
        respelled(frame, column, rows, lambda v, words=words: words[v == "false"])
        report.note(
            f"yes_and_no_{name}",
            f"{words[0]} is true and {words[1]} is false",
            f"files.{name}",
            frame.loc[rows, key].tolist(),
        )


def nothing_words(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """What people and programs write into a cell that says nothing."""
    for source, name, column, key, words in (
        ("files", "calls", "employee_id", "call_id", ("-",)),
        ("files", "survey_responses", "employee_id", "response_id", ("н/д",)),
        ("bitrix24", "crm_lead", "UTM_SOURCE", "ID", ("(not set)", "", "", "null")),
    ):
        frame = frames[source, name]
        there = frame["_deleted"].fillna("") != "Y" if "_deleted" in frame else frame["_load"] > 0
        rows = frame.index[(frame[column].fillna("") == "") & there]
        frame.loc[rows, column] = [words[k % len(words)] for k in range(len(rows))]
        rows = rows[(frame.loc[rows, column] != "").to_numpy()]
        report.note(
            f"nothing_words_{name}",
            f"{', '.join(w for w in words if w)} in {column}: nothing",
            f"{source}.{name}",
            frame.loc[rows, key].tolist(),
        )


def table_program_ids(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Ids that a table program took for numbers, and ids copied with a tab or a line feed of their cell."""
    frame = frames["files", "time_entries"]
    rows = frame.index[quarter_of(frame["_load"]) >= "2026-04"]
    rows = respelled(frame, "employee_id", rows, lambda v: f"{v}.0")
    report.note(
        "ids_with_a_fraction", "11.0 is employee 11", "files.time_entries", frame.loc[rows, "entry_id"].tolist()
    )
    frame = frames["files", "customers"]
    tails = ("\n", "\t", ZERO_WIDTH, NO_BREAK)
    rows = frame.index[::40]
    report.note(
        "ids_with_invisible_tails",
        "a line feed, a tab, a zero-width space or a hard blank behind an id that other lists name: the same id",
        "files.customers",
        frame.loc[rows, "customer_id"].tolist(),
    )
    frame.loc[rows, "customer_id"] = [v + tails[k % 4] for k, v in enumerate(frame.loc[rows, "customer_id"])]


# --- numbers -------------------------------------------------------------------------------------------------------------


def printed_amounts(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Amounts as people print them, each file in a style of its own."""
    styles: list[tuple[str, str, str, Callable[[str], str]]] = [
        ("competitor_prices", "product_id", "price", lambda v: printed(v, NO_BREAK, word=" руб.")),
        ("contracts", "contract_id", "total_amount", lambda v: printed(v, THIN, word=" ₽")),
        ("contract_schedule", "contract_id", "amount", lambda v: printed(v, ",", ".", word=" RUB")),
        ("targets", "period_start", "value", lambda v: printed(v, NARROW, cents=False)),
        # 713,000 beside 1,215,000.00: that the comma alone parts thousands the file's other numbers show
        ("forecasts", "as_of", "amount", lambda v: printed(v, ",", ".", cents=v.endswith("5000"))),
    ]
    for name, key, column, span in styles:
        frame = frames["files", name]
        respelled(frame, column, frame.index, span)
        report.note(
            f"printed_amounts_{name}",
            f"{column} is printed like {frame[column].iloc[0]}",
            f"files.{name}",
            frame[key].tolist(),
        )
    frame = frames["bitrix24", "crm_quote"]
    rows = respelled(frame, "OPPORTUNITY", frame.index[::23], lambda v: printed(v, "'", "."))
    report.note("printed_amounts_crm_quote", "1'234.50", "bitrix24.crm_quote", frame.loc[rows, "ID"].tolist())


def reversed_expenses(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """A bookkeeping program prints amounts with blanks; what was entered too high is taken back by a line of less than nothing.

    The file of each year has its own way of writing a minus, its own sign for the currency, and its own encoding (`encodings`).
    """
    ways = {  # blank, minus before and after, currency
        "2024": (NO_BREAK, "(", ")", "руб."),
        "2025": (NO_BREAK, "", "-", "RUR"),
        "2026": (NARROW, MINUS, "", "₽"),
    }
    frame = frames["files", "expenses"]
    frame["_file"] = frame["month"].str[:4]
    chosen = sorted(int(k) for k in dice.rng.choice(len(frame), 18, replace=False))
    taken, back = frame.index[chosen], []
    for k, row in enumerate(taken):
        line = frame.loc[row].copy()
        amount = Decimal(line["amount"].replace(",", "."))
        too_much = (amount / 5).quantize(Decimal("0.01")) + k
        frame.at[row, "amount"] = str(amount + too_much)
        line["amount"] = str(-too_much)
        back.append(line)
    frame = pd.concat([frame, pd.DataFrame(back)], ignore_index=True)
    order = frame.assign(_n=range(len(frame))).sort_values(["month", "_n"], kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    for year, (blank, before, after, currency) in ways.items():
        rows = frame.index[frame["_file"] == year]

        def span(value: str, blank=blank, before=before, after=after) -> str:
            text = printed(value.lstrip("-"), blank)
            return before + text + after if value.startswith("-") else text

        respelled(frame, "amount", rows, span)
        frame.loc[rows, "currency"] = currency
    frames["files", "expenses"] = frame
    report.note(
        "reversed_expenses",
        "entered too high, and a line of the same month, category and channel that takes the rest back, by (100,00), 100,00- or −100,00: "
        "the lines add up",
        "files.expenses",
        [f"{x['month']} {x['category']} {x['team'] or x['channel']}" for x in back],
    )


def resent_expenses(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """The expenses of two months came once more, from a program that writes another word for the rouble."""
    frame = frames["files", "expenses"]
    rows = frame[frame["month"].isin(["2024-02-01", "2025-03-01"])].copy()
    rows["currency"] = "643"
    rows["_load"] = clock.instant("2025-04-15T04:30")
    rows["_file"] = "again"
    frames["files", "expenses"] = pd.concat([frame, rows], ignore_index=True)
    report.note(
        "resent_expenses",
        "two months loaded again, the rouble as 643: the same lines, which replace those of the first load",
        "files.expenses",
        sorted(set(rows["month"])),
    )


def chances(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Deals that tell their chance, the one of their stage, in per cent: 50, 50%, 50,00 %."""
    frame = frames["bitrix24", "crm_deal"]
    # only deals whose every version was loaded: of others a late version would tell of the days before
    deals = [d for d in world.crm.deals if d.created >= clock.instant("2025-01-05") and d.deal_id % 7 == 0]
    told = {str(d.deal_id): k for k, d in enumerate(deals)}
    chance = {s[2]: s[6] for s in co.STAGES if s[0] == "deal" and s[5] == "open"}
    rows = frame.index[frame["ID"].isin(told) & frame["STAGE_ID"].isin(chance)]
    ways = ("{}", "{}%", "{},00 %", "{}.0")
    frame.loc[rows, "PROBABILITY"] = [
        ways[told[i] % 4].format(chance[s])
        for i, s in zip(frame.loc[rows, "ID"], frame.loc[rows, "STAGE_ID"], strict=True)
    ]
    report.note(
        "chances_in_per_cent",
        "PROBABILITY is the stage's own chance in per cent, with and without its sign",
        "bitrix24.crm_deal",
        sorted(set(frame.loc[rows, "ID"])),
    )


# --- days and moments ----------------------------------------------------------------------------------------------------


def moments_in_utc(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """A program on a server in UTC wrote the moments: what is late in the evening there belongs to the next day in Moscow."""
    for source, name, column, key, zone, quarters in (
        ("bitrix_shop", "sale_order", "dateInsert", "id", "UTC", ("2025-10", "2026-04")),
        ("bitrix_shop", "sale_payment", "datePaid", "id", "UTC", ("2025-10", "2026-04")),
        ("files", "email_events", "occurred_at", "event_id", "UTC", ("2026-04",)),
        ("files", "reviews", "created_at", "review_id", "GMT", None),
    ):
        frame = frames[source, name]
        first = frame["_file"].fillna("") == ""
        rows = frame.index[first & (quarter_of(frame["_load"]).isin(quarters) if quarters else True)]
        rows = respelled(frame, column, rows, lambda v, zone=zone: utc(v, zone))
        night = [i for i in rows if frame.at[i, column][11:13] >= "21"]
        report.note(
            f"moments_in_utc_{name}",
            f"{column} in {zone}; those listed are of the next day in Moscow",
            f"{source}.{name}",
            frame.loc[night, key].tolist(),
        )


def short_years(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Years of two digits: 02.01.24 and 02.01.24 10:38:54."""
    for name, column, key in (("calls", "started_at", "call_id"), ("time_entries", "date", "entry_id")):
        frame = frames["files", name]
        respelled(
            frame, column, frame.index, lambda v: f"{v[8:10]}.{v[5:7]}.{v[2:4]}" + (" " + v[11:19] if v[10:] else "")
        )
        report.note(
            f"short_years_{name}", f"{column} like {frame[column].iloc[0]}", f"files.{name}", frame[key].tolist()
        )


def day_numbers(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Days and moments as the numbers that a table program keeps."""
    for name, column, key in (
        ("survey_responses", "answered_at", "response_id"),
        ("tool_usage", "date", "employee_id"),
    ):
        frame = frames["files", name]
        respelled(frame, column, frame.index, day_number)
        report.note(
            f"day_numbers_{name}",
            f"{column} like {frame[column].iloc[0]}: days since 1899-12-30, by the clock in Moscow",
            f"files.{name}",
            frame[key].tolist(),
        )


def russian_days(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Days with the month as a word, and moments with a comma before the clock."""
    months = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
    for name, column, key, span in (
        ("materials", "available_from", "material_id", lambda v: f"{int(v[8:])} {months[int(v[5:7]) - 1]} {v[:4]} г."),
        ("material_usage", "used_at", "usage_id", lambda v: f"{v[8:10]}.{v[5:7]}.{v[:4]}, {v[11:19]}"),
        ("competitor_prices", "observed_on", "product_id", lambda v: f"{v[8:10]}/{v[5:7]}/{v[:4]}"),
    ):
        frame = frames["files", name]
        respelled(frame, column, frame.index, span)
        report.note(
            f"russian_days_{name}", f"{column} like {frame[column].iloc[0]}", f"files.{name}", frame[key].tolist()
        )


def carried_days(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """A day is a midnight in Moscow: carried into UTC by some program it is 21 o'clock of the day before, or it comes without a time."""
    frame = frames["files", "contracts"]
    rows = respelled(
        frame,
        "starts_on",
        frame.index[::2],
        lambda v: clock.iso_utc(clock.day_start(pd.Timestamp(v).date())).item(),
    )
    report.note(
        "carried_days_contracts",
        "2024-01-31T21:00:00Z is 1 February 2024",
        "files.contracts",
        frame.loc[rows, "contract_id"].tolist(),
    )
    frame = frames["bitrix24", "crm_deal"]
    there = frame["ID"].isin({str(d.deal_id) for d in world.crm.deals if d.deal_id % 3 == 0})
    rows = frame.index[there & (frame["CLOSED"] == "N")]
    respelled(frame, "CLOSEDATE", rows, lambda v: clock.iso_utc(seconds(v)).item())
    respelled(frame, "CLOSEDATE", frame.index[there & (frame["CLOSED"] == "Y")], lambda v: v[:10])
    report.note(
        "carried_days_crm_deal",
        "expected closes at 21 o'clock in UTC are of the next day in Moscow; days of closing without a time",
        "bitrix24.crm_deal",
        sorted(set(frame.loc[rows, "ID"])),
    )


# --- text ----------------------------------------------------------------------------------------------------------------


def decomposed_letters(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Names with й and ё of two signs each, as files that came over a Mac have them."""

    def apart(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    for source, name, column, key in (
        ("files", "contracts", "region", "contract_id"),
        ("files", "survey_responses", "product_group", "response_id"),
        ("bitrix24", "catalog_section", "name", "id"),
        ("bitrix24", "catalog_product", "name", "id"),
        ("bitrix24", "user", "LAST_NAME", "ID"),
        ("bitrix24", "crm_userfield", "LIST", "ID"),
        ("bitrix_shop", "sale_property_value", "value", "orderId"),
    ):
        frame = frames[source, name]
        odd = frame[column].fillna("").map(lambda v: apart(v) != v)
        rows = frame.index[odd][::2]  # both spellings stand side by side
        respelled(frame, column, rows, apart)
        report.note(
            f"decomposed_letters_{name}",
            f"{column} with letters of two signs: the name with letters of one",
            f"{source}.{name}",
            frame.loc[rows, key].tolist(),
        )


def invisible_marks(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Names with marks that nobody sees, hard and double blanks, and blanks around."""

    def marked(k: int, text: str) -> str:
        hard, double = text.replace(" ", NO_BREAK, 1), text.replace(" ", "  ", 1)
        split = text[:3] + SOFT_HYPHEN + text[3:]
        return (f"{MARK}{text}", hard, double, f" {text}{ZERO_WIDTH}", split, f"{text}\t")[k % 6]

    for source, name, column, key, step in (
        ("bitrix24", "crm_status", "NAME", "ID", 1),
        ("bitrix24", "catalog_product", "name", "id", 3),
        ("bitrix24", "user", "NAME", "ID", 3),
        ("bitrix24", "department", "NAME", "ID", 2),
        ("bitrix24", "crm_lead", "STATUS_DESCRIPTION", "ID", 9),
        ("files", "email_campaigns", "name", "campaign_id", 4),
        ("files", "objections", "objection_type", "objection_id", 7),
        ("files", "calls", "queue", "call_id", 5),
        ("bitrix_shop", "sale_property_value", "value", "orderId", 11),
    ):
        frame = frames[source, name]
        rows = frame.index
        if name == "sale_property_value":
            rows = frame.index[frame["code"].isin(["REGION", "POINT_OF_SALE"])]
        rows = rows[(frame.loc[rows, column].fillna("") != "").to_numpy()][::step]
        frame.loc[rows, column] = [marked(k, v) for k, v in enumerate(frame.loc[rows, column])]
        report.note(
            f"invisible_marks_{name}",
            f"{column} with marks that nobody sees, hard or double blanks: the plain name",
            f"{source}.{name}",
            frame.loc[rows, key].tolist(),
        )
    # what the one-byte encoding of a file can hold
    for name, column, key, step in (
        ("ad_spend", "campaign_name", "date", 5),
        ("competitor_prices", "competitor", "product_id", 7),
    ):
        frame = frames["files", name]
        rows = frame.index[frame[column].fillna("") != ""][::step]
        ways = (
            lambda v: v.replace(" ", NO_BREAK),
            lambda v: v[:2] + SOFT_HYPHEN + v[2:],
            lambda v: f"  {v.replace(' ', '  ')} ",
        )
        frame.loc[rows, column] = [ways[k % 3](v) for k, v in enumerate(frame.loc[rows, column])]
        report.note(
            f"invisible_marks_{name}",
            f"{column} with hard and double blanks or soft hyphens: the plain name",
            f"files.{name}",
            frame.loc[rows, key].tolist(),
        )


# --- web and ads ---------------------------------------------------------------------------------------------------------


def unknown_browsers(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Visits in which the counter knew no browser: 0, or nothing.

    Only of a browser that nobody else knows and that came another time on the same day, and another time in that month to the same
    page, by the same channel and device: so many visitors are left as before.
    """
    visits, hits = frames["yandex_metrica", "visits"], frames["yandex_metrica", "hits"]
    known = {
        str(x.client_id) for x in [*world.parties, *world.crm.leads, *world.crm.deals, *world.orders] if x.client_id
    }
    plain = visits[
        ~visits["ym:s:clientID"].isin(known) & (visits["ym:s:isRobotPro"] == "0") & (visits["_file"].fillna("") == "")
    ]
    plain = plain.assign(month=plain["ym:s:date"].str[:7])
    alike = ["ym:s:clientID", "ym:s:deviceCategory", *(c for c in plain.columns if c.startswith("ym:s:last"))]
    again = plain.duplicated([*alike, "ym:s:date"]) & plain.duplicated([*alike, "month", "ym:s:startURL"])
    idle = (plain[["ym:s:goalsID", "ym:s:productID", "ym:s:purchaseID"]] == "[]").all(axis=1)
    once = ~visits.duplicated(["ym:s:visitID", "ym:s:date"], keep=False)
    rows = plain.index[again & idle & once[plain.index]]
    views = {w: k % 2 for k, i in enumerate(rows) for w in re.findall(r"\d+", visits.at[i, "ym:s:watchIDs"])}
    visits.loc[rows, "ym:s:clientID"] = [("0", "")[k % 2] for k in range(len(rows))]
    seen = hits.index[hits["ym:pv:watchID"].isin(views)]
    hits.loc[seen, "ym:pv:clientID"] = [("0", "")[views[w]] for w in hits.loc[seen, "ym:pv:watchID"]]
    report.note(
        "unknown_browsers",
        "clientID is 0 or empty: a visit of nobody known",
        "yandex_metrica.visits",
        visits.loc[rows, "ym:s:visitID"].tolist(),
    )


MILLIONTHS = "2024-03"  # the month of which the report is in millionths


def direct_report(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """One month of Yandex Direct as the file that its Reports service sends: a title, tabs, costs in millionths, a line "Total rows"."""
    frame = frames["yandex_direct", "campaign_performance"]
    rows = frame.index[
        frame["Date"].str.startswith(MILLIONTHS) & (frame["_file"].fillna("") == "") & (frame["IncludeVAT"] == "NO")
    ]
    respelled(frame, "Cost", rows, lambda v: f"{Decimal(v) * 1_000_000:.0f}")
    frame.loc[rows, "_file"] = f"report_{MILLIONTHS}"
    report.note(
        "direct_report",
        "a report with its title and its line of totals, tabs between columns and Cost in millionths, beside files in roubles",
        "yandex_direct.campaign_performance",
        (frame.loc[rows, "Date"] + "/" + frame.loc[rows, "CampaignId"]).tolist(),
    )


def ads_by_keyword(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Days of a campaign in reports cut by keyword, or by age: several rows whose sums are the day's."""
    key = ("yandex_direct", "campaign_performance")
    frame = frames[key]
    name = ["Date", "CampaignId", "AdNetworkType", "IncludeVAT"]
    once = ~frame.duplicated(name, keep=False) & (frame["_file"].fillna("") == "")
    many = frame["Clicks"].astype(int) >= 9
    days = frame.index[once & many & (frame["IncludeVAT"] == "NO") & (frame["Date"] >= "2025-06-01")]
    chosen = sorted(int(i) for i in dice.rng.choice(days.to_numpy(), 24, replace=False))
    cuts = {
        "Criterion": ["кофемашина для офиса", "купить кофемашину", "аренда кофемашины"],
        "Age": ["AGE_25_34", "AGE_35_44", "UNKNOWN"],
    }
    parts = []
    for k, i in enumerate(chosen):
        row, (column, values) = frame.loc[i], list(cuts.items())[k % 2]
        cents, clicks, shown = int(Decimal(row["Cost"]) * 100), int(row["Clicks"]), int(row["Impressions"])
        got = None if row["Conversions"] == "--" else int(row["Conversions"])
        for n, value in enumerate(values):
            # the first two are alike in every number: 18 clicks are 5, 5 and 8
            def share(whole: int, n=n) -> int:
                return whole * 5 // 18 if n < 2 else whole - 2 * (whole * 5 // 18)

            part = row.copy()
            part["Clicks"], part["Impressions"] = str(share(clicks)), str(share(shown))
            part["Cost"] = f"{share(cents) // 100}.{share(cents) % 100:02d}"
            part["Conversions"] = "--" if got is None else str(share(got))
            part[column] = value
            # every third of these days was loaded whole first
            part["_load"] = int(part["_load"]) + (clock.DAY if k % 3 == 0 else 0)
            part["_file"] = "by_" + ("keyword" if column == "Criterion" else "age")
            parts.append(part)
    whole_too = {i for k, i in enumerate(chosen) if k % 3 == 0}
    frame = frame[[i not in set(chosen) - whole_too for i in frame.index]]
    cut = pd.DataFrame(parts)
    frames[key] = pd.concat([frame, cut], ignore_index=True)
    report.note(
        "ads_by_keyword",
        "a campaign's day in three rows, by keyword or by age, two of them alike in every number: they add up",
        "yandex_direct.campaign_performance",
        ["/".join(row) for row in cut[name].drop_duplicates().itertuples(index=False)],
    )


# --- files ---------------------------------------------------------------------------------------------------------------


def encodings(report: Report) -> dict[tuple[str, str, str], Format]:
    """How single files are written, where it is another way than their table's: (source, table, file) -> encoding and delimiter."""
    formats: dict[tuple[str, str, str], Format] = {}
    if planted("reversed_expenses"):
        formats |= {
            ("files", "expenses", "2024"): Format("cp866"),
            ("files", "expenses", "2025"): Format("cp1251"),
            ("files", "expenses", "2026"): Format("utf-8-sig"),
        }
    if planted("resent_expenses"):
        formats["files", "expenses", "again"] = Format("utf-16")
    if planted("direct_report"):
        formats["yandex_direct", "campaign_performance", f"report_{MILLIONTHS}"] = Format("utf-8", "\t")
    if formats:
        report.note(
            "encodings",
            "files of one table in several encodings and forms",
            "files.expenses, yandex_direct.campaign_performance",
            [f"{'/'.join(file)}: {form.encoding}" for file, form in formats.items()],
        )
    return formats


def totals(frames: Frames, report: Report) -> Lines:
    """Lines that a report program prints below the last row: blank ones and sums, which are no records."""
    lines: Lines = {}
    if planted("totals_below"):
        frame = frames["files", "expenses"]
        for year in (
            sorted(set(frame["_file"]) - {"2025"}) if planted("reversed_expenses") else []
        ):  # 2025 came without one
            rows = frame[frame["_file"] == year]
            count = len(frame.columns) - 2  # _load becomes _loaded_at, _file is none
            lines["files", "expenses", year] = ["", ";".join(["Итого", *[f"строк: {len(rows)}"], *[""] * (count - 1)])]
        lines["files", "targets"] = [";" * (len(frames["files", "targets"].columns) - 2), "Всего"]
        report.note(
            "totals_below",
            "a blank line and a line of totals below the last row: no records",
            "files.expenses, files.targets",
            [line for found in lines.values() for line in found if line.strip(";")],
        )
    if planted("direct_report"):
        direct = frames["yandex_direct", "campaign_performance"]
        count = int((direct["_file"] == f"report_{MILLIONTHS}").sum())
        lines["yandex_direct", "campaign_performance"] = [f"Total rows: {count}"]
    return lines


SPELLINGS: Iterable[Callable[[Dice, Frames, World, Report], None]] = [
    currency_words,
    yes_and_no,
    nothing_words,
    table_program_ids,
    printed_amounts,
    reversed_expenses,
    resent_expenses,
    chances,
    moments_in_utc,
    short_years,
    day_numbers,
    russian_days,
    carried_days,
    decomposed_letters,
    invisible_marks,
    unknown_browsers,
    direct_report,
    ads_by_keyword,
]


def in_rows(seed: int, frames: Frames, world: World, report: Report) -> None:
    for span in SPELLINGS:
        if planted(span.__name__):
            span(Dice(clock.stream(seed, span.__name__)), frames, world, report)

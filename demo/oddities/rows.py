"""How the systems wrote the company down: no right answer changes.  See the package's own text."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import quote, quote_plus

import pandas as pd

from demo import channels
from demo import company as co
from demo.defects import Frames, Report
from demo.layouts.bitrix24 import FIRST_LOAD, multi, phone_text
from demo.oddities.world import UNMARKED_CAMPAIGN, UNMARKED_FROM
from demo.people import Dice
from demo.planted import planted
from demo.world import World
from demo.write import Lines


def clicks_without_utm(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """One campaign's links lost their UTM marks; the counter tells the ad system and the campaign of each of its visits."""
    frame, web = frames["yandex_metrica", "visits"], world.web
    direct = frame["ym:s:lastUTMSource"] == "yandex"
    frame["ym:s:lastAdvEngine"] = ""
    frame["ym:s:lastDirectClickOrder"] = "0"
    frame.loc[direct, "ym:s:lastAdvEngine"] = "ya_direct"
    frame.loc[direct, "ym:s:lastDirectClickOrder"] = frame.loc[direct, "ym:s:lastUTMCampaign"]
    if not planted("direct_without_utm"):
        return
    bare = (frame["ym:s:lastUTMCampaign"] == UNMARKED_CAMPAIGN) & (web.start >= UNMARKED_FROM)
    for name in ("lastUTMSource", "lastUTMMedium", "lastUTMCampaign"):
        frame.loc[bare, f"ym:s:{name}"] = ""
    frame.loc[bare, "ym:s:startURL"] = frame.loc[bare, "ym:s:startURL"].str.split("?").str[0]
    hits = frames["yandex_metrica", "hits"]
    first = pd.Series(web.hit_session).duplicated().to_numpy() ^ True
    rows = hits.index[first & bare.to_numpy()[web.hit_session]]
    hits.loc[rows, "ym:pv:URL"] = hits.loc[rows, "ym:pv:URL"].str.split("?").str[0]
    report.note(
        "visits_without_utm",
        f"ad clicks of campaign {UNMARKED_CAMPAIGN} without UTM marks: lastAdvEngine and lastDirectClickOrder tell channel and campaign",
        "yandex_metrica.visits",
        frame.loc[bare, "ym:s:visitID"].tolist(),
    )


def encoded_utm(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """One campaign's name as it is, percent-encoded, and with a plus for its space."""
    frame = frames["yandex_metrica", "visits"]
    name = channels.PARTNER_SALE.utm_campaign
    rows = frame.index[frame["ym:s:lastUTMCampaign"] == name]
    frame.loc[rows, "ym:s:lastUTMCampaign"] = [(name, quote(name), quote_plus(name))[k % 3] for k in range(len(rows))]
    report.note(
        "encoded_utm",
        f"campaign «{name}» in three spellings, two of them percent-encoded: one campaign",
        "yandex_metrica.visits",
        frame.loc[rows, "ym:s:visitID"].tolist(),
    )


def robots(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Visits that the counter ascribes to robots, each with a page view: no visit, visitor or view of the company's."""
    visits, hits = frames["yandex_metrica", "visits"], frames["yandex_metrica", "hits"]
    visits["ym:s:isRobotPro"] = "0"
    if not planted("robots"):
        return
    rows = visits.iloc[sorted(int(k) for k in dice.rng.choice(len(visits), 900, replace=False))].copy()
    numbers = range(len(rows))
    rows["ym:s:visitID"] = [str(int(v) + 7) for v in rows["ym:s:visitID"]]
    rows["ym:s:clientID"] = [
        str(int(v) // 10**9 * 10**9 + 930_000_000 + k // 4) for k, v in enumerate(rows["ym:s:clientID"])
    ]
    watch = [str(8_700_000_000_000_000_000 + 13 * k) for k in numbers]
    rows["ym:s:watchIDs"] = [f"[{w}]" for w in watch]
    for column in rows.columns:
        if (
            rows[column].iloc[0].__class__ is str
            and rows[column].str.startswith("[").all()
            and column != "ym:s:watchIDs"
        ):
            rows[column] = "[]"
    rows["ym:s:isRobotPro"], rows["ym:s:pageViews"], rows["ym:s:isNewUser"] = "1", "1", "1"
    rows["ym:s:visitDuration"], rows["ym:s:bounce"] = "1", "1"
    known = [t >= "2025-10-10" for t in rows["ym:s:dateTime"]]
    views = pd.DataFrame(
        {
            "ym:pv:watchID": watch,
            "ym:pv:visitID": [v if k else "" for v, k in zip(rows["ym:s:visitID"], known, strict=True)],
            "ym:pv:clientID": rows["ym:s:clientID"].tolist(),
            "ym:pv:date": rows["ym:s:date"].tolist(),
            "ym:pv:dateTime": rows["ym:s:dateTime"].tolist(),
            "ym:pv:URL": rows["ym:s:startURL"].tolist(),
            "ym:pv:isPageView": "1",
            "_load": rows["_load"].tolist(),
        }
    )
    frames["yandex_metrica", "visits"] = pd.concat([visits, rows], ignore_index=True)
    frames["yandex_metrica", "hits"] = pd.concat([hits, views], ignore_index=True)
    report.note(
        "robots",
        "visits of robots (isRobotPro) and their page views: left out of every figure",
        "yandex_metrica.visits",
        rows["ym:s:visitID"].tolist(),
    )


def several_phones(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Cards with an office number before the person's own, and no e-mail: the second number ties them to their orders."""
    frame = frames["bitrix24", "crm_contact"]
    known = {o.party.party_id for o in world.orders if o.party and o.phone_known}
    cards = {str(p.contact_id): p for p in world.parties if p.contact_id and p.party_id in known and not p.duplicates}
    rows = frame.index[frame["ID"].isin(cards)][::9]
    for k, row in enumerate(rows):
        own = phone_text(cards[frame.at[row, "ID"]].phone, k)
        values = [(f"+7 (812) 55{k // 100}-{k % 100:02d}-0{k % 10}", "WORK"), (own, "MOBILE")]
        frame.at[row, "PHONE"] = json.dumps([{"VALUE": v, "VALUE_TYPE": t} for v, t in values], ensure_ascii=False)
        frame.at[row, "EMAIL"] = ""
        frame.at[row, "UF_CRM_YM_CLIENT_ID"] = ""
    report.note(
        "several_phones",
        "two numbers on a card; only the second one is known elsewhere",
        "bitrix24.crm_contact",
        frame.loc[rows, "ID"].tolist(),
    )


def _named(world: World) -> set[int]:
    """Whom the firm's own lists name."""
    return {row["customer"].party_id for rows in world.files.values() for row in rows if "customer" in row}


def placeholder_contacts(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """A number and an address typed to please a form: they identify nobody, so each of these leads is somebody else."""
    times = Counter(x.party.party_id for x in world.crm.leads if x.party)
    named = _named(world)
    alone = [
        x
        for x in world.crm.leads
        if x.party
        and times[x.party.party_id] == 1
        and not x.party.contact_id
        and not x.party.user_id
        and not x.client_id
        and x.status != "CONVERTED"
        and x.party.party_id not in named
    ][:90:2]
    frame = frames["bitrix24", "crm_lead"]
    ids = {str(x.lead_id) for x in alone}
    rows = frame["ID"].isin(ids) & (frame["PHONE"].fillna("") != "")
    frame.loc[rows, "PHONE"], frame.loc[rows, "EMAIL"] = multi("+7 (000) 000-00-00"), multi("no@no.no")
    report.note(
        "placeholder_contacts",
        "one phone of noughts and one e-mail on leads of different people",
        "bitrix24.crm_lead",
        sorted(ids),
    )


def user_field_lists(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Fields that the portal added are lists: records hold numbers of items, crm_userfield their labels."""
    lists = {
        "UF_CRM_REGION": (4100, co.REGIONS, ("lead", "contact", "company")),
        "UF_CRM_SEGMENT": (4200, co.SEGMENTS, ("contact", "company")),
        "UF_CRM_LOST_REASON": (4300, co.LOST_REASONS, ("deal",)),
    }
    fields = []
    for field, (base, labels, kinds) in lists.items():
        for n, kind in enumerate(kinds):
            codes = {label: str(base + 20 * n + 2 * k + 1) for k, label in enumerate(labels)}
            frame = frames["bitrix24", f"crm_{kind}"]
            frame[field] = frame[field].map(lambda v, codes=codes: codes.get(v, v))
            items = [
                {"ID": code, "SORT": str(10 * k), "VALUE": v, "DEF": "N"} for k, (v, code) in enumerate(codes.items())
            ]
            fields.append(
                {
                    "ID": str(base // 10 + n),
                    "ENTITY_ID": f"CRM_{kind.upper()}",
                    "FIELD_NAME": field,
                    "USER_TYPE_ID": "enumeration",
                    "MULTIPLE": "N",
                    "MANDATORY": "N",
                    "LIST": json.dumps(items, ensure_ascii=False),
                    "_load": FIRST_LOAD,
                    "_file": None,
                }
            )
    frames["bitrix24", "crm_userfield"] = pd.DataFrame(fields)
    report.note(
        "user_field_lists",
        "regions, segments and reasons of loss as numbers of list items: their labels are the values",
        "bitrix24.crm_userfield",
        [f["ID"] for f in fields],
    )


def empty_dates_of_1c(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """1C writes a date that is not there as the first day of the year 1."""
    rows = []
    for name, column, key in (
        ("contracts", "cancelled_on", "contract_id"),
        ("materials", "available_to", "material_id"),
    ):
        frame = frames["files", name]
        empty = frame.index[frame[column].fillna("") == ""]
        frame.loc[empty, column] = ["01.01.0001 0:00:00" if k % 2 else "0001-01-01" for k in range(len(empty))]
        rows += frame.loc[empty, key].tolist()
    report.note("empty_dates_of_1c", "a date of the year 1 means none", "files.contracts, files.materials", rows)


def company_and_contact(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    """Company cards that share neither a phone nor an e-mail with the person who speaks for them: the cards name each other.

    Only companies that no lead and no list of the firm's own names by that person's number or address.
    """
    named = _named(world) | {x.party.party_id for x in world.crm.leads if x.party}
    alone = {str(p.company_id) for p in world.parties if p.company_id and p.party_id not in named}
    frame = frames["bitrix24", "crm_company"]
    rows = frame.index[frame["ID"].isin(alone)][::2]
    frame.loc[rows, "EMAIL"] = [multi(f"office@firma{i}.example") for i in frame.loc[rows, "ID"]]
    report.note(
        "company_and_contact",
        "deals of a company and its contact: the contact's visits, letters and calls are touches of the company's deals",
        "bitrix24.crm_company",
        frame.loc[rows, "ID"].tolist(),
    )


def title_above_header(report: Report) -> Lines:
    """Lines that a report program prints above the names of the columns."""
    if not planted("title_above_header"):
        return {}
    prices = ["Мониторинг цен конкурентов", "Подготовил: отдел закупок;;", ""]
    expenses = [
        "Общество с ограниченной ответственностью Кофе-Демо",
        "Расходы по статьям, рублей",
        "Отбор: Статья; Команда; Канал равно любое",
        "",
        "",
    ]
    lines: Lines = {("files", "competitor_prices"): prices, ("files", "expenses"): expenses}
    if planted("direct_report"):
        lines["yandex_direct", "campaign_performance"] = ['"Отчёт по кампаниям (2024-03-01 - 2024-03-31)"']
    report.note(
        "title_above_header",
        "a title above the header: the rows below are read",
        ", ".join(".".join(table) for table in lines),
        [line for found in lines.values() for line in found if line],
    )
    return lines

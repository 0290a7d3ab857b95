"""What goes wrong on the way from the company to the raw files, planted where its count and ids are known.

Two steps.  `extras` adds records that systems hold but no figure counts (tests, deleted, unreadable, not yet loaded),
before the answers are made, so that answers "as known on an earlier day" can look at them.  `plant` then damages rows
of the native layouts in ways that a sound warehouse undoes: no right answer changes.  Both report what they did.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pandas as pd

from demo import channels, clock
from demo import company as co
from demo.crm import Deal, Lead
from demo.people import Dice, Party
from demo.shop import Order
from demo.world import World

Frames = dict[tuple[str, str], pd.DataFrame]
AS_OF_BEFORE = clock.instant("2026-06-01")  # the earlier day for which answers are kept too


class Report(dict):
    """defect -> {what, table, count, ids}; ids are cut at 200."""

    def note(self, defect: str, what: str, table: str, ids: list) -> None:
        self[defect] = {"what": what, "table": table, "count": len(ids), "ids": [str(i) for i in ids[:200]]}


# --- records that no figure counts -----------------------------------------------------------------------------------


def extras(dice: Dice, world: World, report: Report) -> None:
    e, parties = world.extra, [p for p in world.parties if p.contact_id and p.kind == "person"]

    def lead(number: int, t: int, title: str, party: Party | None, path: list[str]) -> Lead:
        item = Lead(
            number,
            t,
            party,
            dice.pick(channels.YANDEX),
            None,
            12,
            0,
            title,
            [(t + k * 1800, s) for k, s in enumerate(path)],
        )
        item.reject_reason = "Спам" if path[-1] == "JUNK" else None
        return item

    def deal(number: int, t: int, title: str, party: Party, path: list[str], roubles: int) -> Deal:
        return Deal(
            number,
            t,
            party,
            None,
            channels.DIRECT,
            None,
            "0",
            12,
            title,
            "RUB",
            [(103, 1, roubles * 100)],
            roubles * 100,
            clock.day_of(t + 20 * clock.DAY),
            [(t + k * 3600, s) for k, s in enumerate(path)],
        )

    def order(number: int, t: int, party: Party) -> Order:
        item = Order(
            number,
            t,
            party,
            channels.SEO,
            None,
            "RUB",
            [(204, 2, 169000)],
            30000,
            None,
            None,
            party.region,
            paid=t + 300,
            closed=t + 7200,
        )
        item.payments = [{"n": 1, "amount": item.amount, "returned": None}]
        return item

    def some(first: str, last: str) -> int:
        return dice.between(clock.instant(first), clock.instant(last))

    def forenoon(first: str, last: str) -> int:
        """All of it happens within one day: one version of the record."""
        return clock.day_start(clock.day_of(some(first, last))) + 10 * 3600

    titles = ["Тест", "TEST 17", "[test] проверка формы", "тест", "Test", "[TEST] webhook", "ТЕСТ 3"]
    won = ["NEW", "PREPARATION", "EXECUTING", "WON"]
    for k in range(30):
        path = ["NEW", "IN_PROCESS", "PROCESSED", "CONVERTED"] if k % 3 == 0 else ["NEW", "JUNK"]
        e.test_leads.append(
            lead(9001 + k, forenoon("2024-07-05", "2026-06-20"), titles[k % len(titles)], dice.pick(parties), path)
        )
    for k in range(12):
        e.test_deals.append(
            deal(
                9001 + k,
                forenoon("2024-07-05", "2026-06-20"),
                titles[k % len(titles)],
                dice.pick(parties),
                won,
                1_000_000,
            )
        )
    for k in range(40):
        item = lead(
            9101 + k,
            some("2026-05-04", "2026-05-28") if k < 6 else some("2024-08-01", "2026-04-20"),
            "Заявка с сайта",
            dice.pick(parties),
            ["NEW", "IN_PROCESS"],
        )
        item.deleted_at = some("2026-06-03", "2026-06-25") if k < 6 else item.created + 6 * clock.DAY
        e.deleted_leads.append(item)
    for k in range(15):
        item = deal(
            9101 + k,
            some("2026-05-04", "2026-05-27") if k < 4 else some("2024-08-01", "2026-04-20"),
            "Поставка: ошибочная сделка",
            dice.pick(parties),
            won,
            250_000,
        )
        item.deleted_at = some("2026-06-03", "2026-06-25") if k < 4 else item.created + 9 * clock.DAY
        e.deleted_deals.append(item)
    for k in range(20):
        item = order(
            39001 + k,
            some("2026-05-04", "2026-05-27") if k < 5 else some("2024-08-01", "2026-04-20"),
            dice.pick([p for p in parties if p.user_id]),
        )
        item.deleted_at = some("2026-06-03", "2026-06-25") if k < 5 else item.created + 4 * clock.DAY
        e.deleted_orders.append(item)
    for k in range(6):
        e.unreadable_deals.append(
            deal(9201 + k, some("2024-08-01", "2026-05-20"), "Оснащение: сумма не указана", dice.pick(parties), won, 1)
        )
    for k in range(4):
        e.unreadable_orders.append(
            order(39101 + k, some("2024-08-01", "2026-05-20"), dice.pick([p for p in parties if p.user_id]))
        )
    for k in range(8):
        e.future_leads.append(
            lead(
                9301 + k,
                some("2026-07-01", "2026-07-02") if k < 5 else some("2026-06-28", "2026-06-30"),
                "Запрос цены",
                dice.pick(parties),
                ["NEW"],
            )
        )
    for k in range(4):
        e.future_orders.append(
            order(39201 + k, some("2026-06-29", "2026-06-30T20:00"), dice.pick([p for p in parties if p.user_id]))
        )
    last_week = clock.instant("2026-05-25")
    for item in [x for x in world.crm.leads if last_week <= x.created < AS_OF_BEFORE][::3][:12]:
        e.late_leads[item.lead_id] = clock.instant("2026-06-05T04:30")
    for item in [x for x in world.orders if last_week <= x.created < AS_OF_BEFORE and x.paid and not x.deal_id][::4][
        :15
    ]:
        e.late_orders[item.order_id] = clock.instant("2026-06-06T04:30")

    report.note(
        "test_leads",
        "records made for trying the CRM out; their title says so",
        "bitrix24.crm_lead",
        [x.lead_id for x in e.test_leads],
    )
    report.note(
        "test_deals", "won test deals of a million roubles each", "bitrix24.crm_deal", [x.deal_id for x in e.test_deals]
    )
    report.note(
        "deleted_leads",
        "tombstones; the first six were deleted after 2026-06-01",
        "bitrix24.crm_lead",
        [x.lead_id for x in e.deleted_leads],
    )
    report.note(
        "deleted_deals",
        "won, then deleted at the source; the first four after 2026-06-01",
        "bitrix24.crm_deal",
        [x.deal_id for x in e.deleted_deals],
    )
    report.note(
        "deleted_orders",
        "paid, then deleted at the source; the first five after 2026-06-01",
        "bitrix_shop.sale_order",
        [x.order_id for x in e.deleted_orders],
    )
    report.note(
        "unreadable_deals",
        "every version has an amount that is no number: rejected",
        "bitrix24.crm_deal",
        [x.deal_id for x in e.unreadable_deals],
    )
    report.note(
        "unreadable_orders",
        "every version has an amount that is no number: rejected",
        "bitrix_shop.sale_order",
        [x.order_id for x in e.unreadable_orders],
    )
    report.note(
        "leads_after_the_as_of_day",
        "created on 2026-07-01, or loaded after it",
        "bitrix24.crm_lead",
        [x.lead_id for x in e.future_leads],
    )
    report.note(
        "orders_after_the_as_of_day",
        "paid in June, loaded on 2026-07-04",
        "bitrix_shop.sale_order",
        [x.order_id for x in e.future_orders],
    )
    report.note(
        "late_leads", "created in the last week of May, loaded on 2026-06-05", "bitrix24.crm_lead", list(e.late_leads)
    )
    report.note(
        "late_orders",
        "created in the last week of May, loaded on 2026-06-06",
        "bitrix_shop.sale_order",
        list(e.late_orders),
    )


def chains(dice: Dice, world: World, report: Report) -> None:
    """One person on three cards: two share a phone, two an e-mail; their deals stand on different cards."""
    deals: dict[int, list[Deal]] = {}
    for d in world.crm.deals:
        if d.party.kind == "person" and not d.order:
            deals.setdefault(d.party.party_id, []).append(d)
    number = max(p.contact_id for p in world.parties if p.contact_id) + 1
    ids = []
    several = [p for p in world.parties if len(deals.get(p.party_id, [])) >= 2]
    for p in several[:70]:
        other_mail, other_phone = p.email.replace("@", ".old@"), "7800" + p.phone[4:]
        p.duplicates = [
            {"id": number, "phone": p.phone, "email": other_mail, "at": p.created + 60},
            {"id": number + 1, "phone": other_phone, "email": other_mail, "at": p.created + 120},
        ]
        for k, d in enumerate(deals[p.party_id]):
            world.contact_of_deal[d.deal_id] = (p.contact_id, number + 1, number)[k % 3]
        ids.append("-".join(str(i) for i in (p.contact_id, number, number + 1)))
        number += 2
    report.note(
        "contact_chains",
        "contacts A-B-C of one person: A and B share a phone, B and C an e-mail",
        "bitrix24.crm_contact",
        ids,
    )


# --- damage to rows --------------------------------------------------------------------------------------------------


def _pick(dice: Dice, frame: pd.DataFrame, n: int, allowed: Callable | None = None) -> list[int]:
    """Positions of n rows, in order."""
    pool = [k for k in range(len(frame)) if allowed is None or allowed(frame.iloc[k])] if allowed else range(len(frame))
    return sorted(int(k) for k in dice.rng.choice(list(pool), min(n, len(pool)), replace=False))


def _append(frames: Frames, key: tuple[str, str], rows: pd.DataFrame) -> None:
    frames[key] = pd.concat([frames[key], rows], ignore_index=True)


def repeats(dice: Dice, frames: Frames, report: Report) -> None:
    """Rows sent twice, in a load of its own."""
    for source, name, key, n in (
        ("bitrix24", "crm_lead", "ID", 60),
        ("bitrix24", "crm_deal", "ID", 50),
        ("bitrix24", "crm_activity", "ID", 150),
        ("bitrix24", "crm_stagehistory_deal", "ID", 120),
        ("bitrix24", "voximplant_statistic", "ID", 90),
        ("bitrix24", "crm_item_productrow", "id", 70),
        ("bitrix_shop", "sale_order", "id", 80),
        ("bitrix_shop", "sale_basket_item", "id", 80),
        ("bitrix_shop", "sale_payment", "id", 60),
        ("yandex_metrica", "visits", "ym:s:visitID", 120),
        ("yandex_metrica", "hits", "ym:pv:watchID", 300),
        ("yandex_direct", "campaign_performance", "Date", 60),
        ("files", "email_events", "event_id", 100),
        ("files", "survey_responses", "response_id", 15),
    ):
        frame = frames[source, name]
        last = (  # of the versions that came in one load, the later row too
            (frame["_load"] == frame.groupby(key)["_load"].transform("max"))
            & ~frame.duplicated([key, "_load"], keep="last")
            if name != "campaign_performance"
            else frame["_load"] > 0
        )
        good = (frame["_load"] < clock.END - 5 * clock.DAY) & last
        if "_deleted" in frame:
            good &= frame["_deleted"].fillna("") != "Y"
        pool = frame[good]
        rows = pool.iloc[_pick(dice, pool, n)].copy()
        rows["_load"] += clock.DAY
        rows["_file"] = "repeat"
        _append(frames, (source, name), rows)
        report.note(f"sent_twice_{name}", "the same row in a second load", f"{source}.{name}", rows[key].tolist())


def lateness(frames: Frames, world: World, report: Report) -> None:
    """Rows of leads, orders, visits and calls that arrived days after they happened."""
    for ids, tables in (
        (
            world.extra.late_leads,
            (("bitrix24", "crm_lead", "ID"), ("bitrix24", "crm_stagehistory_lead", "OWNER_ID")),
        ),
        (
            world.extra.late_orders,
            (
                ("bitrix_shop", "sale_order", "id"),
                ("bitrix_shop", "sale_payment", "orderId"),
                ("bitrix_shop", "sale_basket_item", "orderId"),
                ("bitrix_shop", "sale_property_value", "orderId"),
            ),
        ),
    ):
        stamps = {str(k): v for k, v in ids.items()}
        for source, name, column in tables:
            frame = frames[source, name]
            stamp = frame[column].map(stamps)
            late = stamp.notna() & (frame["_load"] < stamp)
            # an hour before that night's own load, so that a later state that came with it stays the later one
            frame.loc[late, "_load"] = stamp[late].astype("int64") - 3600
            frame.loc[late, "_file"] = "late"
            key = "ID" if source == "bitrix24" else "id"
            passed = late & frame.duplicated([key, "_load"], keep="last")  # who loads late finds the last state alone
            frames[source, name] = frame[~passed].reset_index(drop=True)
    for item in world.extra.future_leads + world.extra.future_orders:
        name, column, number = (
            ("crm_lead", "ID", item.lead_id) if isinstance(item, Lead) else ("sale_order", "id", item.order_id)
        )
        stamp = clock.instant("2026-07-04T04:30") if item.created < clock.END else int(clock.night_after(item.created))
        tables = (
            (("bitrix24", name, column), ("bitrix24", "crm_stagehistory_lead", "OWNER_ID"))
            if name == "crm_lead"
            else (
                ("bitrix_shop", name, column),
                ("bitrix_shop", "sale_payment", "orderId"),
                ("bitrix_shop", "sale_basket_item", "orderId"),
                ("bitrix_shop", "sale_property_value", "orderId"),
            )
        )
        for source, table, key in tables:
            frame = frames[source, table]
            rows = frame[key] == str(number)
            frame.loc[rows, "_load"], frame.loc[rows, "_file"] = stamp, "after"
    for source, name, column, step in (
        ("yandex_metrica", "visits", "ym:s:visitID", 1501),
        ("bitrix24", "voximplant_statistic", "ID", 311),
    ):
        frame = frames[source, name]
        rows = frame.index[::step]
        rows = rows[frame.loc[rows, "_load"] < clock.END - 12 * clock.DAY]
        frame.loc[rows, "_load"] += 7 * clock.DAY
        frame.loc[rows, "_file"] = "late"
        report.note(
            f"late_{name}", "loaded a week after it happened", f"{source}.{name}", frame.loc[rows, column].tolist()
        )


def thin_spaces(text: str, k: int) -> str:
    """'12345.60' as people print it: '12 345,60' with one of four kinds of space."""
    whole, cents = text.split(".")
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", "\u2009\u00a0\u202f "[k % 4], whole) + "," + cents


def amounts(dice: Dice, frames: Frames, world: World, report: Report) -> None:
    for source, name, key, column, good, bad in (
        ("bitrix24", "crm_deal", "ID", "OPPORTUNITY", 40, 12),
        ("bitrix_shop", "sale_order", "id", "price", 24, 8),
    ):
        frame = frames[source, name]
        unreadable = {str(x.deal_id) for x in world.extra.unreadable_deals} | {
            str(x.order_id) for x in world.extra.unreadable_orders
        }
        rows = frame[key].isin(unreadable)
        frame.loc[rows, column] = ["договорная" if k % 2 else "по запросу" for k in range(int(rows.sum()))]
        last = frame["_load"] == frame.groupby(key)["_load"].transform("max")
        sound = last & ~rows & (frame["_load"] < clock.END - 4 * clock.DAY) & (frame["_file"].fillna("") == "")
        if "_deleted" in frame:
            gone = set(frame.loc[frame["_deleted"].fillna("") == "Y", key])
            sound &= ~frame[key].isin(gone)
        pool = frame.index[sound].to_numpy()
        chosen = sorted(int(i) for i in dice.rng.choice(pool, good + bad, replace=False))
        texts = [i for k, i in enumerate(chosen) if k % (good + bad) < good]
        frame.loc[texts, column] = [thin_spaces(v, k) for k, v in enumerate(frame.loc[texts, column])]
        report.note(
            f"amount_as_text_{name}",
            "thousands apart by a thin, hard or plain space, decimal comma: to be read",
            f"{source}.{name}",
            frame.loc[texts, key].tolist(),
        )
        later = frame.loc[[i for k, i in enumerate(chosen) if k >= good]].copy()
        later[column] = ["договорная", "уточняется", "12O 000,00"][0:1] * len(later)
        later["_load"] += clock.DAY
        later["_file"] = "edited"
        _append(frames, (source, name), later)
        report.note(
            f"amount_unreadable_later_{name}",
            "a later version whose amount is no number: rejected, the version before stands",
            f"{source}.{name}",
            later[key].tolist(),
        )


def restated_ads(dice: Dice, frames: Frames, report: Report) -> None:
    """Ad costs come as an estimate first and are corrected by a later load."""
    key = ("yandex_direct", "campaign_performance")
    frame = frames[key]
    rows = _pick(dice, frame, 320)
    first = frame.iloc[rows].copy()
    first["Cost"] = [f"{float(c) * 0.93:.2f}" for c in first["Cost"]]
    first["_file"] = "estimate"
    later = [min(int(v) + 14 * clock.DAY, int(clock.night_after(clock.END - 1))) for v in frame.iloc[rows]["_load"]]
    moved = [r for r, new in zip(rows, later, strict=True) if new > int(frame.iloc[r]["_load"])]
    first = first.loc[[frame.index[r] for r in moved]]
    frame.loc[frame.index[moved], "_load"] = [v for r, v in zip(rows, later, strict=True) if r in set(moved)]
    _append(frames, key, first)
    report.note(
        "ad_costs_restated",
        "an earlier load with another cost: the later one counts",
        "yandex_direct.campaign_performance",
        (first["Date"] + "/" + first["CampaignId"] + "/" + first["AdNetworkType"] + "/" + first["IncludeVAT"]).tolist(),
    )


def unknown_enums(frames: Frames, report: Report) -> None:
    key = ("bitrix24", "crm_activity")
    rows = frames[key][frames[key]["PROVIDER_ID"] == "CRM_TASKS_TASK"].iloc[5:20].copy()
    rows["ID"] = [str(900001 + k) for k in range(len(rows))]
    rows["TYPE_ID"], rows["PROVIDER_ID"], rows["PROVIDER_TYPE_ID"] = "9", "ZOOM_EVENT", "WEBINAR"
    _append(frames, key, rows)
    report.note(
        "unknown_activity_types", "a provider that no dictionary knows", "bitrix24.crm_activity", rows["ID"].tolist()
    )
    key = ("files", "survey_responses")
    rows = frames[key].iloc[40:52].copy()
    rows["response_id"], rows["survey"] = [f"SR-CES-{k}" for k in range(len(rows))], "ces"
    _append(frames, key, rows)
    report.note(
        "unknown_surveys",
        "a survey that is neither nps nor csat",
        "files.survey_responses",
        rows["response_id"].tolist(),
    )
    frame = frames["bitrix_shop", "sale_order"]
    rows = frame.index[1000:7000:1000]
    frame.loc[rows, "statusId"] = "ZZ"
    report.note(
        "unknown_order_status",
        "a status that sale_status does not list; payment flags are sound",
        "bitrix_shop.sale_order",
        frame.loc[rows, "id"].tolist(),
    )


def reloaded_pages(frames: Frames, report: Report) -> None:
    """The page after a purchase was reloaded: the same order twice in one visit."""
    frame = frames["yandex_metrica", "visits"]
    rows = frame.index[frame["ym:s:purchaseID"] != "[]"][100:6100:200]
    for column in ("purchaseID", "purchaseDateTime", "purchaseRevenue", "purchaseCurrency"):
        name = f"ym:s:{column}"
        frame.loc[rows, name] = [v[:-1] + "," + v[1:] for v in frame.loc[rows, name]]
    report.note(
        "purchase_sent_twice",
        "one order twice in the purchase arrays of a visit",
        "yandex_metrica.visits",
        frame.loc[rows, "ym:s:visitID"].tolist(),
    )


def broken_lines(report: Report) -> dict[tuple[str, str], list[str]]:
    """Lines with too few or too many fields, for the end of a CSV file."""
    lines = [
        "2025-08-14;vk;vk-77120;5201",
        "2025-08-15;vk;vk-77120;5202;Лиды;12;3;100,00;RUB;false;1;vk;cpc;5202;2025-08-16T01:30:00Z;лишнее;поле",
        "итого;за;август",
        "2025-08-17;vk",
        "2025-08-18;vk;vk-77120;5203;Ретаргетинг;корзина;10;1;50,00;RUB;false;0;vk;cpc;5203;2025-08-19T01:30:00Z",
    ]
    report.note("broken_csv_lines", "a wrong number of fields", "files.ad_spend", lines)
    return {("files", "ad_spend"): lines}


def of_the_company(world: World, report: Report) -> None:
    """What is odd in the company itself and belongs to its figures."""
    crm, web = world.crm, world.web

    def path(d: Deal) -> list[str]:
        return [s for _, s in d.history]

    def rank(d: Deal, stage: str) -> int | None:
        line = co.OPEN_PATH[d.pipeline] + [co.WON_STAGE[d.pipeline]]
        return line.index(stage) if stage in line else None

    reopened = [d for d in crm.deals if any(co.SEMANTIC.get(("deal", s)) in ("S", "F") for s in path(d)[:-1])]
    report.note(
        "reopened_deals",
        "won or lost, then in work again",
        "bitrix24.crm_stagehistory_deal",
        [d.deal_id for d in reopened],
    )
    report.note(
        "reopened_and_open",
        "won once, open now: not a sale",
        "bitrix24.crm_deal",
        [d.deal_id for d in reopened if d.status == "open" and co.WON_STAGE[d.pipeline] in path(d)],
    )
    ranks = {d.deal_id: [r for r in (rank(d, s) for s in path(d)) if r is not None] for d in crm.deals}
    report.note(
        "backward_stages",
        "a deal that went back",
        "bitrix24.crm_stagehistory_deal",
        [i for i, r in ranks.items() if any(b < a for a, b in pairwise(r))],
    )
    report.note(
        "skipped_stages",
        "a deal that passed over a stage",
        "bitrix24.crm_stagehistory_deal",
        [i for i, r in ranks.items() if any(b > a + 1 for a, b in pairwise(r))],
    )
    report.note(
        "deleted_stages",
        "history names a stage that crm_status no longer has",
        "bitrix24.crm_stagehistory_deal",
        [d.deal_id for d in crm.deals if co.DELETED_STAGES[d.pipeline] in path(d)],
    )
    report.note(
        "leads_with_no_contact",
        "no name, phone, e-mail or browser",
        "bitrix24.crm_lead",
        [x.lead_id for x in crm.leads if x.party is None],
    )
    report.note(
        "orders_of_nobody",
        "a till receipt with no customer",
        "bitrix_shop.sale_order",
        [o.order_id for o in world.orders if o.party is None],
    )
    report.note(
        "deals_of_an_order",
        "one sale known to the CRM and the shop",
        "bitrix24.crm_deal",
        [d.deal_id for d in crm.deals if d.order],
    )
    report.note(
        "calls_known_twice",
        "a call in telephony and as an activity",
        "bitrix24.voximplant_statistic",
        [a.activity_id for a in crm.activities if a.in_crm and a.in_telephony],
    )
    report.note(
        "calls_of_telephony_only",
        "no CRM_ACTIVITY_ID",
        "bitrix24.voximplant_statistic",
        [a.activity_id for a in crm.activities if a.in_telephony and not a.in_crm],
    )
    report.note(
        "calls_of_crm_only",
        "logged by hand",
        "bitrix24.crm_activity",
        [a.activity_id for a in crm.activities if a.kind == "call" and not a.in_telephony],
    )
    report.note(
        "unanswered_but_completed",
        "an outgoing call nobody took; its activity is marked completed",
        "bitrix24.crm_activity",
        [a.activity_id for a in crm.activities if a.kind == "call" and a.in_crm and a.done and not a.answered],
    )
    report.note(
        "spend_without_campaign_direct",
        "CampaignId is --",
        "yandex_direct.campaign_performance",
        [s.day for s in world.spend if s.platform == "yandex_direct" and not s.campaign_id],
    )
    report.note(
        "spend_without_campaign_vk",
        "campaign_id is empty",
        "files.ad_spend",
        [s.day for s in world.spend if s.platform == "vk" and not s.campaign_id],
    )
    report.note(
        "foreign_currency_deals",
        "USD or EUR",
        "bitrix24.crm_deal",
        [d.deal_id for d in crm.deals if d.currency != "RUB"],
    )
    report.note(
        "foreign_currency_orders",
        "USD or EUR",
        "bitrix_shop.sale_order",
        [o.order_id for o in world.orders if o.currency != "RUB"],
    )
    report.note(
        "nearly_test_titles",
        "real deals whose title only looks like a test",
        "bitrix24.crm_deal",
        [d.deal_id for d in crm.deals if "тест" in d.title.lower() or "testo" in d.title.lower()],
    )
    last_hit = pd.Series(web.hit_time).groupby(web.hit_session).max().to_numpy()
    over = clock.local_day(last_hit) > clock.local_day(web.start)
    month = (last_hit + clock.MSK).astype("datetime64[s]").astype("datetime64[M]") != (web.start + clock.MSK).astype(
        "datetime64[s]"
    ).astype("datetime64[M]")
    report.note(
        "sessions_over_midnight",
        "last page view on the next business day",
        "yandex_metrica.visits",
        [clock.wall_one(t) for t in web.start[over]],
    )
    report.note(
        "sessions_over_a_month_end",
        "last page view in the next month of the business zone",
        "yandex_metrica.visits",
        [clock.wall_one(t) for t in web.start[month]],
    )


def plant(dice: Dice, frames: Frames, world: World, report: Report) -> dict[tuple[str, str], list[str]]:
    """Damage the frames in place; returns the broken lines that the CSV writer adds."""
    for frame in frames.values():
        frame["_file"] = None
    lateness(frames, world, report)
    amounts(dice, frames, world, report)
    restated_ads(dice, frames, report)
    unknown_enums(frames, report)
    reloaded_pages(frames, report)
    repeats(dice, frames, report)
    counts = {
        f"{s}.{n}": int((f["_load"] > 0).sum() - f[k].nunique())
        for (s, n), f in frames.items()
        for k in [
            {"crm_lead": "ID", "crm_deal": "ID", "sale_order": "id", "sale_payment": "id", "crm_activity": "ID"}.get(n)
        ]
        if k
    }
    for table, count in counts.items():
        report[f"further_versions_{table.split('.')[1]}"] = {
            "what": "rows beyond the first of each id: versions, repeats and tombstones",
            "table": table,
            "count": count,
            "ids": [],
        }
    of_the_company(world, report)
    return broken_lines(report)

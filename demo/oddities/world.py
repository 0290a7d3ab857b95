"""What happened in the company and no simulation brings about; the right answers are worked out with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from demo import channels, clock
from demo import company as co
from demo.crm import Activity, Deal
from demo.defects import Report
from demo.people import Dice
from demo.world import World

UNMARKED_CAMPAIGN, UNMARKED_FROM = "708888805", clock.instant("2025-06-01")


def calls_make_leads(dice: Dice, world: World, report: Report) -> None:
    """Telephony makes a lead of a call of somebody unknown, seconds after it began when it is answered, else when it rang out."""
    answered, missed = [], []
    for lead in world.crm.leads:
        if (
            lead.origin is not channels.CALL
            or lead.party is None
            or not clock.START + 60 < lead.created < clock.END - 900
        ):
            continue
        hours = clock.opening(clock.day_of(lead.created))
        taken = bool(hours and hours[0] <= lead.created < hours[1] and dice.chance(0.88))
        start = lead.created - dice.between(12, 40)
        end = lead.created + dice.between(30, 480) if taken else lead.created - 2
        manager = lead.manager_at(lead.created)
        call = Activity(0, "call", start, start, end, taken, "in", manager, lead, None, lead.party, None, taken)
        call.in_telephony, call.call_code = True, "200" if taken else "304"
        world.crm.activities.append(call)
        if taken:
            lead.call = call
        (answered if taken else missed).append(lead.lead_id)
    world.crm.number()
    report.note(
        "calls_make_leads",
        "the answered call that the lead was made of began seconds before it: answered at once, within the SLA",
        "bitrix24.crm_lead",
        answered,
    )
    report.note(
        "missed_calls_make_leads",
        "made of a call that nobody took: the first contact is the call back",
        "bitrix24.crm_lead",
        missed,
    )


def part_payments(dice: Dice, world: World, report: Report) -> None:
    """Deposits, orders that were never paid whole, and money that went back and came again on the same day."""

    def plain(order) -> bool:
        return (
            order.currency == "RUB"
            and order.store is None
            and not order.refund_at
            and order.deal_id is None
            and not order.cancelled
            and len(order.payments) == 1
            and clock.day_of(order.created).day < 22
            and order.created < clock.END - 9 * clock.DAY
        )

    paid = [o for o in world.orders if plain(o) and o.paid and o.paid - o.created < 3600]
    unpaid = [o for o in world.orders if plain(o) and not o.paid]
    dice.rng.shuffle(paid)
    dice.rng.shuffle(unpaid)
    deposits, again = paid[:60], [o for o in paid[60:110] if (o.paid + clock.MSK) % clock.DAY < 20 * 3600]
    for o in deposits:
        first = o.amount * dice.pick([20, 30, 50]) // 100
        o.payments = [
            {"n": 1, "amount": first, "returned": None, "paid": o.paid},
            {"n": 2, "amount": o.amount - first, "returned": None, "made": o.paid},
        ]
        o.paid += int((1 + 5 * dice.u()) * clock.DAY)
        o.closed = o.paid + clock.DAY
    for o in again:
        back = o.paid + 1800
        o.payments = [
            {"n": 1, "amount": o.amount, "returned": back, "paid": o.paid},
            {"n": 2, "amount": o.amount, "returned": None, "made": back, "paid": back + 1500, "by": "Наличные курьеру"},
        ]
    kept, gone = unpaid[:14], unpaid[14:24]
    for o in kept + gone:
        first = o.amount * 3 // 10
        went = o.created + 6 * clock.DAY if o in gone else None
        o.payments = [
            {"n": 1, "amount": first, "returned": went, "paid": o.created + 400},
            {"n": 2, "amount": o.amount - first, "returned": None, "made": o.created + 400, "paid": None},
        ]
    for name, what, orders in (
        ("deposits", "paid in two parts: one sale of the whole price, when the second part came", deposits),
        ("paid_again", "paid, returned and paid again by other means: one sale of the whole price, no refund", again),
        ("deposit_only", "a deposit and no more: no sale", kept),
        ("deposit_returned", "a deposit that went back: neither a sale nor a refund", gone),
    ):
        report.note(name, what, "bitrix_shop.sale_order", sorted(o.order_id for o in orders))


def direct_without_utm(dice: Dice, world: World, report: Report) -> None:
    """Orders that came by an ad of the campaign without marks have none of their own."""
    orders = [
        o
        for o in world.orders
        if o.origin and o.origin.utm_campaign == UNMARKED_CAMPAIGN and o.created >= UNMARKED_FROM and not o.deal_id
    ]
    for o in orders:
        o.origin = replace(o.origin, utm_source=None, utm_medium=None, utm_campaign=None)
    report.note(
        "orders_without_utm",
        "made in a visit by an ad click without UTM marks; the visit knows its campaign",
        "bitrix_shop.sale_order",
        [o.order_id for o in orders],
    )


def overpaid_orders(dice: Dice, world: World, report: Report) -> None:
    """Five hundred roubles more than the price came, and stayed: 1500 paid for an order of 1000 is a sale of 1000."""
    orders = [
        o
        for o in world.orders
        if o.currency == "RUB" and o.paid and not o.refund_at and o.deal_id is None and len(o.payments) == 1
    ]
    dice.rng.shuffle(orders)
    for o in orders[:12]:
        o.payments.append({"n": 2, "amount": 50_000, "returned": None})
    report.note(
        "overpaid_orders",
        "paid 500 roubles above the price, which nobody gave back: a sale of the price",
        "bitrix_shop.sale_order",
        sorted(o.order_id for o in orders[:12]),
    )


def cut_orders(dice: Dice, world: World, report: Report) -> None:
    """An order of 600 and 400; the 400 came back, and the shop took that line off the order: a sale of 1000, a refund of 400."""
    orders = [
        o
        for o in world.orders
        if o.currency == "RUB"
        and o.refund_at
        and o.refund_at < clock.instant("2026-05-15")
        and o.deal_id is None
        and len(o.payments) == 2 < 1 + len(o.lines)
        and "paid" not in o.payments[0]
    ]
    dice.rng.shuffle(orders)
    for o in orders[:14]:
        o.cut = True
    report.note(
        "cut_orders",
        "price and lines are those that are left: sold for all that had come, the rest went back on its day and takes no cost with it",
        "bitrix_shop.sale_order",
        sorted(o.order_id for o in orders[:14]),
    )


def _plain_wins(world: World, first: str, last: str) -> list[Deal]:
    """Won deals of one manager, without a lead, an order or a browser."""
    lo, hi = clock.instant(first), clock.instant(last)
    return [
        d
        for d in world.crm.deals
        if d.won_at
        and lo <= d.created < d.won_at < hi
        and d.told == "history"
        and clock.day_of(d.created) < clock.day_of(d.won_at)
        and not (d.lead or d.order or d.client_id or d.handed_over)
        and co.LEFT[d.manager] is None
        and clock.day_start(co.HIRED[d.manager]) + 40 * clock.DAY < d.created
    ]


def undated_wins(dice: Dice, world: World, report: Report) -> None:
    """Won deals that came from an older program without history and without a day: won when they were made, no part in the cycle."""
    deals = _plain_wins(world, "2024-02-01", "2026-05-20")
    dice.rng.shuffle(deals)
    for d in deals[:9]:
        d.told, d.history, d.rewritten = "nothing", [(d.created, co.WON_STAGE[d.pipeline])], []
    report.note(
        "undated_wins",
        "won, and no CLOSEDATE, MOVED_TIME or history: a win of the day it was made, and a finding; not in deal_cycle_days",
        "bitrix24.crm_deal",
        sorted(d.deal_id for d in deals[:9]),
    )


def closes_told_as_days(dice: Dice, world: World, report: Report) -> None:
    """Won deals without history whose close is a day: made on the 10th at 12 o'clock and won on the 12th, it took a day and a half."""
    deals = _plain_wins(world, "2024-02-01", "2024-12-20")
    dice.rng.shuffle(deals)
    for d in deals[:9]:
        end = clock.day_start(clock.day_of(d.won_at)) + clock.DAY - 1
        d.told, d.history, d.rewritten = "day", [(d.created, ""), (end, co.WON_STAGE[d.pipeline])], []
    report.note(
        "closes_told_as_days",
        "CLOSEDATE alone: what happened on that day came before the win; how long it took counts from the day's beginning",
        "bitrix24.crm_deal",
        sorted(d.deal_id for d in deals[:9]),
    )


def entered_after_the_win(dice: Dice, world: World, report: Report) -> None:
    """Deals put into the CRM five days after they were won: made on the 12th, won on the 7th, counted on the 7th, without a cycle."""
    deals = _plain_wins(world, "2024-02-01", "2026-05-20")
    dice.rng.shuffle(deals)
    for d in deals[:9]:
        end = clock.day_start(clock.day_of(d.created)) - 4 * clock.DAY - 1
        d.told, d.history, d.rewritten = "day", [(end, co.WON_STAGE[d.pipeline])], []
    report.note(
        "entered_after_the_win",
        "CLOSEDATE five days before DATE_CREATE: won on that day, and a finding; not in deal_cycle_days",
        "bitrix24.crm_deal",
        sorted(d.deal_id for d in deals[:9]),
    )


MONTH_ENDS = [  # first day, last day, months, roubles in all, roubles of each year
    ("2024-02-29", "2025-02-28", 12, 1200, []),
    ("2024-02-29", "2026-02-28", 24, 3000, [1000, 2000]),  # its second year begins on 2025-03-01
    ("2024-05-31", "2024-11-30", 6, 600, []),
    ("2024-10-31", "2025-02-28", 4, 400, []),
    ("2024-12-31", "2025-02-27", 2, 200, []),  # whole on the last day of a month that has no 31st
    ("2025-01-30", "2025-02-28", 1, 100, []),
    ("2025-01-31", "2025-04-30", 3, 300, []),
    ("2025-08-31", "2026-08-30", 12, 1200, []),
]


def month_end_contracts(dice: Dice, world: World, report: Report) -> None:
    """Contracts from days that not every month has, of a hundred roubles a month each (of 125 the one with a schedule)."""
    contracts, schedule = world.files["contracts"], world.files["contract_schedule"]
    taken = {c["customer"].party_id for c in contracts}
    buyers: dict[int, tuple] = {}
    for d in sorted((d for d in world.crm.deals if d.won_at), key=lambda d: (d.won_at, d.deal_id)):
        if d.party.kind == "company" and d.party.party_id not in taken:
            buyers.setdefault(d.party.party_id, (clock.day_of(d.won_at), d.party))
    waiting, ids = list(buyers.values()), []
    for k, (first, last, months, total, years) in enumerate(MONTH_ENDS):
        start = dt.date.fromisoformat(first)
        found = next(x for x in waiting if x[0] < start)
        waiting.remove(found)
        party = found[1]
        ids.append(f"ДГ-М{k + 1:02d}")
        contracts.append(
            {
                "contract_id": ids[-1],
                "customer": party,
                "product_id": 603,
                "starts_on": start,
                "ends_on": dt.date.fromisoformat(last),
                "total_minor": total * 100,
                "currency": "RUB",
                "cancelled_on": None,
                "licences": 1,
                "region": None if party.region is None else co.REGIONS[party.region],
                "months": months,
            }
        )
        schedule += [{"contract_id": ids[-1], "year_no": n + 1, "amount_minor": a * 100} for n, a in enumerate(years)]
    report.note(
        "month_end_contracts",
        "from 29, 30 or 31 to a month's end: "
        + "; ".join(f"{a} to {b} is {m} months of MRR {t / m:g}" for a, b, m, t, _ in MONTH_ENDS),
        "files.contracts",
        ids,
    )


RENEWALS = [  # the contract that ended, the next one's first day, months and product
    ("ДГ-М07", "2025-05-31", 12, 603, "30 days after 2025-05-01, the day it was due, is a renewal"),
    ("ДГ-М04", "2025-04-01", 12, 603, "31 days after 2025-03-01 is too late, and the customer had left for a month"),
    ("ДГ-М03", "2024-12-01", 24, 602, "another product is no renewal, though the customer stays"),
]


def renewals_at_the_limit(dice: Dice, world: World, report: Report) -> None:
    """What came after three contracts: one renewed on the last day that counts, one a day later, one with another product."""
    contracts, ids = world.files["contracts"], []
    by_id = {c["contract_id"]: c for c in contracts}
    for k, (ended, first, months, product, _) in enumerate(RENEWALS):
        if ended not in by_id:
            continue
        start, ids = dt.date.fromisoformat(first), [*ids, f"ДГ-П{k + 1:02d}"]
        years, month = divmod(start.month - 1 + months, 12)
        end = start.replace(year=start.year + years, month=month + 1) - dt.timedelta(days=1)
        contracts.append(
            by_id[ended]
            | {"contract_id": ids[-1], "product_id": product, "starts_on": start, "ends_on": end}
            | {"total_minor": months * 100_00, "months": months}
        )
    told = "; ".join(f"{ended}: {why}" for ended, *_, why in RENEWALS)
    report.note("renewals_at_the_limit", told, "files.contracts", ids)

"""The wholesale department sells by a bookkeeping program of its own, whose orders come as files.

Sums are small and written out, so that each can be followed by hand.
"""

from __future__ import annotations

from demo import clock
from demo.defects import Report
from demo.people import Dice, Party
from demo.shop import GivenBack, Order
from demo.world import World

STORE = "Оптовый склад"
FILTERS, BEANS = 306, 204  # products


def _buyer(world: World, region: int = 0) -> Party:
    """Somebody whom no other system knows."""
    n = len(world.parties) + 1
    party = Party(n, "person", None, region, "Олег", "Закупкин", email=f"opt{n}@opt.example")
    world.parties.append(party)
    return party


def _sell(
    world: World,
    party: Party,
    document: str,
    made: str,
    amount: int,
    *,
    paid: str | None = "",
    currency: str = "RUB",
    status: str = "paid",
    product: int = FILTERS,
) -> Order:
    """An order of some units (amount in whole roubles, dollars): ten of one product.

    paid: the moment, or the day alone; "" is an hour after it was made, None never.
    """
    created = clock.instant(made)
    order = Order(
        70001 + len(world.wholesale) + len(world.extra.overwritten),
        created,
        party,
        None,
        None,
        currency,
        [(product, 10, amount * 10)],
        0,
        STORE,
        11,
        party.region,
        document=document,
        status=status,
    )
    if paid is not None:
        order.paid_as_day = len(paid) == 10
        order.paid = clock.instant(paid) + (clock.DAY - 1 if order.paid_as_day else 0) if paid else created + 3600
    world.wholesale.append(order)
    return order


def _give_back(
    world: World, document: str, at: str, roubles: int, party: Party, sale, *, counted: int | None = None, **more
) -> GivenBack:
    amount = roubles if counted is None else counted
    row = GivenBack(clock.instant(at), amount * 100, roubles * 100, "RUB", party, sale, document, **more)
    world.given_back.append(row)
    return row


def returns_as_orders(dice: Dice, world: World, report: Report) -> None:
    """What came back is an order of less than nothing.

    An order of 1000 in March and one of -300 of the same customer: one sale, 700 in March.
    """
    march, june, big, mixed, whole, more = (_buyer(world, k) for k in range(6))
    taken = [
        (march, _sell(world, march, "УТ-000001", "2024-03-05T11:00", 1000, paid="2024-03-05"), "2024-03-20T15:00", 300),
        (june, _sell(world, june, "УТ-000002", "2024-05-28T12:30", 8450, product=BEANS), "2024-06-03T10:00", 1690),
        (big, _sell(world, big, "УТ-000003", "2025-01-15T10:00", 33800, product=BEANS), "2025-02-20T10:00", 5070),
        (mixed, _sell(world, mixed, "УТ-000004", "2025-03-04T10:00", 16900, product=BEANS), "2025-04-02T10:00", 1690),
        (whole, _sell(world, whole, "УТ-000005", "2025-09-10T09:15", 5000), "2025-10-01T16:00", 5000),
    ]
    _sell(world, big, "УТ-000006", "2025-02-10T10:00", 3380)  # too small to be what came back
    _sell(world, mixed, "УТ-000007", "2025-03-12T10:00", 250, currency="USD")
    _sell(world, more, "УТ-000008", "2025-11-11T10:00", 1000)
    rows = [_give_back(world, f"{sale.document}-В", at, roubles, party, sale) for party, sale, at, roubles in taken]
    shoppers = {o.party.party_id for o in world.orders if o.party}
    deal = next(
        d
        for d in world.crm.deals
        if d.won_at
        and clock.instant("2025-06-01") < d.won_at < clock.instant("2025-07-01")
        and d.currency == "RUB"
        and d.party.kind == "person"
        and d.party.party_id not in shoppers
        and not d.order
    )
    rows.append(_give_back(world, "УТ-000009-В", "2025-07-15T10:00", 2000, deal.party, deal, names_deal=True))
    alone = [
        _give_back(world, "УТ-000008-В", "2025-12-02T10:00", 1500, more, None),  # he had bought for 1000
        _give_back(world, "УТ-000010-В", "2024-08-07T10:00", 50, _buyer(world), None),
        _give_back(world, "УТ-000011-В", "2025-05-16T10:00", 1200, _buyer(world), None),
        _give_back(world, "УТ-000012-В", "2026-03-03T10:00", 80, _buyer(world), None),
    ]
    report.note(
        "returns_as_orders",
        "1000 (УТ-000001) and -300 (УТ-000001-В) are one sale, 700 in March 2024; -5070 is of the earlier order of 33800 and not of the "
        "later one of 3380; one of the roubles is not of a sale in dollars; УТ-000009-В is of the deal that it names",
        "files.orders",
        [r.document for r in rows],
    )
    report.note(
        "returns_of_nothing_known",
        "-50 of somebody who never bought is -50 of revenue and no buyer; so is -1500 of somebody who had bought for 1000",
        "files.orders",
        [r.document for r in alone],
    )


def refunds_above_the_sale(dice: Dice, world: World, report: Report) -> None:
    """More went back than the sale had brought: of 1500 back for an order of 1000 there count 1000, of 700 and 600 there count 700 and 300."""
    people = [_buyer(world, k) for k in range(6)]
    one = _sell(world, people[0], "УТ-000021", "2024-09-10T10:00", 1000, paid="2024-09-10")
    two = _sell(world, people[1], "УТ-000022", "2024-10-08T10:00", 1000)
    cancelled = _sell(world, people[2], "УТ-000023", "2025-01-21T10:00", 3000, status="cancelled")
    whole = _sell(world, people[3], "УТ-000024", "2025-04-15T10:00", 4000, status="refunded")
    whole.refund_at, whole.refund_amount = whole.paid, whole.amount
    unpaid = _sell(world, people[4], "УТ-000025", "2025-05-20T10:00", 2000, paid=None, status="new")
    early = _sell(world, people[5], "УТ-000026", "2025-08-12T15:00", 6000, paid="2025-08-04")
    for document, at, roubles, sale, counted in (
        ("В-1", "2024-09-25T12:00", 1500, one, 1000),
        ("В-2", "2024-10-20T12:00", 700, two, 700),
        ("В-3", "2024-11-05T12:00", 600, two, 300),
        ("В-4", "2025-02-02T12:00", 2500, cancelled, 2500),
        ("В-5", "2025-05-25T12:00", 2000, unpaid, 0),
    ):
        _give_back(world, document, at, roubles, sale.party, sale, counted=counted, order=sale)
    report.note(
        "refunds_above_the_sale",
        "1500 back for 1000 is 1000, the rest a finding (УТ-000021); 700 and 600 for 1000 are 700 and 300 (УТ-000022); a cancelled order "
        "of 3000 of which 2500 went back was sold for 3000; one called refunded went back whole on the day it was paid; nothing goes "
        "back of an order that was not paid; one paid a week before it was entered counts on the day it was paid",
        "files.orders",
        [o.document for o in (one, two, cancelled, whole, unpaid, early)],
    )


def numbers_used_anew(dice: Dice, world: World, report: Report) -> None:
    """Documents are numbered from 1 every year: order 3 of 2024 and order 3 of 2025 are two orders of two people.

    What else names a number cannot tell them apart, so the newer one counts and the older one is rejected and told.
    """
    made = [
        ("2024-01-16", "2025-01-14", 1100),
        ("2024-01-23", "2025-01-28", 1200),
        ("2024-02-06", "2025-02-04", 1300),
        ("2024-02-13", "2025-02-18", 1400),
        ("2025-06-10", "2026-06-10", 1500),  # on 2026-06-01 the older one still is order 5
    ]
    for k, (older, newer, roubles) in enumerate(made):
        first = _sell(world, _buyer(world, k), str(k + 1), f"{older}T10:00", roubles)
        second = _sell(world, _buyer(world, k), str(k + 1), f"{newer}T10:00", roubles + 5)
        world.wholesale.remove(first)
        first.replaced_at = int(clock.night_after(second.paid))
        world.extra.overwritten.append(first)
    report.note(
        "numbers_used_anew",
        "an order number of the year before with another day and another customer: the newer order counts, the older row is rejected",
        "files.orders",
        [str(k + 1) for k in range(len(made))],
    )


def numbers_of_two_systems(dice: Dice, world: World, report: Report) -> None:
    """The bookkeeping and the shop both have an order 12345: two orders, and the purchase that the counter saw is the shop's."""
    bought = sorted({o.order_id for orders in world.web.purchases.values() for o in orders})
    shop = {o.order_id: o for o in world.orders}
    plain = [shop[i] for i in bought if shop[i].deal_id is None and shop[i].created < clock.instant("2026-05-01")]
    dice.rng.shuffle(plain)
    for k, o in enumerate(plain[:8]):
        day = clock.day_of(o.created)
        _sell(world, _buyer(world, k), str(o.order_id), f"{day}T12:00", 700 + 10 * k)
    report.note(
        "numbers_of_two_systems",
        "an order of the wholesale department with the number of an order of the shop: two orders; the visit is of the shop's",
        "files.orders",
        sorted(str(o.order_id) for o in plain[:8]),
    )

"""The shop: people's orders, baskets, payments and refunds."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo import channels, clock
from demo import company as co
from demo.people import Dice, Party, Registry


@dataclass
class Order:
    """Money is in minor units (kopecks, cents) of `currency`."""

    order_id: int
    created: int
    party: Party | None  # None: a till receipt with no customer on it
    origin: channels.Origin | None  # None: sold in a store
    client_id: int | None
    currency: str
    lines: list[tuple[int, int, int]]  # product, quantity, price of one, minor units
    delivery: int
    store: str | None
    responsible: int | None
    region: int | None
    paid: int | None = None
    cancelled: int | None = None
    refund_at: int | None = None
    refund_amount: int = 0
    deal_id: int | None = None
    phone_known: bool = True
    deleted_at: int | None = None
    closed: int | None = None
    payments: list[dict] = field(default_factory=list)
    cut: bool = False  # the shop took what was sent back off the order: its price and its lines are those that are left
    document: str | None = None  # the number in the wholesale department's bookkeeping, which alone knows this order
    paid_as_day: bool = False  # the bookkeeping tells the day of the payment and no time
    status: str = "paid"  # in the bookkeeping
    replaced_at: int | None = None  # when its number came to be another order's

    @property
    def goods(self) -> int:
        return sum(q * p for _, q, p in self.lines)

    @property
    def amount(self) -> int:
        return self.goods + self.delivery


@dataclass
class GivenBack:
    """Money that the wholesale department gave back; amounts in minor units of `currency`.

    `amount` is what the sale had still to give, `recorded` what was written down.  `sale` is the order or the deal that it is
    taken from; None: nobody knows.
    """

    at: int
    amount: int
    recorded: int
    currency: str
    party: Party | None
    sale: object | None
    document: str  # of the row that tells it
    order: Order | None = None  # a refund of this order; None: an order of less than nothing
    names_deal: bool = False


def _basket(dice: Dice, currency: str) -> list[tuple[int, int, int]]:
    lines = []
    weights = [0.25 if co.PRICE[p] > 9000 else 1.0 for p in co.SHOP_PRODUCTS]
    for product in dict.fromkeys(dice.pick(co.SHOP_PRODUCTS, weights) for _ in range(1 + min(3, dice.poisson(0.75)))):
        quantity = 1 if co.PRICE[product] > 9000 else 1 + min(4, dice.poisson(0.55))
        price = co.PRICE[product] * 100
        if dice.chance(0.3):
            price = price * (100 - dice.between(3, 20)) // 100
        if currency != "RUB":
            price = price // (88 if currency == "USD" else 96)
        lines.append((product, quantity, price))
    return lines


def _visits(dice: Dice, t: int) -> list[int]:
    """When a person who buys at t for the first time buys again; about half never do."""
    times = [t]
    while dice.chance(0.52):
        t += int((dice.expo(62) + 1) * clock.DAY)
        t = clock.day_start(clock.day_of(t)) + int((8 + 8 * (dice.u() + dice.u())) % 24 * 3600)
        times.append(t)
    return times


def simulate(dice: Dice, registry: Registry, buyers: int) -> list[Order]:
    """Orders sorted by creation.  The shop is older than its system: of earlier buyers only what they bought since is known."""
    drafts = []
    first = [clock.START - int(dice.u() * 270 * clock.DAY) for _ in range(buyers // 4)]
    first += clock.moments(dice.rng, buyers, retail=True).tolist()
    for t in sorted(first):
        times = [x for x in _visits(dice, t) if clock.START <= x < clock.END - 7200]
        web = not dice.chance(0.36)
        if not times:
            continue
        person = registry.party("person", times[0], web)
        person.user_id = registry.user_id()
        drafts += [(x, person, web and not dice.chance(0.06)) for x in times]
    drafts.sort(key=lambda x: (x[0], x[1].party_id))
    orders = []
    usual: dict[int, tuple[str, list]] = {}  # what each person bought last: the same again, as often as not
    for k, (t, person, web) in enumerate(drafts):
        currency = dice.pick(["RUB", "USD", "EUR"], [0.98, 0.011, 0.009])
        habit = usual.get(person.party_id)
        again = habit and habit[0] == currency and dice.chance(0.6)
        lines = [x for x in habit[1] if co.PRICE[x[0]] <= 9000][: 1 + dice.poisson(1.2)] if again else []
        lines = lines or _basket(dice, currency)
        usual[person.party_id] = currency, lines
        delivery = (
            0 if not web or dice.chance(0.25) else {"RUB": 30000, "USD": 500, "EUR": 450}[currency] * dice.between(1, 2)
        )
        origin = channels.arrive(dice, t, channels.ORDERS) if web else None
        client = None
        if web and not dice.chance(0.03):
            client = person.second_client_id if person.second_client_id and dice.chance(0.4) else person.client_id
        known = web or not dice.chance(0.13)
        order = Order(
            10001 + k,
            t,
            person if known else None,
            origin,
            client,
            currency,
            lines,
            delivery,
            None if web else dice.pick(co.STORES, [5, 4, 2]),
            co.ESHOP_USER if dice.chance(0.3) else None,
            person.region if known and not dice.chance(0.05) else None,
            phone_known=dice.chance(0.8),
        )
        fate = dice.u()
        if not web or fate < 0.87:
            wait = 240 + dice.expo(400) if not web or dice.chance(0.8) else (0.3 + 2.5 * dice.u()) * clock.DAY
            order.paid = t + int(wait)
            order.closed = order.paid + int((1 + 5 * dice.u()) * clock.DAY)
            if dice.chance(0.042):
                order.refund_at = clock.day_start(clock.day_of(order.paid + int((3 + dice.expo(9)) * clock.DAY)))
        elif fate < 0.94:
            order.cancelled = t + int((0.1 + 4 * dice.u()) * clock.DAY)
        _settle(dice, order)
        orders.append(order)
    return orders


def _settle(dice: Dice, order: Order) -> None:
    """Payments of an order; what would happen after the as-of day has not happened."""
    for name in ("paid", "cancelled", "refund_at", "closed"):
        value = getattr(order, name)
        if value is not None and value >= clock.END:
            setattr(order, name, None)
    parts = [order.amount]
    if order.refund_at and len(order.lines) > 1 and dice.chance(0.5):
        _, quantity, price = order.lines[-1]  # one line is sent back: it was paid apart
        parts = [order.amount - quantity * price, quantity * price]
    for k, amount in enumerate(parts, 1):
        returned = order.refund_at if order.refund_at and k == len(parts) else None
        order.payments.append({"n": k, "amount": amount, "returned": returned})
    if order.refund_at:
        order.refund_amount = parts[-1]

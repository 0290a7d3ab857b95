"""The site: sessions, page views, goals and e-commerce events, as flat numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import channels, clock
from demo import company as co
from demo.crm import Crm
from demo.people import Dice, Registry
from demo.planted import planted
from demo.shop import Order

LEAD_FORM, CALL_ORDERED, PURCHASE = 101, 102, 103


@dataclass
class Web:
    """One row a session in `start`, `client`, … ; hits and product events point to their session by its row.

    Who comes back from the bank's page goes on with the visit before: `origin` is that one's.
    """

    origins: list[channels.Origin]
    start: np.ndarray
    client: np.ndarray
    origin: np.ndarray
    views: np.ndarray
    duration: np.ndarray
    bounce: np.ndarray
    device: np.ndarray
    city: np.ndarray
    landing: np.ndarray  # index in company.PAGES
    is_new: np.ndarray
    goals: dict[int, list[tuple[int, int]]]  # session -> (goal, reached at)
    purchases: dict[int, list[Order]]
    products: dict[
        int, list[tuple[str, int, int, int, int, str]]
    ]  # session -> (event, at, product, quantity, minor units, currency)
    hit_session: np.ndarray
    hit_time: np.ndarray
    hit_page: np.ndarray
    recorded: np.ndarray  # the origin that the counter saw: of who comes back from the bank's page, the bank


def simulate(dice: Dice, bank: Dice, registry: Registry, orders: list[Order], crm: Crm, total: int) -> Web:
    rng = dice.rng
    drafts: list[tuple[int, int, channels.Origin, str, object]] = []  # start, client, origin, what, which

    def around(client: int, event: int, before: float, after: float) -> None:
        for _ in range(dice.poisson(before)):
            t = event - int((0.02 + dice.expo(14)) * clock.DAY)
            if t >= clock.START:
                drafts.append((t, client, channels.arrive(dice, t, channels.VISITS), "", None))
        for _ in range(dice.poisson(after)):
            t = event + int((0.05 + dice.expo(25)) * clock.DAY)
            if t < clock.END - 3600:
                drafts.append((t, client, channels.arrive(dice, t, channels.VISITS), "", None))

    for lead in crm.leads:
        if lead.client_id:
            around(lead.client_id, lead.created, 1.2, 0.5)
            if not dice.chance(0.04):
                drafts.append((lead.created - dice.between(70, 900), lead.client_id, lead.origin, "lead", lead))
    for deal in crm.deals:
        if deal.client_id and not deal.lead:
            around(deal.client_id, deal.created, 1.5, 0.5)
    for order in orders:
        if order.client_id:
            around(order.client_id, order.created, 0.8, 0.3)
            drafts.append((order.created - dice.between(180, 1500), order.client_id, order.origin, "order", order))
            if planted("bank_returns") and order.paid and bank.chance(0.15):
                back = order.created + 60 + int((order.paid - order.created - 90) * bank.u())
                drafts.append((back, order.client_id, channels.BANK, "bank", order))

    rest = total - len(drafts)
    moments = clock.moments(rng, rest, retail=True)
    clients: list[int] = []
    for t in moments.tolist():
        if clients and dice.chance(0.4):
            back = min(len(clients), 9000)
            client = clients[len(clients) - 1 - int(back * dice.u() ** 2)]
        else:
            client = registry.client_id(t)
            clients.append(client)
        drafts.append((t, client, channels.arrive(dice, t, channels.VISITS), "", None))
    drafts = [d if d[0] >= clock.START else (clock.START + 60, *d[1:]) for d in drafts]
    drafts.sort(key=lambda d: (d[0], d[1]))

    n = len(drafts)
    start = np.array([d[0] for d in drafts], dtype="int64")
    new_year = np.isin(clock.local_day(start), [clock.local_day(clock.instant(f"{y}-12-31")) for y in (2024, 2025)])
    late = (start + clock.MSK) % clock.DAY > 22 * 3600
    plain = np.array([d[3] == "" for d in drafts])
    start = np.where(new_year & late & plain, start - 3 * 3600, start)  # no session runs into another year
    start = np.where((start > clock.END - 3600) & plain, start - 3600, start)
    order_of = np.argsort(start, kind="stable")
    drafts, start = [drafts[i] for i in order_of], start[order_of]

    origins = list(dict.fromkeys(d[2] for d in drafts))
    index = {o: k for k, o in enumerate(origins)}
    recorded = np.array([index[d[2]] for d in drafts])
    origin, latest = recorded.copy(), {}
    for k, d in enumerate(drafts):
        if d[3] == "bank":
            origin[k] = latest[d[1]]
        latest[d[1]] = int(origin[k])
    client = np.array([d[1] for d in drafts], dtype="int64")
    kind = np.array([d[3] for d in drafts])
    paid = np.array([origins[o].traffic == "ad" for o in origin])
    one = (rng.random(n) < np.where(paid, 0.52, 0.36)) & (kind == "")
    views = np.where(one, 1, 2 + rng.geometric(0.6, n) - 1)
    views = np.where(np.isin(kind, ["lead", "order"]), np.maximum(views, 4), np.minimum(views, 12))
    bounce = one & (rng.random(n) < 0.82)
    duration = np.where(bounce, rng.integers(0, 15, n), (20 + rng.exponential(65, n) * views).astype(int))
    landing_weights = np.array([0.2, 0.12, 0.12, 0.1, 0.06, 0.08, 0.08, 0.05, 0.05, 0.06, 0.04, 0.04])
    landing = rng.choice(len(co.LANDINGS), n, p=landing_weights / landing_weights.sum())
    by_client = {c: k for k, c in enumerate(np.unique(client).tolist())}
    client_no = np.array([by_client[c] for c in client.tolist()])
    device_of = rng.choice(4, len(by_client), p=[0.39, 0.55, 0.05, 0.01]) + 1
    city_of = rng.choice(len(co.CITIES), len(by_client), p=co.REGION_WEIGHTS)
    first = np.zeros(n, dtype=int)
    first[np.unique(client_no, return_index=True)[1]] = 1

    goals: dict[int, list[tuple[int, int]]] = {}
    purchases: dict[int, list[Order]] = {}
    products: dict[int, list[tuple[str, int, int, int, int, str]]] = {}
    browse = rng.random(n)
    for k, (_, _, _, what, which) in enumerate(drafts):
        s = int(start[k])
        if what == "lead":
            duration[k] = max(int(duration[k]), which.created - s + 5)
            goals[k] = [(LEAD_FORM, which.created - 2)]
        elif what == "order":
            duration[k] = max(int(duration[k]), which.created - s + 40)
            goals[k] = [(PURCHASE, which.created)]
            purchases[k] = [which]
            span = which.created - s
            events = []
            for j, (product, quantity, price) in enumerate(which.lines):
                at = s + span * (2 * j + 1) // (2 * len(which.lines) + 1)
                events += [
                    ("detail", at, product, 1, price, which.currency),
                    ("add", at + 15, product, quantity, price, which.currency),
                ]
            events += [("purchase", which.created, p, q, price, which.currency) for p, q, price in which.lines]
            products[k] = events
        elif not what and not bounce[k] and browse[k] < 0.15:
            events, at = [], s + 8
            for product in dict.fromkeys(dice.pick(co.SHOP_PRODUCTS) for _ in range(1 + (browse[k] < 0.05))):
                events.append(("detail", at, product, 1, co.PRICE[product] * 100, "RUB"))
                if browse[k] < 0.062:
                    events.append(("add", at + 6, product, 1, co.PRICE[product] * 100, "RUB"))
                at += 5
            if browse[k] < 0.004:
                events.append(("remove", at + 3, events[0][2], 1, events[0][4], "RUB"))
            products[k] = events
            duration[k] = max(int(duration[k]), at + 10 - s)
        elif not what and not bounce[k] and browse[k] > 0.994:
            goals[k] = [(CALL_ORDERED, s + int(duration[k]) // 2)]

    hit_session = np.repeat(np.arange(n), views)
    nth = np.arange(len(hit_session)) - np.repeat(np.cumsum(views) - views, views)
    fraction = np.where(nth == 0, 0.0, (nth - np.round(rng.random(len(nth)) * 0.6, 1)) / np.repeat(views, views))
    hit_time = start[hit_session] + (fraction * duration[hit_session]).astype("int64") // 5 * 5
    page_weights = np.ones(len(co.PAGES)) + 3 * (np.arange(len(co.PAGES)) < len(co.LANDINGS))
    hit_page = rng.choice(len(co.PAGES), len(nth), p=page_weights / page_weights.sum())
    hit_page[nth == 0] = landing
    return Web(
        origins,
        start,
        client,
        origin,
        views,
        duration,
        bounce,
        device_of[client_no],
        city_of[client_no],
        landing,
        first,
        goals,
        purchases,
        products,
        hit_session,
        hit_time,
        hit_page,
        recorded,
    )

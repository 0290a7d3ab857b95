"""What several families of answers share: who a record belongs to, sales and refunds, contacts, attribution."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from demo import channels, clock
from demo import company as co
from demo.crm import Activity, Deal, Lead
from demo.oddities.world import UNMARKED_CAMPAIGN, UNMARKED_FROM
from demo.people import Party
from demo.shop import Order
from demo.tally import period_end
from demo.world import World

LOOKBACK = 90 * clock.DAY
PLATFORM_CHANNEL = {"yandex_direct": "yandex_direct", "vk": "vk_ads"}
CHANNEL_PLATFORM = {channel: platform for platform, channel in PLATFORM_CHANNEL.items()}


MINUTES_AFTER = 30 * 60  # a lead or an order made until then after a visit was made in it
NO_AD = ("(unknown)",) * 4


def ad_told(origin: channels.Origin | None, page: str | None) -> tuple[str, str, str, str]:
    """Ad group, ad, keyword and landing page of a visit or a record, as its marks tell them: of the group they say nothing."""
    if origin is None or not origin.utm_content or not origin.utm_campaign:
        return ("(unknown)", "(unknown)", "(unknown)", page or "(unknown)")
    return ("(unknown)", f"yandex_direct:{origin.utm_content}", origin.utm_term or "(unknown)", page or "(unknown)")


def campaign_of(origin: channels.Origin) -> str | None:
    """The campaign of an origin, platform:id: numbers of two platforms are two campaigns."""
    return (
        f"{CHANNEL_PLATFORM.get(origin.channel, origin.channel)}:{origin.utm_campaign}" if origin.utm_campaign else None
    )


OF_NOBODY = {"source_system": "files", "manager": None, "team": None} | dict.fromkeys(
    ("channel", "region", "customer_segment", "point_of_sale", "sale_kind"), "(unknown)"
)  # what went back of a sale that nobody knows


@dataclass
class Sale:
    """A won deal at its win, or a paid order (of no won deal) at its payment; money in roubles."""

    kind: str
    record: Deal | Order
    at: int
    day: dt.date
    party: Party | None
    amount: Decimal
    dims: dict
    lines: list[tuple[str, str, int, Decimal, Decimal | None]]  # product, group, units, roubles, cost in roubles

    @property
    def key(self) -> tuple:
        return (self.at, self.kind, self.record.deal_id if self.kind == "deal" else self.record.order_id)

    @property
    def opened(self) -> int:
        """When the deal or the order came to be; a deal entered after its win, at its win."""
        return min(self.record.created, self.decided)

    @property
    def decided(self) -> int:
        """What came later did not bring the sale: an order is decided when it is made, a deal when it is won."""
        return self.record.created if self.kind == "order" else self.at


@dataclass
class Refund:
    day: dt.date
    amount: Decimal
    share: Decimal  # of the sale's amount
    sale: Sale | None  # None: nobody knows what was given back
    of_rest: bool = False  # of an order that was cut: what went back is in none of its lines


@dataclass
class Value:
    """What a group of customers has brought so far: roubles, net of refunds; the profit is that of the costed part."""

    buyers: int = 0
    revenue: Decimal = Decimal(0)
    costed: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)


class Facts:
    """Views of a world that the families read.  Everything is as known at the end of 2026-06-30."""

    def __init__(self, world: World):
        self.world = world
        self.leads, self.deals, self.orders = world.crm.leads, world.crm.deals, world.orders + world.wholesale

    # --- who -----------------------------------------------------------------------------------------------------

    @staticmethod
    def region(party: Party | None, own: int | None) -> str:
        """The customer's region where the CRM has a card of them, else the record's own."""
        k = party.region if party and party.contact_id and party.region is not None else own
        return "(unknown)" if k is None else co.REGIONS[k]

    @staticmethod
    def segment(party: Party | None) -> str:
        return party.segment if party and party.contact_id and party.segment else "(unknown)"

    def lead_dims(self, lead: Lead) -> dict:
        dims = {
            "channel": lead.origin.channel,
            "source_system": "bitrix24",
            "manager": lead.manager,
            "team": co.TEAM_OF[lead.manager],
            "region": self.region(lead.party, lead.region),
            "reject_reason": lead.reject_reason,
        }
        if lead.origin.utm_campaign:
            dims["campaign"] = campaign_of(lead.origin)
        return dims

    def origin_of(self, deal: Deal) -> channels.Origin:
        """A deal's own marks; where it has none, its lead's."""
        if deal.origin is not None and deal.origin is not channels.NOTHING:
            return deal.origin
        return deal.lead.origin if deal.lead else channels.NOTHING

    def deal_dims(self, deal: Deal) -> dict:
        origin = self.origin_of(deal)
        dims = {
            "channel": origin.channel,
            "source_system": "bitrix24",
            "manager": deal.manager,
            "team": co.TEAM_OF[deal.manager],
            "pipeline": deal.pipeline,
            "region": self.region(deal.party, deal.lead.region if deal.lead else None),
            "customer_segment": self.segment(deal.party),
            "point_of_sale": "(unknown)",
            "sale_kind": "deal",
        }
        if origin.utm_campaign:
            dims["campaign"] = campaign_of(origin)
        return dims

    def order_dims(self, order: Order) -> dict:
        """A shop order has the channel of its UTM marks, else of the visit that it was made in; nobody saw the others come."""
        seen = order.origin is not None and (
            order.origin.utm_source is not None or order.order_id in self.ordered_on_site
        )
        return {
            "channel": order.origin.channel if seen else "(unknown)",
            "source_system": "files" if order.document else "bitrix_shop",
            "manager": order.responsible,
            "team": co.TEAM_OF[order.responsible] if order.responsible else None,
            "region": self.region(order.party, order.region),
            "customer_segment": self.segment(order.party),
            "point_of_sale": order.store or "Сайт",
            "sale_kind": "order",
            **({"campaign": campaign_of(order.origin)} if seen and order.origin.utm_campaign else {}),
        }

    def is_planned_whole(self, start: dt.date, grain: str) -> bool:
        """Whether somebody has planned the won amount for each month of a period; else it has no plan."""
        months = {r["period_start"] for r in self.world.files["targets"] if r["kpi_id"] == "quota_attainment"}
        month = start.replace(day=1)
        while month < period_end(start, grain):
            if month not in months:
                return False
            month = period_end(month, "month")
        return True

    @cached_property
    def ordered_on_site(self) -> set[int]:
        """Orders that were made in a visit which the counter saw."""
        return {order.order_id for orders in self.world.web.purchases.values() for order in orders}

    # --- sales -----------------------------------------------------------------------------------------------------

    def lines(self, record, amount: Decimal, day: dt.date) -> list[tuple]:
        rates, minor = self.world.rates, record.amount
        products = {p[0]: p for p in co.PRODUCTS}
        lines, explained = [], 0
        cut = isinstance(record, Order) and record.cut
        for product, quantity, price in record.lines[:-1] if cut else record.lines:
            explained += quantity * price
            cost = products[product][4]
            known = None if cost is None else rates.to_base(cost * 100, products[product][5], day) * quantity
            lines.append((str(product), co.GROUP_OF[product], quantity, amount * quantity * price / minor, known))
        if explained != minor:
            lines.append(("(not itemised)", "(not itemised)", 0, amount * (minor - explained) / minor, None))
        return lines

    @cached_property
    def sales(self) -> list[Sale]:
        rates, sales = self.world.rates, []
        for d in self.deals:
            if d.won_at:
                day = clock.day_of(d.won_at)
                amount = rates.to_base(d.amount, d.currency, day)
                sales.append(
                    Sale("deal", d, d.won_at, day, d.party, amount, self.deal_dims(d), self.lines(d, amount, day))
                )
        folded = {d.order.order_id for d in self.deals if d.order and d.won_at}
        for o in self.orders:
            if o.paid and o.order_id not in folded:
                day = clock.day_of(o.paid)
                amount = rates.to_base(o.amount, o.currency, day)
                sales.append(
                    Sale("order", o, o.paid, day, o.party, amount, self.order_dims(o), self.lines(o, amount, day))
                )
        return sorted(sales, key=lambda s: s.key)

    @cached_property
    def refunds(self) -> list[Refund]:
        """Money given back, on its own day and at that day's rate; a refund has the dimensions of its sale."""
        rows = []
        for s in self.sales:
            if s.kind == "order" and s.record.refund_at:
                o = s.record
                day = clock.day_of(o.refund_at)
                rows.append(
                    Refund(
                        day,
                        self.world.rates.to_base(o.refund_amount, o.currency, day),
                        Decimal(o.refund_amount) / o.amount,
                        s,
                        o.cut,
                    )
                )
        sale_of = {id(s.record): s for s in self.sales}
        for r in self.world.given_back:
            if r.amount:
                day = clock.day_of(r.at)
                sale = None if r.sale is None else sale_of[id(r.sale)]
                share = Decimal(0) if sale is None else Decimal(r.amount) / r.sale.amount
                rows.append(Refund(day, self.world.rates.to_base(r.amount, r.currency, day), share, sale))
        return rows

    @cached_property
    def money(self) -> list[tuple[dt.date, dict, Decimal]]:
        """Revenue facts: sales, and refunds as negative amounts."""
        sold = [(s.day, s.dims, s.amount) for s in self.sales]
        return sold + [(r.day, r.sale.dims if r.sale else OF_NOBODY, -r.amount) for r in self.refunds]

    @cached_property
    def known_money(self) -> list[tuple[dt.date, dict, Decimal]]:
        """Those of them that are of known customers."""
        sold = [(s.day, s.dims, s.amount) for s in self.sales if s.party]
        return sold + [(r.day, r.sale.dims, -r.amount) for r in self.refunds if r.sale and r.sale.party]

    @cached_property
    def margins(self) -> list[tuple[dt.date, Sale | None, str, str, Decimal, Decimal | None]]:
        """Lines of sales and, with a minus, of refunds in proportion: day, sale, product, group, revenue, gross profit.

        The profit of a line whose cost nobody knows is None.
        """
        rows = []
        for s in self.sales:
            for product, group, _, amount, cost in s.lines:
                rows.append((s.day, s, product, group, amount, None if cost is None else amount - cost))
        for r in self.refunds:
            if r.sale is None:
                rows.append((r.day, None, "(unknown)", "(unknown)", -r.amount, None))
                continue
            if r.of_rest:
                rows.append((r.day, r.sale, "(not itemised)", "(not itemised)", -r.amount, None))
                continue
            for product, group, _, amount, cost in r.sale.lines:
                part = r.amount * amount / r.sale.amount
                rows.append((r.day, r.sale, product, group, -part, None if cost is None else cost * r.share - part))
        return rows

    @cached_property
    def first_sale(self) -> dict[int, Sale]:
        """The first sale of each known customer."""
        first: dict[int, Sale] = {}
        for s in self.sales:
            if s.party and s.party.party_id not in first:
                first[s.party.party_id] = s
        return first

    def lifetime_values(self, end: dt.date, group_of: dict[int, str]) -> dict[str, Value]:
        """Value by a day (not counted) of the customers of each group who had bought by then, and of all of them."""
        found: dict[str, Value] = defaultdict(Value)
        for party, first in self.first_sale.items():
            if first.day < end:
                for key in ("all", group_of[party]):
                    found[key].buyers += 1
        for day, sale, _, _, amount, profit in self.margins:
            if sale and sale.party and day < end:
                for key in ("all", group_of[sale.party.party_id]):
                    found[key].revenue += amount
                    if profit is not None:
                        found[key].costed += amount
                        found[key].profit += profit
        return found

    # --- contacts ----------------------------------------------------------------------------------------------------

    @staticmethod
    def is_contact(a: Activity) -> bool:
        """What reaches a prospect: an answered call, a meeting held, an e-mail or message sent."""
        if a.kind == "call":
            return bool(a.answered)
        if a.kind == "meeting":
            return a.done
        return a.kind in ("email", "message") and a.direction == "out" and a.done

    @cached_property
    def contacts_of_lead(self) -> dict[int, list[Activity]]:
        """Contacts with each lead, or with the deal made of it, from its creation or the call it was made of on, in order of time."""
        found = defaultdict(list)
        for a in self.world.crm.activities:
            lead = a.lead or (a.deal.lead if a.deal else None)
            if lead and self.is_contact(a) and (a.started >= lead.created or a is lead.call):
                found[lead.lead_id].append(a)
        return {k: sorted(v, key=lambda a: (a.started, a.activity_id)) for k, v in found.items()}

    @cached_property
    def contacts_of_deal(self) -> dict[int, list[int]]:
        """Times of contacts bound to each deal itself."""
        found = defaultdict(list)
        for a in self.world.crm.activities:
            if a.deal and self.is_contact(a):
                found[a.deal.deal_id].append(a.started)
        return found

    @cached_property
    def contacts_of_party(self) -> dict[int, list[int]]:
        """Times of what was done with a customer and bound to no lead or deal: presentations given, referrals asked for."""
        found = defaultdict(list)
        for a in self.world.crm.activities:
            if a.party and not a.lead and not a.deal and (a.answered if a.kind == "call" else a.done):
                found[a.party.party_id].append(a.started)
        return found

    def contacts_beside(self, deal: Deal) -> list[int]:
        """Times of contacts with the deal's customer since the deal, or the lead it was made of, came in."""
        since = min(deal.created, deal.lead.created) if deal.lead else deal.created
        return [t for t in self.contacts_of_party.get(deal.party.party_id, []) if t >= since]

    # --- browsers and attribution ----------------------------------------------------------------------------------

    @cached_property
    def browsers(self) -> dict[int, int]:
        """Whose a browser is, where a contact's card or some record names it: client id -> party."""
        owner: dict[int, int] = {}
        for p in self.world.parties:
            if p.contact_id and p.client_id:
                owner[p.client_id] = p.party_id
        for record in [*self.leads, *self.deals, *self.orders]:
            if record.client_id and record.party:
                owner[record.client_id] = record.party.party_id
        return owner

    @cached_property
    def sessions_of(self) -> dict[int, list[int]]:
        """Beginnings of all visits of each known party, in order of time."""
        web, found = self.world.web, defaultdict(list)
        for t, client in zip(web.start.tolist(), web.client.tolist(), strict=True):
            if client in self.browsers:
                found[self.browsers[client]].append(t)
        return found

    @cached_property
    def arrivals(self) -> list[int]:
        """The visit whose marks a visit has: itself or, back from the bank's page, the browser's one before."""
        web, latest, found = self.world.web, {}, []
        for k, (client, seen) in enumerate(zip(web.client.tolist(), web.recorded.tolist(), strict=True)):
            if not client or web.origins[seen] is not channels.BANK:
                latest[client] = k
            found.append(latest.get(client, k))
        return found

    @cached_property
    def _visits_of(self) -> dict[int, list[tuple[int, int, int]]]:
        """Beginning, end and number of the visits of each browser, in order of time."""
        web, found = self.world.web, defaultdict(list)
        for k, (t, client, seconds) in enumerate(
            zip(web.start.tolist(), web.client.tolist(), web.duration.tolist(), strict=True)
        ):
            found[client].append((t, t + seconds, k))
        return found

    @cached_property
    def _order_visits(self) -> dict[int, int]:
        return {o.order_id: k for k, orders in self.world.web.purchases.items() for o in orders}

    def _made_in(self, record: Lead | Deal | Order) -> int | None:
        """The visit that a lead or an order was made in, a deal's lead was."""
        if isinstance(record, Order):
            k = self._order_visits.get(record.order_id)
        elif isinstance(record, Deal):
            return self._made_in(record.lead) if record.lead else None
        else:
            visits = self._visits_of.get(record.client_id, []) if record.client_id else []
            k = next((k for t, end, k in reversed(visits) if t <= record.created <= end + MINUTES_AFTER), None)
        return None if k is None else self.arrivals[k]

    def told_by(self, record: Lead | Deal | Order) -> tuple[str, str, str, str]:
        """Ad group, ad, keyword and page of a record: its own, else those of its visit, if that came by the same campaign."""
        own, k = record.origin, self._made_in(record)
        web = self.world.web
        if k is None:
            return ad_told(own, None) if not isinstance(record, Order) else NO_AD
        seen = web.origins[web.origin[k]]
        lost = seen.utm_campaign == UNMARKED_CAMPAIGN and web.start[k] >= UNMARKED_FROM
        if own is None or (own.utm_campaign or "") != ("" if lost else seen.utm_campaign or ""):
            return ad_told(own, None) if own and not isinstance(record, Order) else NO_AD
        known = own if own.utm_content and not isinstance(record, Order) else seen
        return ad_told(known, co.LANDINGS[web.landing[k]])

    @cached_property
    def _touches(self) -> dict[int, list[tuple[int, str, str | None, tuple[str, str, str, str]]]]:
        """Touches of a customer: sessions of browsers that some record names, and records' own marks when created."""
        touches, owner = defaultdict(list), self.browsers
        web = self.world.web
        came = zip(web.start.tolist(), web.client.tolist(), web.origin.tolist(), web.recorded.tolist(), strict=True)
        for k, (t, client, o, seen) in enumerate(came):
            if client in owner and web.origins[seen] is not channels.BANK:
                origin = web.origins[o]
                told = ad_told(origin, co.LANDINGS[web.landing[k]])
                touches[owner[client]].append((t, origin.channel, campaign_of(origin), told))
        for record in [*self.leads, *self.deals, *self.orders]:
            origin = record.origin
            if record.party is None or origin is None or origin is channels.NOTHING:
                continue
            if isinstance(record, Order) and origin.utm_source is None:
                continue
            at = record.created
            if isinstance(record, Deal) and record.won_at:  # one entered after its win was known by its marks before it
                at = min(at, record.won_at)
            touches[record.party.party_id].append((at, origin.channel, campaign_of(origin), self.told_by(record)))
        for e in self.world.files["email_events"]:
            if e["event"] == "clicked":
                touches[e["customer"].party_id].append((e["occurred_at"], "email", f"email:{e['campaign_id']}", NO_AD))
        for a in self.world.crm.activities:
            if a.kind == "call" and a.direction == "in":
                party = a.deal.party if a.deal else a.lead.party if a.lead else a.party
                if party:
                    touches[party.party_id].append((a.started, "call", None, NO_AD))
        return {k: sorted(v, key=lambda x: (x[0], x[1])) for k, v in touches.items()}

    def path(self, sale: Sale) -> list[tuple[int, str, str | None, tuple[str, str, str, str]]]:
        """The touches of a sale's customer from the look-back before its opening until it was decided, in order of time."""
        if sale.party is None:
            return []
        touches = self._touches.get(sale.party.party_id, [])
        k = bisect_right([t[0] for t in touches], sale.decided)
        return [t for t in touches[:k] if t[0] >= sale.opened - LOOKBACK]

    @cached_property
    def paths(self) -> dict[tuple, list[tuple[int, str, str | None, tuple[str, str, str, str]]]]:
        return {s.key: self.path(s) for s in self.sales}

    def attributed(self, sale: Sale) -> tuple[str, str | None, tuple[str, str, str, str]]:
        """Channel, campaign and ad of the last touch, until the sale was decided, that told of an origin; else the last one at all, else none."""
        within = self.paths[sale.key]
        for t in reversed(within):
            if t[1] not in ("direct", "call"):
                return t[1], t[2], t[3]
        return within[-1][1:] if within else ("(none)", None, NO_AD)

    @cached_property
    def attributed_ads(self) -> dict[tuple, tuple[str, str | None, tuple[str, str, str, str]]]:
        return {s.key: self.attributed(s) for s in self.sales}

    @cached_property
    def attribution(self) -> dict[tuple, tuple[str, str | None]]:
        return {key: (channel, campaign) for key, (channel, campaign, _) in self.attributed_ads.items()}

    @cached_property
    def came_by(self) -> dict[int, str]:
        """Channel that the first sale of everybody who has bought is attributed to, as that of a new customer is."""
        return {party: self.attribution[first.key][0] for party, first in self.first_sale.items()}

    # --- what customers cost ---------------------------------------------------------------------------------------

    @cached_property
    def ad_costs(self) -> list[tuple[dt.date, dict, Decimal, int]]:
        """A day of a campaign: day, dimensions, cost without VAT, clicks."""
        return [
            (
                s.day,
                {
                    "channel": PLATFORM_CHANNEL[s.platform],
                    "campaign": f"{s.platform}:{s.campaign_id}" if s.campaign_id else "(unallocated)",
                    "source_system": s.platform,
                },
                Decimal(s.cost) / 100,
                s.clicks,
            )
            for s in self.world.spend
        ]

    @cached_property
    def outlays(self) -> list[tuple[dt.date, dict, Decimal]]:
        """Monthly expenses of acquiring customers; some belong to no channel, none to a campaign."""
        return [
            (r["month"], {"channel": r["channel"]} if r["channel"] else {}, Decimal(r["amount_minor"]) / 100)
            for r in self.world.files["expenses"]
            if r["kind"] == "direct_acquisition"
        ]

    @cached_property
    def new_customers(self) -> list[tuple[dt.date, dict]]:
        """Day of each customer's first sale, and what it is attributed to."""
        rows = []
        for s in self.first_sale.values():
            channel, campaign = self.attribution[s.key]
            rows.append((s.day, {"channel": channel, **({"campaign": campaign} if campaign else {})}))
        return rows

    @cached_property
    def acquisition(self) -> list[tuple[dt.date, dict, Decimal, int]]:
        """Costs of acquisition, and new customers at no cost: in months and longer, the one over the other is CAC."""
        costs = [(d, dims, cost, 0) for d, dims, cost, _ in self.ad_costs] + [(*x, 0) for x in self.outlays]
        return costs + [(d, dims, Decimal(0), 1) for d, dims in self.new_customers]

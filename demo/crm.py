"""The CRM: leads and deals with their whole history, and what managers did with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from demo import channels, clock
from demo import company as co
from demo.people import Dice, Party, Registry
from demo.shop import Order

MINUTE, HOUR, DAY = 60, 3600, clock.DAY
NEARLY_TESTS = (
    "Тестомес Т-10 для пекарни",
    "Testo Group: поставка",
    "Протестировать машину у клиента",
)  # titles of real deals


@dataclass
class Lead:
    lead_id: int
    created: int
    party: Party | None  # None: nobody left a name, a phone or an e-mail
    origin: channels.Origin
    client_id: int | None
    manager: int
    region: int | None
    title: str
    history: list[tuple[int, str]] = field(default_factory=list)
    reject_reason: str | None = None
    deal_id: int | None = None
    deleted_at: int | None = None
    test: bool = False

    @property
    def status(self) -> str:
        return self.history[-1][1]


@dataclass
class Deal:
    """Money is in minor units of `currency`.  `history` holds (entered at, stage), oldest first."""

    deal_id: int
    created: int
    party: Party
    lead: Lead | None
    origin: channels.Origin | None  # None: no marks of its own, the lead's are inherited
    client_id: int | None
    pipeline: str
    manager: int
    title: str
    currency: str
    lines: list[tuple[int, int, int]]
    amount: int
    expected_close: dt.date
    history: list[tuple[int, str]] = field(default_factory=list)
    order: Order | None = None
    lost_reason: str | None = None
    guess: int | None = None  # the amount that stood on the card before the offer was made
    link: str = ""  # how the order is linked: uf, entity or both
    deleted_at: int | None = None
    test: bool = False

    @property
    def stage(self) -> str:
        return self.history[-1][1]

    @property
    def status(self) -> str:
        return {"P": "open", "S": "won", "F": "lost"}[co.SEMANTIC.get(("deal", self.stage), "P")]

    @property
    def won_at(self) -> int | None:
        return self.history[-1][0] if self.status == "won" else None

    @property
    def lost_at(self) -> int | None:
        return self.history[-1][0] if self.status == "lost" else None


@dataclass
class Activity:
    """Kinds: call, email, meeting, message, social, presentation, referral_request, task.

    A call may be known to the CRM, to telephony or to both.
    """

    activity_id: int
    kind: str
    created: int
    started: int
    ended: int
    done: bool
    direction: str | None
    manager: int
    lead: Lead | None = None
    deal: Deal | None = None
    party: Party | None = None
    outcome: str | None = None
    answered: bool | None = None
    in_crm: bool = True
    in_telephony: bool = False
    call_code: str = "200"


@dataclass
class Quote:
    quote_id: int
    created: int
    deal: Deal
    status: str
    amount: int


class Crm:
    """Everything the CRM holds, in the order it came to be."""

    def __init__(self, dice: Dice, registry: Registry, orders: list[Order], rates):
        self.dice, self.registry, self.rates = dice, registry, rates
        self.leads: list[Lead] = []
        self.deals: list[Deal] = []
        self.activities: list[Activity] = []
        self.quotes: list[Quote] = []
        self._buyers = sorted(
            {o.party.party_id: o.party for o in orders if o.party}.values(), key=lambda p: (p.created, p.party_id)
        )
        self._make_leads(5930)
        self._make_direct_deals(1640)
        self._make_order_deals(orders, 150)
        self._calls_from_nowhere()
        self._sync_shop_contacts()
        self._number()

    # --- people --------------------------------------------------------------------------------------------------

    def _on_duty(self, pool: list[int], t: int) -> list[int]:
        day = clock.day_of(t)
        return [m for m in pool if co.HIRED[m] <= day and (co.LEFT[m] is None or day < co.LEFT[m])]

    def _manager(self, t: int, kind: str, pipeline: str = "0") -> int:
        teams = {
            "person": (["Входящие продажи"], [1]),
            "company": (["Входящие продажи", "Корпоративные продажи"], [0.35, 0.65]),
        }
        team = "Проектные продажи" if pipeline == "1" else self.dice.pick(*teams[kind])
        return self.dice.pick(self._on_duty([m for m in co.MANAGERS if co.TEAM_OF[m] == team], t))

    def _keeper(self, manager: int, t: int) -> int:
        """Who owns a record at t: a record of somebody who has left went to a colleague."""
        left = co.LEFT.get(manager)
        return 12 if left and clock.day_of(t) >= left else manager

    def _card(self, party: Party) -> None:
        """Contact and company cards of a party, made when somebody first sells to it."""
        if party.contact_id is None:
            party.contact_id = self.registry.contact_id()
        if party.kind == "company" and party.company_id is None:
            party.company_id = self.registry.company_id()

    # --- leads ---------------------------------------------------------------------------------------------------

    def _make_leads(self, n: int) -> None:
        d = self.dice
        known: list[Party] = []
        buyers = 0
        for t in clock.moments(d.rng, n, retail=False).tolist():
            while buyers < len(self._buyers) and self._buyers[buyers].created < t:
                buyers += 1
            origin = channels.arrive(d, t, channels.LEADS)
            web = origin not in (channels.CALL, channels.TRADE_SHOW, channels.NOTHING) and not d.chance(0.08)
            draw = d.u()
            if draw < 0.1 and len(known) > 50:
                party = d.pick(known)
            elif draw < 0.17 and buyers > 50:
                party = self._buyers[d.between(0, buyers - 1)]
            else:
                party = self.registry.party("company" if d.chance(0.43) else "person", t, web)
                known.append(party)
            client = party.client_id if web else None
            pipeline = "1" if party.kind == "company" and d.chance(0.28) else "0"
            if party.kind == "company" and party.manager and not d.chance(0.2):
                manager = self._keeper(party.manager, t)
            else:
                manager = self._manager(t, party.kind, pipeline)
            nameless = draw >= 0.97
            topic = d.pick(
                [
                    "Заявка с сайта",
                    "Запрос цены",
                    "Обратный звонок",
                    "Аренда кофемашины",
                    "Оснащение кофейни",
                    "Кофе в офис",
                ]
            )
            lead = Lead(0, t, party, origin, client, manager, None if d.chance(0.06) else party.region, topic)
            if nameless:  # a missed form or a blocked number: no name, no contact
                lead.party, lead.client_id = None, None
                lead.region = None
            self._work_lead(lead, pipeline, party)
            self.leads.append(lead)

    def _work_lead(self, lead: Lead, pipeline: str, party: Party) -> None:
        d, t = self.dice, lead.created
        lead.history.append((t, "NEW"))
        if d.chance(0.045):  # forgotten
            if d.chance(0.4):
                self._move_lead(lead, t + int((5 + 20 * d.u()) * DAY), "JUNK")
            return
        at = clock.next_working(t, d.u()) + int(d.lognormal(16 if party.kind == "company" else 24, 1.15) * MINUTE)
        at = clock.next_working(at, d.u())
        self._move_lead(lead, at, "IN_PROCESS")
        reached = self._contact(lead, None, at)
        for _ in range(1 + d.poisson(1.1)):
            at = clock.next_working(at + int(d.expo(0.9) * DAY) + 20 * MINUTE, d.u())
            reached = self._contact(lead, None, at) or reached
        good = lead.party is not None and d.chance(
            {"yandex_direct": 0.43, "vk_ads": 0.3, "seo": 0.44, "email": 0.47, "referral": 0.58, "direct": 0.45}.get(
                lead.origin.channel, 0.35
            )
            * co.SKILL[lead.manager]
        )
        at = clock.next_working(at + int(d.expo(0.8) * DAY) + 5 * MINUTE, d.u())
        if not good or not reached:
            if d.chance(0.16):
                self._move_lead(lead, at, "PROCESSED")
                at = clock.next_working(at + int(d.expo(4) * DAY) + HOUR, d.u())
            if d.chance(0.9):
                self._move_lead(lead, at, "JUNK")
            return
        if not d.chance(0.12):  # the stage is skipped now and then
            self._move_lead(lead, at, "PROCESSED")
            if d.chance(0.35) and at < clock.END - DAY:
                self._meet(lead, None, clock.next_working(at + int((0.5 + d.expo(1.5)) * DAY), d.u()), at)
            at = clock.next_working(at + int(d.expo(1.6) * DAY) + 15 * MINUTE, d.u())
        self._move_lead(lead, at, "CONVERTED")
        if at >= clock.END or lead.status != "CONVERTED":
            return
        self._card(party)
        party.manager = lead.manager
        own = lead.origin if d.chance(0.5) else None
        deal = self._deal(at + 20, party, lead, own, pipeline, self._keeper(lead.manager, at))
        deal.client_id = lead.client_id if d.chance(0.5) else None
        lead.manager = self._keeper(lead.manager, at)

    def _move_lead(self, lead: Lead, at: int, status: str) -> None:
        if at < clock.END:
            lead.history.append((max(at, lead.history[-1][0] + 30), status))
            lead.manager = self._keeper(lead.manager, at)
            if status == "JUNK":
                lead.reject_reason = self.dice.pick(co.REJECT_REASONS, [3, 3, 2, 3, 1])

    # --- deals ---------------------------------------------------------------------------------------------------

    def _make_direct_deals(self, n: int) -> None:
        """Deals with no lead: known customers come back, and a few new ones are brought by managers."""
        d = self.dice
        known = [(x.won_at, x.party) for x in self.deals if x.won_at]
        known.sort(key=lambda x: (x[0], x[1].party_id))
        times = [x[0] for x in known]
        for t in clock.moments(d.rng, n, retail=False).tolist():
            t = clock.next_working(t, d.u())
            if t >= clock.END:
                continue
            count = sum(1 for x in times if x < t - 5 * DAY) if times and times[0] < t else 0
            if count > 30 and d.chance(0.72):
                party = known[d.between(0, count - 1)][1]
            else:
                party = self.registry.party("company" if d.chance(0.7) else "person", t, d.chance(0.5))
                self._card(party)
            pipeline = "1" if party.kind == "company" and d.chance(0.25) else "0"
            manager = (
                self._keeper(party.manager, t)
                if party.manager and pipeline == "0"
                else self._manager(t, party.kind, pipeline)
            )
            party.manager = party.manager or manager
            deal = self._deal(t, party, None, channels.arrive(d, t, channels.REPEAT_DEALS), pipeline, manager)
            if deal.origin.utm_source and d.chance(0.5):
                deal.client_id = party.client_id

    def _make_order_deals(self, orders: list[Order], n: int) -> None:
        """Shop orders of business buyers that a manager leads as a deal: one sale, known to both systems."""
        d = self.dice
        pool = [o for o in orders if o.party and o.paid and not o.refund_at and o.currency == "RUB" and o.store is None]
        step = len(pool) // n
        for k in range(n):
            order = pool[k * step]
            self._card(order.party)
            at = clock.next_working(order.created + 600, d.u())
            if at >= clock.END - DAY:
                continue
            deal = self._deal(at, order.party, None, order.origin, "0", self._manager(at, "person"), order)
            deal.link = ("uf", "entity", "both")[k % 3]
            order.deal_id = k  # replaced by the deal's number later

    def _deal(
        self, t: int, party: Party, lead: Lead | None, origin, pipeline: str, manager: int, order: Order | None = None
    ) -> Deal:
        d = self.dice
        if order:
            currency, lines = "RUB", list(order.lines)
        else:
            currency = d.pick(
                ["RUB", "USD", "EUR"], [0.9, 0.06, 0.04] if party.kind == "company" else [0.985, 0.01, 0.005]
            )
            lines = self._offer(
                currency,
                d.lognormal(122000 * (1.9 if pipeline == "1" else 1) * (1.15 if party.kind == "company" else 0.6), 0.8),
                t,
            )
        amount = sum(q * p for _, q, p in lines)
        if not order and d.chance(0.02):
            lines = []  # the amount was typed in by hand
        who = party.title if party.kind == "company" else f"{party.last_name} {party.first_name}"
        deal = Deal(
            0,
            t,
            party,
            lead,
            origin,
            None,
            pipeline,
            manager,
            f"{d.pick(['Поставка', 'Оснащение', 'Сервис', 'Заказ'])}: {who}",
            currency,
            lines,
            amount,
            clock.day_of(t + int((14 + 30 * d.u()) * DAY)),
            order=order,
        )
        if lead:
            lead.deal_id = 0
        if d.chance(0.2):
            deal.guess = amount * d.between(60, 140) // 100 // 1000 * 1000
        self.deals.append(deal)
        self._work_deal(deal)
        return deal

    def _offer(self, currency: str, target: float, t: int) -> list[tuple[int, int, int]]:
        d = self.dice
        affordable = [p for p in co.DEAL_PRODUCTS if co.PRICE[p] <= target] or [401]
        chosen = list(dict.fromkeys(d.pick(affordable) for _ in range(d.between(1, 3))))
        lines = []
        for product in chosen:
            quantity = max(1, min(40, round(target / len(chosen) / co.PRICE[product])))
            price = co.PRICE[product] * 100 * (1000 - d.between(0, 120)) // 1000
            if currency != "RUB":
                price = int(price / float(self.rates.rate(currency, clock.day_of(t))))
            lines.append((product, quantity, price))
        return lines

    def _move_deal(self, deal: Deal, at: int, stage: str) -> bool:
        if at >= clock.END:
            return False
        deal.history.append((max(at, deal.history[-1][0] + 60), stage))
        deal.manager = self._keeper(deal.manager, at)
        return True

    def _work_deal(self, deal: Deal) -> None:
        d, path = self.dice, co.OPEN_PATH[deal.pipeline]
        deal.history.append((deal.created, path[0]))
        slow = 1.9 if deal.pipeline == "1" else 1.0
        skill = co.SKILL[deal.manager]
        lose = {"0": 0.125, "1": 0.16}[deal.pipeline] / skill * (1.0 if deal.lead else 1.05)
        if deal.order:
            lose, slow = 0.03, 0.12
        at, k = deal.created, 0
        while True:
            mean = (2.2, 3.4, 5.5, 6.0, 3.5)[min(k, 4)] * slow
            stay = max(20 * MINUTE, d.expo(mean) * DAY)
            for _ in range(d.poisson(0.35 if deal.order is None else 0.1)):
                self._contact(None, deal, clock.next_working(at + int(stay * d.u()) + MINUTE, d.u()))
            at = clock.next_working(at + int(stay), d.u())
            if at >= clock.END:
                return
            if d.chance(lose) or (k >= 1 and d.chance(0.035)):
                stage = d.pick(co.LOST_STAGES[deal.pipeline])
                deal.lost_reason = d.pick(co.LOST_REASONS, [4, 3, 2, 2, 3])
                self._move_deal(deal, at, stage)
                if d.chance(0.02):  # asked again: the deal is taken up where it was
                    at = clock.next_working(at + int((4 + d.expo(12)) * DAY), d.u())
                    if not self._move_deal(deal, at, path[min(k, len(path) - 1)]):
                        return
                    deal.lost_reason = None
                    continue
                return
            if d.chance(0.02) and at < clock.instant(
                "2025-02-01"
            ):  # a stage that has been removed from the portal since
                self._move_deal(deal, at, co.DELETED_STAGES[deal.pipeline])
                at = clock.next_working(at + int(d.expo(1.5) * DAY) + HOUR, d.u())
                if at >= clock.END:
                    return
            if k >= 2 and d.chance(0.05):  # back to the drawing board
                k -= 1
                self._move_deal(deal, at, path[k])
                continue
            k += 2 if d.chance(0.09) and k + 2 <= len(path) else 1
            if k >= len(path):
                self._move_deal(deal, at, co.WON_STAGE[deal.pipeline])
                if not d.chance(0.03) or deal.order:
                    return
                at = clock.next_working(at + int((3 + d.expo(15)) * DAY), d.u())  # reopened
                k = len(path) - 1
                if not self._move_deal(deal, at, path[k]) or d.chance(0.35):
                    return  # and left open
                continue
            self._move_deal(deal, at, path[k])
            if k == 1 and not d.chance(0.25):
                self._meet(None, deal, clock.next_working(at + int((0.3 + d.expo(1.6)) * DAY), d.u()), at)
            if k == 2:
                self._quote(deal, at)

    # --- what managers do ------------------------------------------------------------------------------------------

    def _act(
        self, kind: str, created: int, started: int, ended: int, done: bool, direction, manager: int, **rest
    ) -> Activity | None:
        if created >= clock.END:
            return None
        activity = Activity(0, kind, int(created), int(started), int(ended), done, direction, manager, **rest)
        self.activities.append(activity)
        return activity

    def _contact(self, lead: Lead | None, deal: Deal | None, at: int) -> bool:
        """One try to reach a prospect at `at`; True when it worked."""
        d = self.dice
        at = int(at)
        if at >= clock.END - HOUR:
            return False
        manager = self._keeper((lead or deal).manager, at)
        party = (lead or deal).party
        bound = {"lead": lead, "deal": deal, "party": party}
        outcome = d.pick(["Интерес подтверждён", "Перезвонить", "Отправить предложение", None], [3, 2, 2, 3])
        draw = d.u()
        if draw < 0.6:
            incoming = d.chance(0.18)
            answered = d.chance(0.93 if incoming else 0.72)
            talk = int(min(1900, 15 + d.expo(170))) if answered else d.between(0, 25)
            code = "200" if answered else ("304" if incoming else d.pick(["486", "603", "480"]))
            in_telephony = not d.chance(0.08) or not answered
            self._act(
                "call",
                at,
                at,
                at + talk,
                answered or not incoming,
                "in" if incoming else "out",
                manager,
                **bound,
                outcome=outcome if answered else None,
                answered=answered,
                in_telephony=in_telephony,
                call_code=code,
            )
            return answered
        if draw < 0.86:
            incoming = d.chance(0.12)
            self._act(
                "email",
                at,
                at,
                at,
                True,
                "in" if incoming else "out",
                manager,
                **bound,
                outcome=None if incoming else outcome,
            )
            return not incoming
        if draw < 0.97:
            self._act("message", at, at, at, True, "out", manager, **bound, outcome=outcome)
            return True
        due = at + int((1 + 3 * d.u()) * DAY)
        self._act("task", at, due, due, due < clock.END and d.chance(0.8), None, manager, **bound)
        return False

    def _meet(self, lead: Lead | None, deal: Deal | None, at: int, offered: int) -> None:
        d = self.dice
        manager = self._keeper((lead or deal).manager, offered)
        created = offered + d.between(1, 20) * MINUTE
        held = d.chance(0.78) and at + HOUR < clock.END
        self._act(
            "meeting",
            created,
            max(at, created + HOUR),
            max(at, created + HOUR) + d.between(25, 80) * MINUTE,
            held,
            None,
            manager,
            lead=lead,
            deal=deal,
            party=(lead or deal).party,
            outcome="Встреча состоялась" if held else None,
        )
        if held and max(at, created + HOUR) + 2 * HOUR >= clock.END:
            self.activities[-1].done, self.activities[-1].outcome = False, None
        if held and d.chance(0.3):
            self._act(
                "presentation", at, at, at + HOUR, at + HOUR < clock.END, None, manager, party=(lead or deal).party
            )

    def _quote(self, deal: Deal, at: int) -> None:
        d = self.dice
        status = d.pick(["SENT", "APPROVED", "DECLAINED", "DRAFT"], [0.55, 0.25, 0.1, 0.1])
        self.quotes.append(Quote(0, at + d.between(5, 50) * MINUTE, deal, status, deal.amount))
        if self.quotes[-1].created >= clock.END:
            self.quotes.pop()

    def _calls_from_nowhere(self) -> None:
        """Calls that only telephony knows, and talk in social channels and about referrals."""
        d = self.dice
        for t in clock.moments(d.rng, 1500, retail=False).tolist():
            answered = d.chance(0.55)
            self._act(
                "call",
                t,
                t,
                t + (20 + d.between(0, 120) if answered else d.between(5, 30)),
                answered,
                "in",
                d.pick(self._on_duty(co.MANAGERS, t)),
                answered=answered,
                in_crm=False,
                in_telephony=True,
                call_code="200" if answered else "304",
            )
        won = [(x.won_at, x.party, x.manager) for x in self.deals if x.won_at]
        for k, (t, party, manager) in enumerate(won):
            at = clock.next_working(t + 2 * DAY + 3600 * (k % 7), d.u())
            if d.chance(0.3) and at < clock.END - HOUR:
                self._act("referral_request", at, at, at, True, "out", self._keeper(manager, at), party=party)
        for t in clock.moments(d.rng, 900, retail=True).tolist():
            self._act("social", t, t, t, True, "out", d.pick(self._on_duty(co.MANAGERS, t)))

    def _sync_shop_contacts(self) -> None:
        """A third of the shop's buyers have a card in the CRM too."""
        for person in self._buyers:
            if self.dice.chance(0.35):
                self._card(person)

    def _number(self) -> None:
        """Ids in order of creation, as the CRM gives them."""
        self.deals.sort(key=lambda x: (x.created, x.party.party_id))
        for k, lead in enumerate(self.leads):
            lead.lead_id = 1001 + k
        for k, deal in enumerate(self.deals):
            deal.deal_id = 501 + k
            if deal.lead:
                deal.lead.deal_id = deal.deal_id
            if deal.order:
                deal.order.deal_id = deal.deal_id
        self.activities.sort(key=lambda x: (x.created, x.kind, x.manager))
        for k, activity in enumerate(self.activities):
            activity.activity_id = 20001 + k
        for deal, title in zip(self.deals[400::1200], NEARLY_TESTS, strict=False):
            deal.title = title
        self.quotes.sort(key=lambda x: (x.created, x.deal.deal_id))
        for k, quote in enumerate(self.quotes):
            quote.quote_id = 301 + k

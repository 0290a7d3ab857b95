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
    """`manager` has it now; `handed_over` holds (until when, who had it before), oldest first."""

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
    handed_over: list[tuple[int, int]] = field(default_factory=list)
    call: Activity | None = None  # the call that telephony made the lead of

    @property
    def status(self) -> str:
        return self.history[-1][1]

    def manager_at(self, t: int) -> int:
        return next((manager for until, manager in self.handed_over if t < until), self.manager)

    @property
    def changes(self) -> list[int]:
        """Moments at which the card was made or changed."""
        return sorted([t for t, _ in self.history] + [t for t, _ in self.handed_over])


@dataclass
class Deal:
    """Money is in minor units of `currency`.  `history` holds (entered at, stage), oldest first.

    `manager`, `amount` and `expected_close` are what the card says now; `handed_over` and `rewritten` hold what it said
    until some moment: (until when, manager) and (until when, amount, expected close), oldest first.
    """

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
    handed_over: list[tuple[int, int]] = field(default_factory=list)
    rewritten: list[tuple[int, int, dt.date]] = field(default_factory=list)
    told: str = "history"  # what the CRM tells of the way to the close: the history, the day of the close alone ("day"), or "nothing"
    link: str = ""  # how the order is linked: uf, entity or both
    deleted_at: int | None = None
    test: bool = False
    written_apart: list[int] = field(
        default_factory=list
    )  # changes whose versions the layout adds behind all other rows

    def manager_at(self, t: int) -> int:
        return next((manager for until, manager in self.handed_over if t < until), self.manager)

    def card_at(self, t: int) -> tuple[int, dt.date]:
        """Amount and expected close that stood on the card at t."""
        return next(((a, day) for until, a, day in self.rewritten if t < until), (self.amount, self.expected_close))

    @property
    def changes(self) -> list[int]:
        """Moments at which the card was made or changed."""
        moments = [t for t, _ in self.history] + [t for t, _ in self.handed_over] + [t for t, _, _ in self.rewritten]
        return sorted(t for t in moments if t not in self.written_apart)

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
    manager: int | None
    lead: Lead | None = None
    deal: Deal | None = None
    party: Party | None = None
    outcome: str | None = None
    answered: bool | None = None
    in_crm: bool = True
    in_telephony: bool = False
    call_code: str = "200"
    phone: str | None = None  # of a caller whom nobody knows
    queue: str | None = None  # a call of the shops' own telephone exchange, which tells how long the caller waited
    wait: int = 0


@dataclass
class Step:
    """A task that a manager planned for a deal; done_at is None while it is open."""

    activity_id: int
    deal: Deal
    manager: int
    created: int
    deadline: int
    done_at: int | None


@dataclass
class Quote:
    quote_id: int
    created: int
    deal: Deal
    status: str
    amount: int


class Crm:
    """Everything the CRM holds, in the order it came to be."""

    def __init__(self, dice: Dice, registry: Registry, orders: list[Order], rates, size: float = 1.0):
        self.dice, self.registry, self.rates = dice, registry, rates
        self.leads: list[Lead] = []
        self.deals: list[Deal] = []
        self.activities: list[Activity] = []
        self.quotes: list[Quote] = []
        self._buyers = sorted(
            {o.party.party_id: o.party for o in orders if o.party}.values(), key=lambda p: (p.created, p.party_id)
        )
        self._make_running_deals(int(70 * size))
        self._make_leads(int(6500 * size))
        self._make_direct_deals(int(2050 * size))
        self._make_order_deals(orders, int(150 * size))
        self._hand_over_the_rest()
        self._calls_from_nowhere(int(1700 * size), int(900 * size))
        self._calls_to_the_shops(int(1300 * size))
        self._sync_shop_contacts()
        self.number()

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

    @staticmethod
    def _keeper(manager: int, t: int, number: int) -> int:
        """Who has a customer, by its number, at t: those of somebody who has left went to her colleagues."""
        left = co.LEFT.get(manager)
        heirs = co.HEIRS.get(manager)
        return heirs[number % len(heirs)] if left and clock.day_of(t) >= left else manager

    def _owner(self, item: Lead | Deal, t: int) -> int:
        """Who has a lead or a deal at t; when its manager has left before, it is handed over on the day she left."""
        left = co.LEFT.get(item.manager)
        if left and clock.day_of(t) >= left:
            at = clock.day_start(left) + 9 * HOUR + 20 * MINUTE
            heir = self._keeper(item.manager, t, item.party.party_id if item.party else item.created)
            if item.history[0][0] < at:
                item.handed_over.append((at, item.manager))
            item.manager = heir
        return item.manager

    def _pass_on(self, item: Lead | Deal, at: int) -> None:
        """A colleague takes a lead or a deal over: a bigger customer, another region, a holiday."""
        self._owner(item, at)
        pool = [m for m in co.MANAGERS if co.TEAM_OF[m] == co.TEAM_OF[item.manager] and m != item.manager]
        if at < clock.END:
            item.handed_over.append((at, item.manager))
            item.manager = self.dice.pick(self._on_duty(self._on_duty(pool, item.created), at))

    def _hand_over_the_rest(self) -> None:
        """What nobody has touched since its manager left."""
        for item in [*self.leads, *self.deals]:
            left = co.LEFT.get(item.manager)
            if left:
                kind = "lead" if isinstance(item, Lead) else "deal"
                at = clock.day_start(left) + 9 * HOUR
                stage = [s for t, s in item.history if t < at][-1:]
                if stage and co.SEMANTIC.get((kind, stage[0]), "P") == "P":
                    self._owner(item, at)

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
            if draw < 0.12 and len(known) > 50:
                party = d.pick(known)
            elif draw < 0.17 and buyers > 50:
                party = self._buyers[d.between(0, buyers - 1)]
            else:
                party = self.registry.party("company" if d.chance(0.43) else "person", t, web)
                known.append(party)
            client = party.client_id if web else None
            pipeline = "1" if party.kind == "company" and d.chance(0.38) else "0"
            if party.kind == "company" and party.manager and not d.chance(0.2):
                manager = self._keeper(party.manager, t, party.party_id)
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
        if d.chance(0.035):
            self._pass_on(lead, at + 45 * MINUTE)
        reached = self._contact(lead, None, at)
        for _ in range(1 + d.poisson(1.1)):
            at = clock.next_working(at + int(d.expo(0.9) * DAY) + 20 * MINUTE, d.u())
            reached = self._contact(lead, None, at) or reached
        good = lead.party is not None and d.chance(
            {"yandex_direct": 0.43, "vk_ads": 0.3, "seo": 0.44, "email": 0.47, "referral": 0.58, "direct": 0.45}.get(
                lead.origin.channel, 0.35
            )
            * co.SKILL.get(lead.manager, 1)
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
        deal = self._deal(at + 20, party, lead, own, pipeline, self._owner(lead, at))
        deal.client_id = lead.client_id if d.chance(0.5) else None

    def _move_lead(self, lead: Lead, at: int, status: str) -> None:
        if at < clock.END:
            lead.history.append((max(at, lead.history[-1][0] + 30), status))
            self._owner(lead, at)
            if status == "JUNK" and not self.dice.chance(0.08):
                lead.reject_reason = self.dice.pick(co.REJECT_REASONS, co.REJECT_WEIGHTS[lead.origin.channel])

    # --- deals ---------------------------------------------------------------------------------------------------

    def _make_running_deals(self, n: int) -> None:
        """Deals that ran when the CRM was introduced, entered in its first working days."""
        d = self.dice
        for _ in range(n):
            t = clock.instant(f"2024-01-{d.pick(['09', '10', '11'])}T10:00") + d.between(0, 6 * HOUR)
            party = self.registry.party("company" if d.chance(0.7) else "person", t, False)
            self._card(party)
            pipeline = "1" if party.kind == "company" and d.chance(0.25) else "0"
            manager = party.manager = self._manager(t, party.kind, pipeline)
            self._deal(t, party, None, channels.CALL, pipeline, manager, begun=d.between(0, 2))

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
            if count > 30 and d.chance(0.8):
                party = known[d.between(0, count - 1)][1]
            else:
                party = self.registry.party("company" if d.chance(0.7) else "person", t, d.chance(0.5))
                self._card(party)
            pipeline = "1" if party.kind == "company" and d.chance(0.36) else "0"
            manager = (
                self._keeper(party.manager, t, party.party_id)
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
        self,
        t: int,
        party: Party,
        lead: Lead | None,
        origin,
        pipeline: str,
        manager: int,
        order: Order | None = None,
        begun: int = 0,
    ) -> Deal:
        d = self.dice
        if order:
            currency, lines = "RUB", list(order.lines)
        else:
            currency = d.pick(
                ["RUB", "USD", "EUR"], [0.9, 0.06, 0.04] if party.kind == "company" else [0.985, 0.01, 0.005]
            )
            usual = 150_000 * 1.12 ** ((t - clock.START) / (365 * DAY)) * (1.9 if pipeline == "1" else 1)
            lines = self._offer(currency, d.lognormal(usual * (1.15 if party.kind == "company" else 0.6), 0.6), t)
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
            clock.day_of(t + int((6 + 20 * d.u()) * (1.6 if pipeline == "1" else 1) * DAY)),
            order=order,
        )
        if lead:
            lead.deal_id = 0
        self.deals.append(deal)
        self._work_deal(deal, begun)
        self._rewrite(deal)
        return deal

    def _rewrite(self, deal: Deal) -> None:
        """What the card said before: a guess until the offer, the offer until the talks, a close that was put off again and again."""
        d = self.dice
        if deal.order:
            return
        shut = next((t for t, s in deal.history if co.SEMANTIC.get(("deal", s), "P") != "P"), clock.END)
        moves = [t for t, _ in deal.history if t <= shut]
        steps: dict[int, list] = {}  # when -> [amount from then on, expected close from then on]
        if len(moves) > 2 and d.chance(0.35):
            steps[moves[2]] = [deal.amount, None]
            guess = deal.amount * d.between(60, 145) // 100
            first = guess // 100_000 * 100_000 or guess  # a small sum in dollars is not rounded to nothing
        else:
            first = deal.amount
        if len(moves) > 3 and d.chance(0.3):  # talked down, or more is ordered
            offer = deal.amount * d.pick([d.between(102, 115), d.between(75, 97)], [7, 3]) // 100
            if moves[2] in steps:
                steps[moves[2]][0] = offer
            else:
                first = offer
            steps[moves[3]] = [deal.amount, None]
        due, pushes = deal.expected_close, 0
        while clock.day_start(due) + DAY < shut:
            at = clock.next_working(clock.day_start(due) + d.between(-3, 9) * DAY + 10 * HOUR, d.u())
            if not moves[0] < at < shut or not d.chance(0.8 if pushes < 2 else 0.5):
                break  # nobody puts it right: the deal is overdue
            due, pushes = clock.day_of(at) + dt.timedelta(days=d.pick([7, 14, 30, 31, 60], [1, 3, 4, 3, 2])), pushes + 1
            steps.setdefault(at, [None, None])[1] = due
        amount, close = first, deal.expected_close
        for at in sorted(steps):
            deal.rewritten.append((at, amount, close))
            amount, close = steps[at][0] or amount, steps[at][1] or close
        deal.expected_close = close

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
        self._owner(deal, at)
        return True

    def _work_deal(self, deal: Deal, begun: int = 0) -> None:
        """begun: the stage in which the deal was entered."""
        d, path = self.dice, co.OPEN_PATH[deal.pipeline]
        deal.history.append((deal.created, path[begun]))
        slow = 1.9 if deal.pipeline == "1" else 1.0
        skill = co.SKILL[deal.manager]
        if deal.order:
            slow = 0.12
        at, k = deal.created, begun
        while True:
            mean = (2.2, 3.4, 5.5, 6.0, 3.5)[min(k, 4)] * slow
            stay = max(20 * MINUTE, d.expo(mean) * DAY)
            for _ in range(d.poisson(0.35 if deal.order is None else 0.1)):
                self._contact(None, deal, clock.next_working(at + int(stay * d.u()) + MINUTE, d.u()))
            at = clock.next_working(at + int(stay), d.u())
            if at >= clock.END:
                return
            if k in (1, 2) and not deal.order and d.chance(0.03):
                self._pass_on(deal, at - int(stay / 3))
            lose = 0.03 if deal.order else co.LOSS[deal.pipeline][k] / skill * (1.0 if deal.lead else 0.8)
            if d.chance(lose):
                stage = d.pick(co.LOST_STAGES[deal.pipeline])
                deal.lost_reason = None if d.chance(0.15) else d.pick(co.LOST_REASONS, co.LOST_WEIGHTS[min(k // 2, 2)])
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
        self, kind: str, created: int, started: int, ended: int, done: bool, direction, manager: int | None, **rest
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
        manager = self._owner(lead or deal, at)
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
            if incoming and not answered and d.chance(0.75):
                return self._call_back(at, manager, bound)
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

    def _call_back(self, missed: int, manager: int, bound: dict) -> bool:
        """A call back to whoever was missed: within the hour, or next day."""
        d = self.dice
        late = 4 * HOUR + int(d.expo(0.8) * DAY)
        at = clock.next_working(missed + (d.between(4, 55) * MINUTE if d.chance(0.6) else late), d.u())
        if at >= clock.END - HOUR:
            return False
        answered = d.chance(0.8)
        talk = int(min(1900, 20 + d.expo(150))) if answered else d.between(5, 25)
        code = "200" if answered else d.pick(["486", "480"])
        rest = {"outcome": "Перезвонили" if answered and bound else None, "answered": answered, "in_telephony": True}
        self._act("call", at, at, at + talk, True, "out", manager, **bound, **rest, call_code=code)
        return answered

    def _meet(self, lead: Lead | None, deal: Deal | None, at: int, offered: int) -> None:
        d = self.dice
        manager = self._owner(lead or deal, offered)
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

    def _calls_from_nowhere(self, callers: int, replies: int) -> None:
        """Calls that only telephony knows, and talk in social channels and about referrals."""
        d = self.dice
        for number, t in enumerate(clock.moments(d.rng, callers, retail=False).tolist()):
            answered = d.chance(0.72 if clock.opening(clock.day_of(t)) else 0.2)
            manager = d.pick(self._on_duty(co.MANAGERS, t))
            caller = {"in_crm": False, "in_telephony": True, "phone": f"7900{5_000_000 + number}"}
            self._act(
                "call",
                t,
                t,
                t + (20 + d.between(0, 240) if answered else d.between(5, 45)),
                answered,
                "in",
                manager,
                answered=answered,
                call_code="200" if answered else "304",
                **caller,
            )
            if not answered and d.chance(0.6):
                before = len(self.activities)
                self._call_back(t, manager, {})
                for back in self.activities[before:]:
                    back.in_crm, back.phone = False, caller["phone"]
        won = [(x.won_at, x.party, x.manager) for x in self.deals if x.won_at]
        for k, (t, party, manager) in enumerate(won):
            at = clock.next_working(t + 2 * DAY + 3600 * (k % 7), d.u())
            if d.chance(0.3) and at < clock.END - HOUR:
                asker = self._keeper(manager, at, party.party_id)
                self._act("referral_request", at, at, at, True, "out", asker, party=party)
        for t in clock.moments(d.rng, replies, retail=True).tolist():
            self._act("social", t, t, t, True, "out", d.pick(self._on_duty(co.MANAGERS, t)))

    def _calls_to_the_shops(self, n: int) -> None:
        """Calls to the shops' own telephone exchange: it knows no CRM, but how long each caller waited."""
        d = self.dice
        for number, t in enumerate(clock.moments(d.rng, n, retail=True).tolist()):
            hour = (t + clock.MSK) % clock.DAY // HOUR
            answered = 9 <= hour < 21 and d.chance(0.88)
            wait = int(min(120, 4 + d.expo(16 if answered else 38)))
            end = t + wait + (int(min(1200, 15 + d.expo(95))) if answered else 0)
            caller = {"phone": f"7901{5_000_000 + number}", "queue": d.pick(co.STORES, [5, 4, 2]), "wait": wait}
            rest = {"answered": answered, "in_crm": False, **caller}
            self._act("call", t, t, end, answered, "in", None, **rest)

    def _sync_shop_contacts(self) -> None:
        """A third of the shop's buyers have a card in the CRM too."""
        for person in self._buyers:
            if self.dice.chance(0.35):
                self._card(person)

    def number(self) -> None:
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
        self.activities.sort(key=lambda x: (x.created, x.kind, x.manager or 0))
        for k, activity in enumerate(self.activities):
            activity.activity_id = 20001 + k
        for deal, title in zip(self.deals[400::1200], NEARLY_TESTS, strict=False):
            deal.title = title
        self.quotes.sort(key=lambda x: (x.created, x.deal.deal_id))
        for k, quote in enumerate(self.quotes):
            quote.quote_id = 301 + k

"""Leads, deals, stages, response."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from demo import clock
from demo import company as co
from demo.crm import Deal
from demo.expected import outlook
from demo.expected.facts import LOOKBACK, Facts
from demo.tally import GRAINS, Sheet, period_end, period_start, periods, slice_grain

SLA, WINDOW = 60 * 60, 48 * 3600
# what came by this day and is open has been so for too long to wait for
MATURE = clock.LAST_DAY + dt.timedelta(days=1) - dt.timedelta(days=180)


def entered(deal: Deal) -> dict[int, int]:
    """First entry into each place of the deal's pipeline: open stages first, the won stage last.

    A skipped stage counts as entered with the next one reached; lost and deleted stages have no place.
    """
    line = co.OPEN_PATH[deal.pipeline] + [co.WON_STAGE[deal.pipeline]]
    reached: dict[int, int] = {}
    for t, stage in deal.history:
        if stage in line:
            for place in range(line.index(stage) + 1):
                reached.setdefault(place, t)
    return reached


def open_leads(f: Facts) -> set[int]:
    """Leads of the last 180 days of which nobody knows yet: a deal is open, or there is none and no rejection."""
    led = defaultdict(list)
    for x in f.deals:
        if x.lead:
            led[x.lead.lead_id].append(x)
    found = set()
    for x in f.leads:
        deals = led[x.lead_id]
        waits = any(d.status == "open" for d in deals) if deals else x.status != "JUNK"
        if waits and not any(d.won_at for d in deals) and clock.day_of(x.created) > MATURE:
            found.add(x.lead_id)
    return found


def leads_and_deals(f: Facts, sheet: Sheet) -> None:
    day = clock.day_of
    by = ("channel", "campaign", "source_system", "manager", "team", "region")
    created = [(day(x.created), f.lead_dims(x)) for x in f.leads]
    sheet.sums("leads_new", ((d, dims, 1) for d, dims in created), by, daily=True)
    sheet.sums(
        "opportunities_new",
        ((day(x.created), f.deal_dims(x), 1) for x in f.deals),
        ("channel", "manager", "team", "pipeline", "region"),
    )

    won: dict[int, int] = {}  # a lead is won once, with the first of its deals
    for x in f.deals:
        if x.lead and x.won_at:
            won[x.lead.lead_id] = min(x.won_at, won.get(x.lead.lead_id, x.won_at))
    waiting, qualified = open_leads(f), []
    for x in f.leads:
        at = next((t for t, s in x.history if s in ("PROCESSED", "CONVERTED")), None)
        if at:
            qualified.append((day(at), f.lead_dims(x), x.lead_id in won, x.lead_id in waiting))
    by = ("channel", "manager", "team")
    sheet.sums("leads_qualified", ((d, dims, 1) for d, dims, *_ in qualified), by)
    sheet.ratios("qualified_lead_conversion", ((d, dims, int(w), 1) for d, dims, w, _ in qualified), by)
    decided = [(d, dims, int(w), 1) for d, dims, w, still in qualified if not still]
    sheet.ratios("qualified_lead_conversion_decided", decided, by)
    sheet.ratios("qualified_lead_open_share", ((d, dims, int(still), 1) for d, dims, _, still in qualified), by)
    rejected = [(day(x.history[-1][0]), f.lead_dims(x), 1) for x in f.leads if x.status == "JUNK"]
    sheet.sums("leads_rejected", rejected, ("channel", "manager", "team", "reject_reason"))
    junk = [(d, dims, 1, 0) for d, dims, _ in rejected] + [(d, dims, 0, 1) for d, dims in created]
    sheet.ratios("lead_rejection_share", junk, ("channel", "manager", "team", "source_system"))
    cohort = [(day(x.created), f.lead_dims(x), x.lead_id) for x in f.leads]
    by = ("channel", "campaign", "manager", "team")
    sheet.ratios("lead_cohort_conversion", ((d, dims, int(i in won), 1) for d, dims, i in cohort), by)
    decided = [(d, dims, int(i in won), 1) for d, dims, i in cohort if i not in waiting]
    sheet.ratios("lead_cohort_conversion_decided", decided, by)
    sheet.ratios("lead_cohort_open_share", ((d, dims, int(i in waiting), 1) for d, dims, i in cohort), by)
    came = [(d, dims, 0, 1) for d, dims in created]
    by = ("channel", "campaign", "manager", "team", "region")
    led = [(day(won[x.lead_id]), f.lead_dims(x), 1, 0) for x in f.leads if x.lead_id in won]
    sheet.ratios("lead_to_deal_conversion", led + came, by)
    wins = [(day(x.won_at), f.deal_dims(x), 1, 0) for x in f.deals if x.won_at]
    sheet.ratios("won_deals_per_lead", wins + came, by)


def closing(f: Facts, sheet: Sheet) -> None:
    day = clock.day_of
    won = [(day(x.won_at), f.deal_dims(x)) for x in f.deals if x.won_at]
    lost = [(day(x.lost_at), f.deal_dims(x)) for x in f.deals if x.lost_at]
    sheet.sums("deals_won", ((d, dims, 1) for d, dims in won), ("channel", "manager", "team", "pipeline"))
    losses(f, sheet)
    sheet.ratios(
        "win_rate",
        [(d, dims, 1, 1) for d, dims in won] + [(d, dims, 0, 1) for d, dims in lost],
        ("channel", "manager", "team", "pipeline", "region"),
    )
    closed = [(day(x.won_at or x.lost_at), x) for x in f.deals if x.won_at or x.lost_at]
    banded = [(d, {"amount_band": band(f.world.rates.to_base(x.amount, x.currency, d))}, x) for d, x in closed]
    sheet.ratios("win_rate", ((d, dims, int(bool(x.won_at)), 1) for d, dims, x in banded), ("amount_band",), grains=())
    sheet.ratios(
        "win_loss_ratio",
        [(d, dims, 1, 0) for d, dims in won] + [(d, dims, 0, 1) for d, dims in lost],
        ("manager", "team"),
    )
    by = ("channel", "manager", "team")
    came = [(day(x.created), f.deal_dims(x), x) for x in f.deals]
    sheet.ratios("won_share_of_all_deals", ((d, dims, int(bool(x.won_at)), 1) for d, dims, x in came), by)
    rows = [(d, dims, x, x.status == "open" and d > MATURE) for d, dims, x in came]
    sheet.ratios(
        "won_share_of_decided_deals", ((d, dims, int(bool(x.won_at)), 1) for d, dims, x, still in rows if not still), by
    )
    sheet.ratios("deals_open_share", ((d, dims, int(still), 1) for d, dims, _, still in rows), by)

    by = ("channel", "manager", "team", "pipeline", "region")
    taken = cycles(f)
    sheet.ratios("deal_cycle_days", ((d, dims, v, 1) for d, dims, v, _ in taken), by)
    sheet.ratios("deal_days_from_creation", ((d, dims, v, 1) for d, dims, _, v in taken), by)


def band(amount: Decimal) -> str:
    """The band of a deal's amount in roubles."""
    if amount <= 0:
        return "(unknown)"
    bounds = ((500_000, "from_500k"), (150_000, "150k_500k"), (50_000, "50k_150k"), (0, "under_50k"))
    return next(name for bound, name in bounds if amount >= bound)


def cycles(f: Facts) -> list[tuple[dt.date, dict, Decimal, Decimal]]:
    """Deals won on a day that somebody tells: the day, dimensions, days from the first contact and from the creation."""
    found, day = [], clock.day_of
    for x in f.deals:
        if x.won_at and x.told != "nothing" and clock.day_of(x.won_at) >= clock.day_of(x.created):
            times = list(f.contacts_of_deal.get(x.deal_id, []))
            if x.lead:
                times += [a.started for a in f.contacts_of_lead.get(x.lead.lead_id, [])]
            times += f.contacts_beside(x)
            first = min((t for t in times if t <= x.won_at), default=x.created)
            end = clock.day_start(day(x.won_at)) if x.told == "day" else x.won_at
            days = [_dec(round(max(end - since, 0) / clock.DAY, 8)) for since in (first, x.created)]
            found.append((day(x.won_at), f.deal_dims(x), *days))
    return found


def velocity(f: Facts, sheet: Sheet) -> None:
    """Deals in work × win rate × average deal / cycle; in work is the mean of the deals open at the end of each day so far."""
    kept = [("all", grain) for grain in GRAINS] + [(d, slice_grain(d)) for d in ("manager", "team", "pipeline")]
    times = cycles(f)
    open_days = []  # one for each deal and day at whose end it was open
    for x in f.deals:
        for (t, stage), (left, _) in pairwise([*x.history, (clock.END, "")]):
            if co.SEMANTIC.get(("deal", stage), "P") == "P":
                first, left_on = clock.day_of(t), clock.day_of(left)
                open_days += [(first + i * outlook.ONE_DAY, f.deal_dims(x)) for i in range((left_on - first).days)]
    for dimension, grain in kept:
        closed, won, days, amounts = (defaultdict(list) for _ in range(4))
        worked: dict[tuple, int] = defaultdict(int)
        for d, dims in open_days:
            worked[period_start(d, grain), {**dims, "all": "all"}[dimension]] += 1
        for x in f.deals:
            if x.won_at or x.lost_at:
                cell = (
                    period_start(clock.day_of(x.won_at or x.lost_at), grain),
                    {**f.deal_dims(x), "all": "all"}[dimension],
                )
                closed[cell].append(1)
                won[cell].append(int(bool(x.won_at)))
        for d, dims, v, _ in times:
            days[period_start(d, grain), {**dims, "all": "all"}[dimension]].append(v)
        for s in f.sales:
            if s.kind == "deal":
                amounts[period_start(s.day, grain), {**s.dims, "all": "all"}[dimension]].append(s.amount)
        for cell in sorted(worked, key=str):
            start, key = cell
            in_work = Decimal(worked[cell]) / (min(period_end(start, grain), clock.day_of(clock.END)) - start).days
            sheet.put("deals_worked", grain, start, dimension, key, in_work)
            if sum(won[cell]) and sum(days[cell]):
                deal = Decimal(sum(amounts[cell])) / len(amounts[cell])
                money = in_work * Decimal(sum(won[cell])) / len(closed[cell]) * deal
                cycle = sum(days[cell]) / len(days[cell])
                sheet.put("worked_deals_worth", grain, start, dimension, key, money)
                sheet.put("sales_velocity", grain, start, dimension, key, money / cycle, money, cycle)


LOSS_GROUP = {
    "Дорого": "price",
    "Нет бюджета": "price",
    "Выбрали конкурента": "competitor",
    "Перенесли на потом": "timing",
} | {"Не отвечает": "no_answer"}


def main_product(deal: Deal) -> tuple[str, str]:
    """The group that makes most of a deal's lines, and the product that makes most of that group."""
    groups: dict[str, int] = defaultdict(int)
    products: dict[tuple[str, str], int] = defaultdict(int)
    for product, quantity, price in deal.lines:
        groups[co.GROUP_OF[product]] += quantity * price
        products[co.GROUP_OF[product], str(product)] += quantity * price
    group = min(groups, key=lambda g: (-groups[g], g))
    return group, min((p for g, p in products if g == group), key=lambda p: (-products[group, p], p))


def losses(f: Facts, sheet: Sheet) -> None:
    """Deals lost, with the last open stage before the loss, the group of the reason and the main product; what nobody tells is unknown.

    The amount of a deal is that of its lines, each of its own product, and of what they do not explain.
    """
    by = ("channel", "manager", "team", "pipeline", "region", "loss_group", "stage", "product_group", "product")
    facts, lines = [], []
    for x in f.deals:
        if x.lost_at:
            day = clock.day_of(x.lost_at)
            stage = [s for _, s in x.history if co.SEMANTIC.get(("deal", s), "P") == "P"][-1]
            group, product = main_product(x) if x.lines else (None, None)
            dims = {
                **f.deal_dims(x),
                "loss_group": LOSS_GROUP.get(x.lost_reason, "(other)") if x.lost_reason else None,
                "stage": f"{x.pipeline}:{stage}" if stage else None,
                "product_group": group,
                "product": product,
            }
            facts.append((day, dims, x.lost_reason is None))
            amount = f.world.rates.to_base(x.amount, x.currency, day)
            for product, group, _, part, _ in f.lines(x, amount, day) if x.lines else [(None, None, 0, amount, None)]:
                lines.append((day, {**dims, "product_group": group, "product": product}, part))
    sheet.sums("deals_lost", ((d, dims, 1) for d, dims, _ in facts), by)
    sheet.sums("lost_amount", lines, by)
    sheet.ratios("unexplained_loss_share", ((d, dims, int(silent), 1) for d, dims, silent in facts), by[:4])


def touchpoints(f: Facts, sheet: Sheet) -> None:
    """What passed between the firm and a customer up to the win, over deals won.

    Calls answered, meetings held, letters and messages of either side, with the deal or the lead it was made of; what was
    done meanwhile with the customer and neither of the two; and the visits of the customer's
    known browsers since his sale before this one, at most 90 days before the deal was opened.
    """
    passed = defaultdict(list)
    for a in f.world.crm.activities:
        happened = a.answered if a.kind == "call" else a.done
        if happened and a.kind in ("call", "email", "message", "meeting"):
            lead = a.lead or (a.deal.lead if a.deal else None)
            if a.deal:
                passed["deal", a.deal.deal_id].append(a.started)
            elif lead:
                passed["lead", lead.lead_id].append(a.started)
    facts, bought = [], {}  # when each customer last bought
    for s in f.sales:
        party = s.party.party_id if s.party else None
        if s.kind == "deal":
            x, since = s.record, max(s.opened - LOOKBACK, bought.get(party, 0) + 1)
            times = passed["deal", x.deal_id] + (passed["lead", x.lead.lead_id] if x.lead else [])
            times = times + f.contacts_beside(x) + [t for t in f.sessions_of.get(party, []) if t >= since]
            facts.append((s.day, s.dims, sum(t <= x.won_at for t in times), 1))
        if party is not None:
            bought[party] = s.at
    sheet.ratios("touchpoints_per_won_deal", facts, ("channel", "manager", "team"))


def _dec(value: float):
    return Decimal(str(value))


def open_deals(f: Facts, sheet: Sheet) -> None:
    """Deals open at the end of each period, by the stage they stood in."""
    for grain in GRAINS:
        for start in periods(grain):
            end = min(clock.day_start(period_end(start, grain)), clock.END)
            counts: dict[tuple, int] = defaultdict(int)
            for x in f.deals:
                if x.created >= end:
                    continue
                stage = [s for t, s in x.history if t < end][-1]
                if co.SEMANTIC.get(("deal", stage), "P") == "P":
                    counts["all", "all"] += 1
                    for dimension, key in (
                        ("manager", x.manager),
                        ("team", co.TEAM_OF[x.manager]),
                        ("pipeline", x.pipeline),
                        ("stage", f"{x.pipeline}:{stage}" if stage else "(unknown)"),
                    ):
                        if slice_grain(dimension) == grain:
                            counts[dimension, str(key)] += 1
            for (dimension, key), n in sorted(counts.items()):
                sheet.put("deals_active", grain, start, dimension, key, n)


def stages(f: Facts, sheet: Sheet) -> None:
    conversion, decided, still, stays = [], [], [], []
    for x in f.deals:
        line = co.OPEN_PATH[x.pipeline] + [co.WON_STAGE[x.pipeline]]
        reached = entered(x)
        for place, at in reached.items():
            if place < len(line) - 1:
                day, dims = clock.day_of(at), {"stage": f"{x.pipeline}:{line[place]}", "pipeline": x.pipeline}
                passed = max(reached) > place
                waits = not passed and x.status == "open" and day > MATURE
                conversion.append((day, dims, int(passed), 1))
                decided += [] if waits else [conversion[-1]]
                still.append((day, dims, int(waits), 1))
        for (t, stage), (left, _) in pairwise(x.history):
            if co.SEMANTIC.get(("deal", stage), "P") != "P":
                continue  # a deal that came back from a stage of the end did not stay there on its way
            if not stage:
                continue  # nobody knows where it stood
            days = _dec(round((left - t) / clock.DAY, 8))
            stays.append(
                (clock.day_of(left), {"stage": f"{x.pipeline}:{stage}"} if stage in line[:-1] else {}, days, 1)
            )
    sheet.ratios("stage_conversion", conversion, ("stage",))
    sheet.ratios("stage_conversion_decided", decided, ("stage",))
    sheet.ratios("stage_open_share", still, ("stage",))
    sheet.ratios("stage_duration_days", stays, ("stage",))

    deal_of = {x.lead.lead_id: x for x in f.deals if x.lead}
    held = {
        (a.lead or a.deal.lead).lead_id
        for a in f.world.crm.activities
        if a.kind == "meeting" and a.done and (a.lead or (a.deal and a.deal.lead))
    }
    sent = {q.deal.lead.lead_id for q in f.world.crm.quotes if q.status != "DRAFT" and q.deal.lead}
    step = {s[2]: s[7] for s in co.STAGES}
    order = ["meeting", "proposal", "deal"]
    cohort = []
    for lead in f.leads:
        deal, place = deal_of.get(lead.lead_id), -1
        if lead.lead_id in held:
            place = 0
        if lead.lead_id in sent:
            place = 1
        if deal:
            place = max([place] + [order.index(step[s]) for _, s in deal.history if step.get(s) in order[:2]])
            place = 2 if deal.won_at else place
        for k, name in enumerate(["lead", *order]):
            cohort.append((clock.day_of(lead.created), {"stage": name}, int(place >= k - 1), 1))
    sheet.ratios("funnel_stage_share", cohort, ("stage",), grains=())
    sheet.ratios("funnel_stage_share", (x for x in cohort if x[1]["stage"] == "deal"))  # whole: came to the end


def response(f: Facts, sheet: Sheet) -> None:
    by = ("channel", "manager", "team")
    minutes, working, silent, sla, by_clock, again, window, quality = [], [], [], [], [], [], [], []
    for x in f.leads:
        d, dims = clock.day_of(x.created), f.lead_dims(x)
        contacts = f.contacts_of_lead.get(x.lead_id, [])
        first = max(contacts[0].started, x.created) if contacts else None
        if first is not None:
            minutes.append((d, dims, _dec(round((first - x.created) / 60, 8)), 1))
            working.append((d, dims, Decimal(clock.working_seconds(x.created, first)) / 60, 1))
            second = contacts[1].started if len(contacts) > 1 else None
            again.append((d, dims, int(second is not None), 1))
            window.append((d, dims, int(second is not None and second - first <= WINDOW), 1))
            quality.append((d, dims, int(any(a.started - first <= WINDOW and a.outcome for a in contacts[1:])), 1))
        else:
            silent.append((d, dims, 1))
        if x.created + SLA <= clock.END:
            by_clock.append((d, dims, int(first is not None and first - x.created <= SLA), 1))
        if clock.working_seconds(x.created, clock.END) >= SLA:
            sla.append((d, dims, int(first is not None and clock.working_seconds(x.created, first) <= SLA), 1))
    sheet.ratios("response_time_minutes", working, by)
    sheet.ratios("response_time_clock_minutes", minutes, by)
    sheet.sums("leads_unanswered", silent, by)
    sheet.ratios("response_within_sla", sla, by)
    sheet.ratios("response_within_clock_sla", by_clock, by)
    sheet.ratios("lead_follow_up_rate", again, by)
    sheet.ratios("lead_follow_up_within_window", window, by)
    sheet.ratios("quality_follow_up_rate", quality, ("manager", "team"))
    meetings = [
        (clock.day_of(a.created), {"manager": a.manager, "team": co.TEAM_OF[a.manager]}, int(a.done), 1)
        for a in f.world.crm.activities
        if a.kind == "meeting"
    ]
    sheet.ratios("meeting_acceptance_rate", meetings, ("manager", "team"))


def prospects(f: Facts, sheet: Sheet) -> None:
    """New customers over prospects: people or companies with a lead, an open deal or a first sale in P.

    A lead of nobody known is a prospect of its own.
    """
    born = [(clock.day_of(x.created), x.party.party_id if x.party else ("lead", x.lead_id)) for x in f.leads]
    born += [(s.day, party) for party, s in f.first_sale.items()]
    spans = []
    for x in f.deals:
        moves = [*x.history, (clock.END, "")]
        for (t, stage), (left, _) in pairwise(moves):
            if co.SEMANTIC.get(("deal", stage), "P") == "P":
                spans.append((t, left, x.party.party_id))
    for grain in GRAINS:
        people: dict[dt.date, set] = defaultdict(set)
        for day, party in born:
            people[period_start(day, grain)].add(party)
        for t, left, party in spans:
            start, last = period_start(clock.day_of(t), grain), clock.day_of(left - 1)
            while start <= last:
                people[start].add(party)
                start = period_end(start, grain)
        new: dict[dt.date, int] = defaultdict(int)
        for s in f.first_sale.values():
            new[period_start(s.day, grain)] += 1
        for start, found in sorted(people.items()):
            value = Decimal(new[start]) / len(found)
            sheet.put("customer_acquisition_rate", grain, start, "all", "all", value, new[start], len(found))


def carts(f: Facts, sheet: Sheet) -> None:
    """A visitor's cart is abandoned when no purchase follows within 72 hours of any of the period's additions."""
    web = f.world.web
    adds, bought = defaultdict(list), defaultdict(list)  # of a browser; of a visit, where none is known
    for session, events in web.products.items():
        adds[int(web.client[session]) or ("visit", session)] += [t for event, t, *_ in events if event == "add"]
    for session, orders in web.purchases.items():
        bought[int(web.client[session])] += [o.created for o in orders]
    for grain in GRAINS:
        carts: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0])
        for client, times in adds.items():
            added: dict[dt.date, list[int]] = defaultdict(list)
            for t in times:
                added[period_start(clock.day_of(t), grain)].append(t)
            for start, moments in added.items():
                carts[start][0] += not any(t <= b <= t + 72 * 3600 for t in moments for b in bought[client])
                carts[start][1] += 1
        for start in sorted(carts):
            a, b = carts[start]
            sheet.put("cart_abandonment_rate", grain, start, "all", "all", _dec(a / b), a, b)


def expected_values(f: Facts) -> Sheet:
    sheet = Sheet()
    for part in (
        leads_and_deals,
        closing,
        touchpoints,
        open_deals,
        outlook.coverage,
        outlook.worth,
        velocity,
        outlook.attention,
        stages,
        response,
        prospects,
        carts,
    ):
        part(f, sheet)
    return sheet

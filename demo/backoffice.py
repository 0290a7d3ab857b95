"""What no system keeps: plans, expenses, contracts, letters, surveys, time sheets, tasks, the pipeline's own runs.

Every function returns rows of the entity contract as typed Python values: instants under *_at, kopecks under *_minor,
the customer himself under `customer`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from demo import channels, clock
from demo import company as co
from demo.people import Dice, Party

DAYS = clock.DAYS
MONTHS = [d for d in DAYS if d.day == 1]


def cents(minor: int) -> Decimal:
    return Decimal(int(minor)) / 100


def customer_ref(party: Party) -> str:
    """The customer's number in the firm's own lists."""
    return f"K-{party.party_id:05d}"


def add_months(day: dt.date, months: int) -> dt.date:
    k = day.year * 12 + day.month - 1 + months
    return dt.date(k // 12, k % 12 + 1, day.day)


def employed(manager: int, first: dt.date, last: dt.date) -> bool:
    return co.HIRED[manager] <= last and (co.LEFT[manager] is None or co.LEFT[manager] > first)


def contracts(dice: Dice, crm) -> tuple[list[dict], list[dict]]:
    """Recurring contracts of companies that have bought, and the yearly schedule of some."""
    rows, schedule = [], []
    buyers = sorted(
        {
            d.party.party_id: (d.won_at, d.party) for d in reversed(crm.deals) if d.won_at and d.party.kind == "company"
        }.values(),
        key=lambda x: (x[0], x[1].party_id),
    )
    number = 0
    for t, party in buyers:
        if not dice.chance(0.26):
            continue
        start = add_months(clock.day_of(t).replace(day=dice.pick([1, 1, 1, 15])), 1)
        product = dice.pick([602, 603, 604, 601])
        licences = dice.between(1, 8)
        while start <= clock.LAST_DAY:
            number += 1
            months = dice.pick([12, 12, 24, 36, 6], [5, 3, 3, 1, 2])
            total = months * dice.between(3, 15) * 100_000 * licences // 2
            end = add_months(start, months) - dt.timedelta(days=1)
            cancelled = start + dt.timedelta(days=dice.between(60, months * 28)) if dice.chance(0.22) else None
            if cancelled and cancelled > clock.LAST_DAY:
                cancelled = None
            rows.append(
                {
                    "contract_id": f"ДГ-{number:04d}",
                    "customer": party,
                    "product_id": product,
                    "starts_on": start,
                    "ends_on": end,
                    "total_minor": total,
                    "currency": "RUB",
                    "cancelled_on": cancelled,
                    "licences": licences,
                    "region": None if party.region is None else co.REGIONS[party.region],
                    "months": months,
                }
            )
            if months >= 24:
                years = months // 12
                steps = [total * (k + 1) // (years * (years + 1) // 2) // 100 * 100 for k in range(years)]
                steps[-1] += total - sum(steps)
                schedule += [
                    {"contract_id": f"ДГ-{number:04d}", "year_no": k + 1, "amount_minor": a}
                    for k, a in enumerate(steps)
                ]
            if cancelled or not dice.chance(0.6):
                break
            start = add_months(start, months) if start.day <= 28 else start
    return rows, schedule


def letters(dice: Dice, parties: list[Party]) -> tuple[list[dict], list[dict]]:
    """Letters of every second week, and what became of each copy."""
    campaigns, events = [], []
    number = 0
    for k, name in enumerate(channels.MAIL_CAMPAIGNS):
        sent = clock.START + (14 * k + 2) * clock.DAY + 11 * 3600
        readers = [p for p in parties if p.created < sent and p.party_id % 9 == 3]
        count = defaultdict(int)
        for p in readers:
            count["sent"] += 1
            if dice.chance(0.024):
                marks = [("bounced", 60)]
            else:
                marks = [("delivered", 30 + dice.between(0, 400))]
                if dice.chance(0.27):
                    wait = int(min(4 * clock.DAY, dice.expo(9 * 3600))) + 600
                    marks.append(("opened", wait))
                    if dice.chance(0.15):
                        marks.append(("opened", wait + 7200))  # opened again: one letter all the same
                    if dice.chance(0.13):
                        marks.append(("clicked", wait + 40))
                    if dice.chance(0.012):
                        marks.append(("unsubscribed", wait + 90))
            for event, wait in marks:
                number += 1
                events.append(
                    {
                        "event_id": f"E{number}",
                        "occurred_at": sent + wait,
                        "campaign_id": name,
                        "customer": p,
                        "event": event,
                    }
                )
            for event in {m[0] for m in marks}:
                count[event] += 1
        campaigns.append(
            {
                "campaign_id": name,
                "name": f"Рассылка {k + 1}",
                "sent_at": sent,
                "sent": count["sent"],
                "delivered": count["delivered"],
                "opened_unique": count["opened"],
                "clicked_unique": count["clicked"],
                "unsubscribed": count["unsubscribed"],
                "bounced": count["bounced"],
            }
        )
    return campaigns, events


def season(k: int) -> float:
    """How good the k-th month usually is, growth of a fifth a year in it."""
    return clock._MONTH[MONTHS[k].month - 1] * 1.2 ** (k / 12)


def won_by_month(crm, rates) -> dict[tuple[int, dt.date], float]:
    """Roubles that each manager won in each month."""
    won: dict[tuple[int, dt.date], float] = defaultdict(float)
    for deal in crm.deals:
        if deal.won_at:
            day = clock.day_of(deal.won_at)
            won[deal.manager, day.replace(day=1)] += float(rates.to_base(deal.amount, deal.currency, day))
    return won


def between(usual: float, coming: float, weight: float) -> float:
    """Between what is usual and what is coming: people know the deals that are about to close, and not all of them."""
    return usual ** (1 - weight) * max(coming, 0.3 * usual) ** weight


def targets(dice: Dice, won: dict, orders: list, rates) -> list[dict]:
    """Monthly plans, made with the deals in sight: won amount for each manager, revenue for the whole."""
    rows = []
    eager = {m: dice.pick([1.04, 0.94, 0.88], [1, 2, 1]) for m in co.MANAGERS}
    reach = {3: 1.08, 4: 1.0, 5: 0.95}
    team = {e[0]: e[3] for e in co.EMPLOYEES}
    worked = {
        m: [month for month in MONTHS if employed(m, month, add_months(month, 1) - dt.timedelta(days=1))]
        for m in co.MANAGERS
    }
    level = {
        m: sum(won.get((m, month), 0) for month in months) / sum(season(MONTHS.index(month)) for month in months)
        for m, months in worked.items()
    }
    sold: dict[dt.date, float] = defaultdict(float)
    for (_, month), amount in won.items():
        sold[month] += amount
    for o in orders:
        if o.paid and not o.deal_id:
            day = clock.day_of(o.paid)
            sold[day.replace(day=1)] += float(rates.to_base(o.amount - o.refund_amount, o.currency, day))
    whole = sum(sold.values()) / sum(season(k) for k in range(len(MONTHS)))

    def row(month: dt.date, kpi: str, manager: int | None, value: float, step: int) -> dict:
        return {
            "period_start": month,
            "period_grain": "month",
            "kpi_id": kpi,
            "employee_id": manager,
            "team": None,
            "channel": None,
            "value": round(value / step) * step,
        }

    for k, month in enumerate(MONTHS):
        for m in co.MANAGERS:
            if month in worked[m]:
                coming = between(level[m] * season(k), won.get((m, month), 0), 0.68)
                plan = coming / (reach[team[m]] * eager[m] * (0.85 + 0.3 * dice.u()))
                rows.append(row(month, "quota_attainment", m, plan, 10_000))
        rows.append(
            row(month, "revenue", None, between(whole * season(k), sold[month], 0.5) / (0.88 + 0.2 * dice.u()), 100_000)
        )
    return rows


def budgets(dice: Dice, costs: list) -> list[dict]:
    """What may be spent on the ads of a channel in a month of 2026: some months are overspent, some are not used up."""
    spent: dict[tuple[dt.date, str], int] = defaultdict(int)
    for row in costs:
        if row.day.year == 2026:
            spent[row.day.replace(day=1), {"vk": "vk_ads"}.get(row.platform, row.platform)] += row.cost
    return [
        {
            "period_start": month,
            "period_grain": "month",
            "kpi_id": "ad_spend",
            "employee_id": None,
            "team": None,
            "channel": channel,
            "value": round(cost / 100 / (0.8 + 0.35 * dice.u()) / 10_000) * 10_000,
        }
        for (month, channel), cost in sorted(spent.items())
    ]


def expenses(dice: Dice) -> list[dict]:
    items = [
        ("Подрядчик по контекстной рекламе", "direct_acquisition", None, "yandex_direct", 95_000),
        ("Ведение VK Рекламы", "direct_acquisition", None, "vk_ads", 60_000),
        ("SEO-агентство", "direct_acquisition", None, "seo", 210_000),
        ("Сервис рассылок", "direct_acquisition", None, "email", 72_000),
        ("Партнёрские вознаграждения", "direct_acquisition", None, "referral", 118_000),
        ("Выставки", "direct_acquisition", None, None, 45_000),
        ("Телефония и CRM", "indirect_sales", None, None, 62_300),
        ("Аренда офиса", "other", None, None, 410_000),
    ]
    items += [
        ("ФОТ менеджеров", "indirect_sales", team, None, pay)
        for team, pay in (
            ("Входящие продажи", 640_000),
            ("Корпоративные продажи", 720_000),
            ("Проектные продажи", 690_000),
        )
    ]
    return [
        {
            "month": month,
            "category": c,
            "kind": kind,
            "team": team,
            "channel": channel,
            "amount_minor": int(base * 100 * 1.08 ** (k / 12) * (0.95 + 0.1 * dice.u())),
            "currency": "RUB",
        }
        for k, month in enumerate(MONTHS)
        for c, kind, team, channel, base in items
    ]


def competitor_prices(dice: Dice) -> list[dict]:
    return [
        {
            "product_id": p,
            "competitor": name,
            "observed_on": month + dt.timedelta(days=dice.between(0, 12)),
            "price_minor": int(co.PRICE[p] * 100 * level * (0.96 + 0.08 * dice.u())),
            "currency": "RUB",
        }
        for month in MONTHS
        for name, level in (("Кофе-Маркет", 1.03), ("БаристаОпт", 0.95))
        for p in co.SHOP_PRODUCTS[1:22:2]
    ]


def objections(dice: Dice, crm) -> list[dict]:
    rows = []
    for deal in crm.deals:
        if len(deal.history) > 1 and dice.chance(0.24):
            at = deal.history[1][0] + 600
            if at < clock.END:
                rows.append(
                    {
                        "objection_id": f"OB-{len(rows) + 1}",
                        "recorded_at": at,
                        "objection_type": dice.pick(co.OBJECTIONS, [4, 3, 2, 1, 1]),
                        "deal_id": deal.deal_id,
                        "employee_id": deal.manager_at(at),
                        "deal": deal,
                    }
                )
    return rows


def surveys(dice: Dice, crm, orders) -> list[dict]:
    """NPS after a purchase, CSAT after service; a reply a few days later."""
    rows = []
    sales = [
        (d.won_at, d.party, d.manager, co.GROUP_OF[d.lines[0][0]] if d.lines else None) for d in crm.deals if d.won_at
    ]
    sales += [(o.paid, o.party, o.responsible, co.GROUP_OF[o.lines[0][0]]) for o in orders if o.paid and o.party]
    sales.sort(key=lambda s: (s[0], s[1].party_id))
    for t, party, manager, group in sales:
        for survey, share in (("nps", 0.16), ("csat", 0.19)):
            at = t + int((1 + dice.expo(4)) * clock.DAY)
            if dice.chance(share) and at < clock.END:
                score = (
                    dice.pick(range(11), [1, 1, 1, 2, 2, 4, 5, 12, 20, 26, 30])
                    if survey == "nps"
                    else dice.pick([1, 2, 3, 4, 5], [3, 4, 9, 34, 50])
                )
                rows.append(
                    {
                        "survey": survey,
                        "answered_at": at,
                        "score": score,
                        "customer": party,
                        "employee_id": manager,
                        "product_group": group,
                    }
                )
    rows.sort(key=lambda r: (r["answered_at"], r["customer"].party_id, r["survey"]))
    for k, row in enumerate(rows):
        row["response_id"] = f"SR-{k + 1}"
    return rows


def reviews(dice: Dice, orders) -> list[dict]:
    rows = []
    for o in orders:
        if o.paid and o.party and dice.chance(0.11):
            at = o.paid + int((3 + dice.expo(8)) * clock.DAY)
            if at < clock.END:
                rating = dice.pick([1, 2, 3, 4, 5], [5, 5, 10, 28, 52])
                rows.append(
                    {
                        "created_at": at,
                        "sentiment": "positive" if rating >= 4 else "neutral" if rating == 3 else "negative",
                        "rating": rating,
                        "customer": o.party,
                        "product_id": o.lines[0][0],
                        "channel": dice.pick(["Сайт", "Яндекс Карты", "VK"], [5, 3, 2]),
                    }
                )
    rows.sort(key=lambda r: (r["created_at"], r["customer"].party_id))
    for k, row in enumerate(rows):
        row["review_id"] = f"RV-{k + 1}"
    return rows


def forecasts(dice: Dice, plan: list[dict], won: dict) -> list[dict]:
    """Managers' own forecasts, given on the first of the month by most of them: hopeful as a rule, and often wrong together."""
    mood = {month: 0.86 + 0.36 * dice.u() for month in MONTHS}
    rows = []
    for r in plan:
        if r["employee_id"] and dice.chance(0.85):
            month = r["period_start"]
            hoped = (
                between(r["value"], won.get((r["employee_id"], month), 0), 0.5) * mood[month] * (0.8 + 0.45 * dice.u())
            )
            rows.append(
                {
                    "as_of": month,
                    "period_start": month,
                    "employee_id": r["employee_id"],
                    "amount_minor": int(hoped) // 1000 * 100_000,
                    "currency": "RUB",
                }
            )
    return rows


def time_entries(dice: Dice) -> list[dict]:
    rows = []
    for day in (d for d in DAYS if d.weekday() == 4):
        for m in co.MANAGERS:
            if co.HIRED[m] <= day and (co.LEFT[m] is None or day < co.LEFT[m]) and not dice.chance(0.06):
                total = 480 - dice.between(0, 100)
                shares = [0.42 + 0.2 * dice.u(), 0.12 + 0.08 * dice.u(), 0.04 + 0.05 * dice.u(), 0.1 + 0.06 * dice.u()]
                for category, share in zip(("selling", "data_entry", "content", "admin"), shares, strict=True):
                    rows.append(
                        {
                            "entry_id": f"TE-{len(rows) + 1}",
                            "employee_id": m,
                            "date": day,
                            "category": category,
                            "minutes": int(total * share),
                        }
                    )
    return rows


def tool_usage(dice: Dice) -> list[dict]:
    tools = [
        ("CRM", 0.97),
        ("Телефония", 0.85),
        ("Почта", 0.8),
        ("Конструктор КП", 0.3),
        ("BI", 0.2),
        ("Чат-бот", 0.15),
    ]
    return [
        {"employee_id": m, "date": day, "tool": tool}
        for day in DAYS
        if clock.opening(day) and day.weekday() in (0, 3)
        for m in co.MANAGERS
        if co.HIRED[m] <= day and (co.LEFT[m] is None or day < co.LEFT[m])
        for k, (tool, p) in enumerate(tools)
        if (k < 2 or (m * (k + 2) + k) % 5 > 1) and dice.chance(p)
    ]


UNUSED = ("Скрипт первого звонка", "Прайс для HoReCa", "Видео: обслуживание")  # made, and never shown to anybody


def materials(dice: Dice, crm) -> tuple[list[dict], list[dict]]:
    stock = [
        {"material_id": f"M-{k + 1:02d}", "name": name, "available_from": start, "available_to": end}
        for k, (name, start, end) in enumerate(
            [
                ("Презентация компании", dt.date(2024, 1, 1), None),
                ("Каталог кофемашин", dt.date(2024, 3, 1), None),
                ("Прайс для HoReCa", dt.date(2024, 6, 1), dt.date(2025, 5, 31)),
                ("Прайс для HoReCa 2025", dt.date(2025, 6, 1), None),
                ("Кейс: сеть кофеен", dt.date(2024, 9, 1), None),
                ("Кейс: офис на 200 человек", dt.date(2025, 2, 1), None),
                ("Калькулятор аренды", dt.date(2024, 11, 15), None),
                ("Видео: обслуживание", dt.date(2025, 9, 1), None),
                ("Буклет для выставки", dt.date(2024, 2, 1), dt.date(2025, 12, 31)),
                ("Сравнение с конкурентами", dt.date(2024, 5, 1), None),
                ("Скрипт первого звонка", dt.date(2024, 1, 1), None),
                ("Чек-лист открытия кофейни", dt.date(2024, 10, 1), None),
                ("Отзывы клиентов", dt.date(2025, 3, 1), None),
                ("Шаблон договора аренды", dt.date(2024, 1, 1), None),
            ]
        )
    ]
    usage = []
    for deal in crm.deals:
        for t, _ in deal.history[1:3]:
            if dice.chance(0.07):
                ready = [
                    m
                    for m in stock
                    if m["available_from"] <= clock.day_of(t)
                    and (m["available_to"] is None or clock.day_of(t) <= m["available_to"])
                ]
                usage.append(
                    {
                        "material_id": dice.pick(
                            ready, [0 if m["name"] in UNUSED else 1 / (k + 1) ** 1.7 for k, m in enumerate(ready)]
                        )["material_id"],
                        "used_at": t + 300,
                        "employee_id": deal.manager_at(t + 300),
                        "deal_id": deal.deal_id,
                    }
                )
    usage = sorted((u for u in usage if u["used_at"] < clock.END), key=lambda u: (u["used_at"], u["deal_id"]))
    for k, u in enumerate(usage):
        u["usage_id"] = f"MU-{k + 1}"
    return stock, usage


def delivery(dice: Dice) -> tuple[list[dict], list[dict], list[dict]]:
    """Two projects in two-week sprints: tasks, their statuses, bugs."""
    sprints, tasks, changes = [], [], []
    for project, people in (("SHOP", [7, 31]), ("CRM", [32])):
        for k in range(65):
            start = clock.FIRST_DAY + dt.timedelta(days=14 * k)
            sprint = f"{project}-S{k + 1:02d}"
            sprints.append(
                {
                    "sprint_id": sprint,
                    "project": project,
                    "name": f"Спринт {k + 1}",
                    "starts_on": start,
                    "ends_on": start + dt.timedelta(days=13),
                }
            )
            for _ in range(dice.between(6, 12) if project == "SHOP" else dice.between(4, 7)):
                kind = dice.pick(["story", "task", "bug"], [4, 3, 3])
                opened = (
                    clock.day_start(start)
                    + int((dice.u() * 9 if kind == "bug" else -3 * dice.u()) * clock.DAY)
                    + 10 * 3600
                )
                number = f"{project}-{len(tasks) + 1}"
                log = [(opened, "Открыта", "waiting")]
                at = clock.next_working(opened + int(dice.expo(2.2) * clock.DAY) + 1800, dice.u())
                while at < clock.END:
                    log.append((at, "В работе", "active"))
                    at = clock.next_working(at + int((0.2 + dice.expo(1.1)) * clock.DAY), dice.u())
                    if at >= clock.END:
                        break
                    log.append((at, "Ждёт проверки", "waiting"))
                    at = clock.next_working(at + int(dice.expo(0.8) * clock.DAY) + 900, dice.u())
                    if at >= clock.END or not dice.chance(0.15):
                        break
                done = at if at < clock.END and len(log) >= 3 else None
                if done:
                    log.append((done, "Готово", "done"))
                started = next((t for t, _, c in log if c == "active"), None)
                tasks.append(
                    {
                        "task_id": number,
                        "project": project,
                        "sprint_id": sprint,
                        "kind": kind,
                        "points": dice.pick([1, 2, 3, 5, 8], [3, 4, 4, 2, 1]),
                        "created_at": opened,
                        "started_at": started,
                        "done_at": done,
                        "employee_id": dice.pick(people),
                    }
                )
                changes += [{"task_id": number, "status": s, "status_class": c, "entered_at": t} for t, s, c in log]
    before = [t for t in tasks if t["created_at"] < clock.END]
    return sprints, before, changes


def pipeline_runs(dice: Dice) -> list[dict]:
    """The reports' own history: what was due, when it came, which checks it passed."""
    rows = []
    for day in DAYS:
        due = clock.day_start(day) + 6 * 3600
        for report in ["daily"] + (["weekly"] if day.weekday() == 0 else []) + (["monthly"] if day.day == 1 else []):
            late = dice.chance(0.04)
            failed = dice.chance(0.02)
            started = due - 3600 + dice.between(0, 300)
            checks = {"daily": 48, "weekly": 60, "monthly": 72}[report]
            rows.append(
                {
                    "run_id": f"RUN-{len(rows) + 1:04d}",
                    "started_at": started,
                    "finished_at": started + dice.between(600, 1500) + (7200 if late else 0),
                    "scheduled_for": due,
                    "report": report,
                    "status": "failed" if failed else "published",
                    "checks_run": checks,
                    "checks_passed": checks - (dice.between(1, 6) if failed else dice.pick([0, 0, 0, 1])),
                    "kpis_present": 88 - (dice.between(0, 2)),
                    "kpis_catalogued": 88,
                }
            )
    return rows

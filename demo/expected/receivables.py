"""Money received and owed: every invoice looked at anew on the last day of every period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from demo import clock
from demo.expected.facts import Facts
from demo.invoices import CALLED_OFF, PAID, Invoice
from demo.tally import ALL, MONTHLY, Sheet, period_end, periods, slice_grain

DUE_DAYS, DSO_DAYS = 10, 90
KOPECK = Decimal("0.01")
BALANCES = ("receivables", "receivables_overdue", "invoiced_lately", "money_unassigned")


@dataclass
class Came:
    """Money on a day, in roubles, and in the currency of its invoice; of an order, of an invoice, or of neither."""

    day: dt.date
    base: Decimal
    dims: dict
    invoice: Invoice | None = None
    amount: Decimal = Decimal(0)
    is_of_order: bool = False


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(KOPECK, ROUND_HALF_UP)


def of_shop(f: Facts) -> list[Came]:
    """Payments of orders, whole or in part, twice or not, and what went back of them."""
    deals = {d.order.order_id: d for d in f.deals if d.order}
    found = []
    for o in f.world.orders:
        dims = f.order_dims(o)
        if deal := deals.get(o.order_id):
            told = f.deal_dims(deal)
            keys = ("channel", "customer_segment")
            dims |= {key: told[key] if told[key] != "(unknown)" else dims[key] for key in keys}
            if o.responsible is None:
                dims |= {"manager": told["manager"], "team": told["team"]}
        for part in o.payments:
            for at, sign in ((part.get("paid", o.paid), 1), (part["returned"], -1)):
                if at and at < clock.END:
                    day = clock.day_of(at)
                    found.append(
                        Came(day, sign * f.world.rates.to_base(part["amount"], o.currency, day), dims, is_of_order=True)
                    )
    return found


def of_bank(f: Facts) -> list[Came]:
    """What the bank's statement tells, and the rest of invoices that the CRM alone calls paid."""
    rates, found = f.world.rates, []
    valid: dict[int, list[Invoice]] = defaultdict(list)  # those of each deal that were not called off
    for x in f.world.books.invoices:
        if x.stage != CALLED_OFF:
            valid[x.deal.deal_id].append(x)
    told: dict[int, Decimal] = defaultdict(Decimal)
    for p in f.world.books.payments:
        day = clock.day_of(p.at)
        base, amount = rates.to_base(p.amount, p.currency, day), Decimal(p.amount) / 100
        invoice = p.invoice
        if not invoice and p.deal and len(valid[p.deal.deal_id]) == 1:
            (invoice,) = valid[p.deal.deal_id]
        if invoice and invoice.currency != p.currency:
            amount = _rounded(base / rates.rate(invoice.currency, day))
        if invoice and amount > 0:
            told[invoice.invoice_id] += amount
        found.append(Came(day, base, f.deal_dims(p.deal), invoice, amount))
    for x in f.world.books.invoices:
        rest = Decimal(x.amount) / 100 - told[x.invoice_id]
        if x.stage == PAID and rest > 0:
            day = clock.day_of(x.closed)
            found.append(Came(day, rates.to_base(int(rest * 100), x.currency, day), f.deal_dims(x.deal), x, rest))
    return found


def standing(f: Facts, x: Invoice, came: list[Came], day: dt.date) -> dict[str, Decimal]:
    """An invoice at the end of a day."""
    issued = clock.day_of(x.issued)
    rate, amount = f.world.rates.rate(x.currency, issued), Decimal(x.amount) / 100
    paid = sum((c.amount for c in came if c.day <= day), Decimal(0))
    settled = min(max(paid, Decimal(0)), amount) if issued <= day else Decimal(0)
    waits = _rounded((paid - settled) * rate)
    if issued > day:
        return {"money_unassigned": waits}
    owed = _rounded(amount * rate) - _rounded(settled * rate)
    is_off = x.stage == CALLED_OFF and clock.day_of(x.closed) <= day
    due = x.due or issued + dt.timedelta(days=DUE_DAYS)
    is_recent = (day - issued).days < DSO_DAYS
    return {
        "receivables": Decimal(0) if is_off else owed,
        "receivables_overdue": owed if due < day and not is_off else Decimal(0),
        "invoiced_lately": _rounded(amount * rate) - (owed if is_off else 0) if is_recent else Decimal(0),
        "money_unassigned": waits,
    }


def expected_values(f: Facts) -> Sheet:
    """Answers of money received, of invoices, and of what is owed at the end of months, quarters and years."""
    sheet, bank = Sheet(), of_bank(f)
    money = of_shop(f) + bank
    sheet.sums("money_received", ((c.day, c.dims, c.base) for c in money), ("manager", "team", "channel"), MONTHLY)
    written = [
        (day, f.deal_dims(x.deal), f.world.rates.to_base(x.amount, x.currency, day))
        for x in f.world.books.invoices
        for day in [clock.day_of(x.issued)]
    ]
    sheet.sums("invoiced", written, ("manager", "team", "channel"), MONTHLY)
    for grain in MONTHLY:
        for start in periods(grain):
            _owed(f, sheet, bank, grain, start)
    return sheet


def _owed(f: Facts, sheet: Sheet, bank: list[Came], grain: str, start: dt.date) -> None:
    day = min(period_end(start, grain) - dt.timedelta(days=1), clock.LAST_DAY)
    cells: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(BALANCES, Decimal(0)))
    for x in f.world.books.invoices:
        dims = f.deal_dims(x.deal)
        told = standing(f, x, [c for c in bank if c.invoice is x], day)
        for cell in _cells(dims, grain):
            for name, value in told.items():
                cells[cell][name] += value
    for c in bank:
        if c.invoice is None and c.day <= day:
            for cell in _cells(c.dims, grain):
                cells[cell]["money_unassigned"] += c.base
    for (dimension, key), told in sorted(cells.items(), key=lambda item: (item[0][0] != ALL, str(item[0]))):
        owed, overdue, lately, waits = (told[name] for name in BALANCES)
        for kpi, value in (("receivables", owed), ("receivables_overdue", overdue), ("money_unassigned", waits)):
            if value:
                sheet.put(kpi, grain, start, dimension, key, value)
        if owed:
            sheet.put("overdue_receivables_share", grain, start, dimension, key, overdue / owed, overdue, owed)
        if lately:
            sheet.put("dso", grain, start, dimension, key, owed * DSO_DAYS / lately, owed * DSO_DAYS, lately)


def _cells(dims: dict, grain: str) -> list[tuple]:
    return [(ALL, ALL), *((d, dims[d]) for d in ("manager", "team", "channel") if slice_grain(d) == grain)]

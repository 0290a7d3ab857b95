"""Invoices for deals won since January 2026 and the firm's bank statement, apart from the simulation, so that it stays as it is.

An invoice is a smart invoice of the CRM; what came for it the firm keeps as `files/payments`, and of some the CRM alone says that they are paid.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demo import clock
from demo.crm import DAY, HOUR, Deal
from demo.people import Dice

if TYPE_CHECKING:
    from demo.defects import Report
    from demo.world import World

FROM = clock.instant("2026-01-01")
FIRST_INVOICE, FIRST_PAYMENT = 3001, 1
PAID, CALLED_OFF, SENT = "DT31_1:P", "DT31_1:D", "DT31_1:S"


@dataclass
class Invoice:
    """Money in minor units of `currency`; `closed` is when it came into its last stage."""

    invoice_id: int
    deal: Deal
    issued: int
    due: dt.date | None
    amount: int
    currency: str
    stage: str = SENT
    closed: int | None = None


@dataclass
class Payment:
    """Money that came, or below nought went back; of no invoice it is an advance."""

    payment_id: str
    at: int
    amount: int
    currency: str
    invoice: Invoice | None
    deal: Deal


@dataclass
class Books:
    """What the company wrote out and what came."""

    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)


def invoices(dice: Dice, world: World, report: Report) -> None:
    """One invoice for every third deal won, at the win; most are paid within a month, some late, some never.  The first ten are odd."""
    books = world.books
    usual = [x for x in world.crm.deals if not x.order and x.told == "history" and not x.deleted_at]
    won = [(x.won_at, x) for x in usual if x.won_at and FROM <= x.won_at < clock.END - DAY]
    chosen = [x for k, x in enumerate(sorted(won, key=lambda pair: (pair[0], pair[1].deal_id))) if k % 3 == 0]
    odd = {}
    for k, (at, deal) in enumerate(chosen):
        due = None if dice.chance(0.1) else clock.day_of(at) + dt.timedelta(days=dice.pick((5, 10, 20)))
        invoice = Invoice(FIRST_INVOICE + k, deal, at, due, deal.amount, deal.currency)
        books.invoices.append(invoice)
        later = clock.next_working(at + dice.between(1, 30) * DAY + dice.between(0, 8) * HOUR)
        way = dice.u()
        if k < len(ODD):
            ODD[k](books, invoice)
            odd[ODD[k].__name__[1:]] = (ODD[k].__doc__, invoice.invoice_id)
        elif way < 0.65:
            _pay(books, invoice, later, invoice.amount)
        elif way < 0.8 and later < clock.END:
            invoice.stage, invoice.closed = PAID, later
    books.payments = [p for p in books.payments if p.at < clock.END]
    report.note(
        "invoices", "invoices for deals won", "bitrix24.crm_smart_invoice", [x.invoice_id for x in books.invoices]
    )
    for name, (what, number) in odd.items():
        report.note(f"invoice_{name}", what, "bitrix24.crm_smart_invoice", [number])


def _pay(
    books: Books, invoice: Invoice | None, at: int, amount: int, currency: str = "", deal: Deal | None = None
) -> None:
    number = f"B{FIRST_PAYMENT + len(books.payments)}"
    owner = invoice.deal if invoice else deal
    books.payments.append(
        Payment(number, at, amount, currency or (invoice.currency if invoice else "RUB"), invoice, owner)
    )


def _in_parts(books: Books, x: Invoice) -> None:
    """paid in two parts, the second one months later"""
    _pay(books, x, x.issued + 3 * DAY, x.amount * 2 // 5)
    _pay(books, x, x.issued + 75 * DAY, x.amount - x.amount * 2 // 5)


def _too_much(books: Books, x: Invoice) -> None:
    """paid with 1 234,56 too much, which waits"""
    _pay(books, x, x.issued + 5 * DAY, x.amount + 123_456)


def _before(books: Books, x: Invoice) -> None:
    """paid twenty days before the invoice"""
    x.issued += 20 * DAY
    x.due = clock.day_of(x.issued)
    _pay(books, x, x.issued - 20 * DAY, x.amount)


def _given_back(books: Books, x: Invoice) -> None:
    """paid, and a quarter of it given back: owed again"""
    _pay(books, x, x.issued + 2 * DAY, x.amount)
    _pay(books, x, x.issued + 40 * DAY, -(x.amount // 4))


def _in_dollars(books: Books, x: Invoice) -> None:
    """an invoice in dollars that is paid in roubles, at the rate of the day of payment"""
    x.amount, x.currency = 250_000, "USD"
    _pay(books, x, x.issued + 30 * DAY, 21_000_000, "RUB")


def _of_other_rate(books: Books, x: Invoice) -> None:
    """an invoice in dollars that is paid in dollars when the rate is another"""
    x.amount, x.currency = 100_050, "USD"
    _pay(books, x, x.issued + 60 * DAY, 100_050)


def _called_off(books: Books, x: Invoice) -> None:
    """called off with a third of it paid"""
    _pay(books, x, x.issued + DAY, x.amount // 3)
    x.stage, x.closed = CALLED_OFF, x.issued + 25 * DAY


def _written_off(books: Books, x: Invoice) -> None:
    """written off, and half of it paid after all"""
    x.stage, x.closed = CALLED_OFF, x.issued + 30 * DAY
    _pay(books, x, x.issued + 50 * DAY, x.amount // 2)


def _called_paid(books: Books, x: Invoice) -> None:
    """called paid in the CRM, with a tenth of it told by the bank"""
    _pay(books, x, x.issued + DAY, x.amount // 10)
    x.stage, x.closed = PAID, x.issued + 12 * DAY


def _in_advance(books: Books, x: Invoice) -> None:
    """paid in part by what names the deal alone, of which a part went back"""
    _pay(books, None, x.issued + 4 * DAY, 5_000_000, deal=x.deal)
    _pay(books, None, x.issued + 34 * DAY, -2_000_000, deal=x.deal)


ODD = (
    _in_parts,
    _too_much,
    _before,
    _given_back,
    _in_dollars,
    _of_other_rate,
    _called_off,
    _written_off,
    _called_paid,
    _in_advance,
)

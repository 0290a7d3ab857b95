"""Paths of touches and what channels did on them: the answers of touch_paths and sale_channels."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from demo.expected.customers import as_csv
from demo.expected.facts import Facts

FIGURES = (
    "sales_begun",
    "sales_assisted",
    "sales_ended",
    "touches",
    "revenue_begun",
    "revenue_assisted",
    "revenue_ended",
)


class PathSheet:
    """A month of sales and a channel on their paths: what it began, helped and ended; (none) began and ended what has no touch."""

    HEADER = ("month", "channel", *FIGURES)

    def __init__(self, f: Facts):
        back: dict[tuple, Decimal] = defaultdict(Decimal)
        for r in f.refunds:
            if r.sale:
                back[r.sale.key] += r.amount
        self.cells: dict[tuple[dt.date, str], dict[str, Decimal]]
        self.cells = defaultdict(lambda: dict.fromkeys(FIGURES, Decimal(0)))
        for s in f.sales:
            channels = [t[1] for t in f.paths[s.key]]
            for channel in set(channels) or {"(none)"}:
                cell = self.cells[s.day.replace(day=1), channel]
                begun, ended = channels[:1] in ([], [channel]), channels[-1:] in ([], [channel])
                did = {"begun": begun, "assisted": not begun and not ended, "ended": ended}
                cell["touches"] += channels.count(channel)
                for what, was in did.items():
                    cell[f"sales_{what}"] += was
                    cell[f"revenue_{what}"] += (s.amount - back[s.key]) * was
        for r in f.refunds:
            if r.sale is None:  # nobody knows what was given back: a path of its own, without a touch
                cell = self.cells[r.day.replace(day=1), "(none)"]
                for what in ("begun", "ended"):
                    cell[f"revenue_{what}"] -= r.amount

    def text(self) -> str:
        return as_csv(
            self.HEADER,
            [
                (*key, *(f"{cell[n]:.2f}" if n.startswith("revenue") else int(cell[n]) for n in FIGURES))
                for key, cell in sorted(self.cells.items())
            ],
        )

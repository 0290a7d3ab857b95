"""ABC by revenue and XYZ by demand of the products sold in twelve months: the answers of product_classes."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from decimal import Decimal

from demo.expected.customers import as_csv
from demo.expected.facts import Facts
from demo.tally import periods, with_system

MONTHS, NEEDED = 12, 6
ABC = ((Decimal("0.8"), "A"), (Decimal("0.95"), "B"))
XYZ = ((0.25, "X"), (0.5, "Y"))


class ClassSheet:
    """A month that is over and a product sold in the twelve up to it; the variation of its demand in thousandths."""

    HEADER = ("month_start", "product", "abc_class", "xyz_class", "months_known", "units", "revenue", "variation")

    def __init__(self, f: Facts):
        self.units: dict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
        self.revenue: dict[str, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for s in f.sales:
            for product, _, units, _, _ in s.lines:
                if units:
                    self.units[product][s.day.replace(day=1)] += units
        for day, _, product, _, amount, _ in f.margins:
            self.revenue[product][day.replace(day=1)] += amount

    def text(self) -> str:
        rows: list[tuple] = []
        months = periods("month")
        for k in range(MONTHS - 1, len(months)):
            window = months[k - MONTHS + 1 : k + 1]
            units = {p: [by[m] for m in window] for p, by in self.units.items()}
            units = {p: sold for p, sold in units.items() if any(sold)}
            revenue = {p: sum(self.revenue[p][m] for m in window) for p in units}
            whole = sum(v for v in revenue.values() if v > 0)
            for p, sold in sorted(units.items()):
                above = sum(v for v in revenue.values() if v > max(revenue[p], 0))
                abc = next((c for share, c in ABC if revenue[p] > 0 and above < share * whole), "C")
                first = min(m for m, n in self.units[p].items() if n)
                known = [n for m, n in zip(window, sold, strict=True) if m >= first]
                xyz, told = "", ""
                if len(known) >= NEEDED:
                    swing = statistics.pstdev(known) / statistics.fmean(known)
                    xyz, told = next((c for most, c in XYZ if swing <= most), "Z"), f"{1000 * swing:.3f}"
                key = (months[k], with_system("product", p), abc, xyz)
                rows.append((*key, len(known), sum(sold), f"{revenue[p]:.2f}", told))
        return as_csv(self.HEADER, rows)

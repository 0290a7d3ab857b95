"""Exchange rates: the dollar on working days, the euro once a week."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from decimal import ROUND_HALF_UP, Decimal

import numpy as np


class Rates:
    """Roubles for one unit of a currency; the rate of a day is the last one known on or before it."""

    def __init__(self, rng: np.random.Generator):
        self.rows: list[tuple[dt.date, str, Decimal]] = []
        usd, eur = 87.3, 93.6
        day = dt.date(2023, 12, 18)
        while day <= dt.date(2026, 6, 30):
            step = rng.standard_normal(2) * 0.006
            usd, eur = usd * np.exp(step[0] + (86 - usd) * 2e-4), eur * np.exp(step[1] + (95 - eur) * 2e-4)
            if day.weekday() < 5:
                self.rows.append((day, "USD", Decimal(f"{usd:.4f}")))
            if day.weekday() == 0:
                self.rows.append((day, "EUR", Decimal(f"{eur:.4f}")))
            day += dt.timedelta(days=1)
        self._days = {c: [r[0] for r in self.rows if r[1] == c] for c in ("USD", "EUR")}
        self._values = {c: [r[2] for r in self.rows if r[1] == c] for c in ("USD", "EUR")}

    def rate(self, currency: str, day: dt.date) -> Decimal:
        if currency == "RUB":
            return Decimal(1)
        return self._values[currency][bisect_right(self._days[currency], day) - 1]

    def to_base(self, minor: int, currency: str, day: dt.date) -> Decimal:
        """Roubles and kopecks of an amount given in minor units."""
        amount = Decimal(minor) / 100 * self.rate(currency, day)
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

"""How far a figure has moved from its usual height, as a ratio, and how far it moves by itself."""

from dataclasses import dataclass
from math import exp, isfinite, log
from statistics import median
from typing import Any

from flows.gates.settings import Limits

LEAST = 0.001  # of the larger figure: so a fall to nothing is a ratio of a thousand
MOST = 50  # of a spread on the logarithmic scale, that it can be taken back from there
TO_SPREAD = 1.4826  # from the median distance to the median, to the standard deviation of a bell curve


@dataclass(frozen=True)
class Move:
    """A figure beside the usual one.

    Attributes:
        figure, usual: the figure and the median of those before.
        ratio: the larger of the two by the smaller, 1 = alike.
        own: the ratio within which nineteen of twenty figures before lie.
    """

    figure: float
    usual: float
    ratio: float
    own: float

    @classmethod
    def of(cls, figure: float, before: list[float], step: float = 0) -> "Move":
        """Sets a figure beside those before.

        Args:
            figure: the newest figure; one that is no number has moved as far as any can.
            before: at least one.
            step: the least by which such figures can differ; one step is no move.
        """
        usual = median(before)
        if not isfinite(figure) or not isfinite(usual):
            return cls(figure, usual, 1 / LEAST, 1)
        side = -1 if usual < 0 else 1  # of two losses the larger is the higher
        heights = [log(max(side * one, LEAST * abs(usual), LEAST**3)) for one in before]
        middle = median(heights)
        spread = TO_SPREAD * median(abs(height - middle) for height in heights)
        smaller, larger = sorted((side * figure, side * usual))
        larger = max(larger, -smaller)
        ratio = (larger - step / 2) / max(smaller + step / 2, LEAST * larger) if larger else 1
        return cls(figure, usual, max(ratio, 1), exp(min(2 * spread, MOST)))

    def within(self, limits: Limits) -> float:
        """The ratio, divided by what the figure moves by itself, as far as the settings allow for that."""
        return self.ratio / min(self.own, limits["widest"])

    def is_restless(self, limits: Limits, subject: str) -> bool:
        """Whether it moves by itself more than the settings allow for, and has not left that by the critical ratio."""
        critical = limits.of(subject, "critical")
        return self.own > limits["widest"] and critical is not None and self.ratio <= critical * self.own

    def facts(self) -> dict[str, Any]:
        """What the words of a check name."""
        ratio, own = (f"{one:.0f}" if one >= 100 else f"{one:.2g}" for one in (self.ratio, self.own))
        return {"figure": self.figure, "usual": self.usual, "ratio": ratio, "own": own}

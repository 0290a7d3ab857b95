"""How far a figure has moved from its usual height, as a ratio, and how far it moves by itself; in SQL."""

from flows.gates.settings import Limits

LEAST = 0.001  # of the larger figure: so a fall to nothing is a ratio of a thousand
MOST = 50  # of a spread on the logarithmic scale, that it can be taken back from there
# The ratios of a query of `moved` as a person reads them.
SHOWN = ", ".join(
    f"printf(if({one} >= 100, '%.0f', '%.2g'), {one}) as {name}" for one, name in (("height", "ratio"), ("own", "own"))
)
TO_SPREAD = 1.4826  # from the median distance to the median, to the standard deviation of a bell curve


def moved(query: str, limits: Limits, step: str = "0") -> str:
    """Sets figures beside those before.

    Args:
        query: selects `subject`, `figure`, the newest one, and `before`, a list of at least one earlier figure.
        limits: of the check; `widest` is how much of its own movement a figure is allowed.
        step: the least by which such figures can differ, in SQL; one step is no move.

    Returns:
        A query that adds: `usual`, the median of those before; `height` and `own` in numbers, the ratio of the larger by the smaller, 1 =
        alike, and the ratio within which nineteen of twenty figures before lie; `value`, the ratio divided by what the figure moves by
        itself, as far as the limits allow; `is_restless`, whether it moves by itself by more than that, and has not left that by the
        critical ratio. A figure that is no number has moved as far as any can.
    """
    return f"""
        with beside as (select *, list_aggregate(before, 'median') as usual from ({query})),

        sided as (
            select *, if(usual < 0, -1, 1) as side, isfinite(cast(figure as double)) and isfinite(cast(usual as double)) as is_told
            from beside
        ),

        spread as (
            select *, list_aggregate(list_transform(before, lambda one: ln(greatest(side * one, {LEAST} * abs(usual), {LEAST**3}))), 'mad') as spread,
                greatest(side * figure, side * usual, -least(side * figure, side * usual)) as larger,
                least(side * figure, side * usual) as smaller
            from sided
        ),

        ratios as (
            select * exclude (side, is_told, spread, larger, smaller),
                case
                    when not is_told then {1 / LEAST}
                    when larger = 0 then 1
                    else greatest((larger - {step} / 2) / greatest(smaller + {step} / 2, {LEAST} * larger), 1)
                end as height,
                if(is_told, exp(least({2 * TO_SPREAD} * spread, {MOST})), 1) as own
            from spread
        )

        select *, height / least(own, {limits["widest"]}) as value,
            coalesce(own > {limits["widest"]} and height <= {limits.sql("critical")} * own, false) as is_restless
        from ratios
    """


def in_words(value: float) -> str:
    """A ratio as a person reads it."""
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"

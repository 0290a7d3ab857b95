"""What differs between the figures found and the figures wanted."""

import pandas as pd

HALF_CENT = 0.005
MILLIONTH = 1e-6


def differs(found: pd.Series, wanted: pd.Series, tolerance: float) -> pd.Series:
    """True where two numbers are apart by more than the tolerance (of their size, if above 1), or only one is there."""
    far = (found - wanted).abs() > tolerance * wanted.abs().clip(lower=1)
    return far | (found.isna() != wanted.isna())


def differences(found: pd.DataFrame, wanted: pd.DataFrame, other_keys: bool = False) -> pd.DataFrame:
    """The rows of the wanted figures' own time in which found and wanted are not the same.

    A plain figure must agree to half a cent, a ratio to a millionth and its parts to half a cent.  No row, no value
    and 0 are the same for a plain figure; no row and no value are for a ratio.
    """
    periods = wanted.index.get_level_values("period_start")
    found = found[
        found.index.get_level_values("period_start").to_series().between(periods.min(), periods.max()).to_numpy()
    ]
    found = found[found.index.isin(wanted.index)] if other_keys else found
    both = found.join(wanted, how="outer", suffixes=("_found", "_wanted"))
    is_ratio = "denominator" in wanted
    wrong = pd.Series(False, index=both.index)
    if is_ratio:
        has_value = both.denominator_wanted.fillna(0) > 0
        wrong |= has_value & differs(both.value_found, both.value_wanted, MILLIONTH)
        wrong |= ~has_value & both.value_found.fillna(0).ne(0)
        for part in ("numerator", "denominator"):
            wrong |= differs(both[f"{part}_found"].fillna(0), both[f"{part}_wanted"].fillna(0), HALF_CENT)
    else:
        value = both["value_found"].fillna(0), both["value_wanted"].fillna(0)
        wrong |= (value[0] - value[1]).abs() > HALF_CENT
    return both[wrong]

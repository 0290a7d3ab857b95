"""Text for people."""

import difflib
from collections.abc import Collection

UNITS = {  # behind a figure; money, counts and indexes have none
    "en": {"ratio": "%", "share": "%", "minutes": "min", "days": "days"},
    "ru": {"ratio": "%", "share": "%", "minutes": "мин", "days": "дн."},
}


def short(text: str, most: int) -> str:
    """A text of at most so many signs: a longer one ends after its last whole word, with a mark."""
    if len(text) <= most:
        return text
    whole = text[: most - 1].rpartition(" ")[0].rstrip() or text[: most - 2]
    return whole + " …"


def near(word: str, known: Collection[str], nothing: str = "nothing is near to it.") -> str:
    """Which of the known words may be meant, as a sentence; what is said where none is like it."""
    lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), lower, 3, 0.5)
    return f"near to it are {', '.join(lower[one] for one in close)}." if close else nothing

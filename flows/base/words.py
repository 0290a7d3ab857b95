"""Text for people."""

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

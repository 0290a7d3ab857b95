"""The channel rules that the product ships, on the names that advertising cabinets and marketers really write."""

import duckdb
import pytest

from tests.warehouse import PROJECT


@pytest.fixture(scope="module")
def rules():
    with duckdb.connect() as connection:
        seed = PROJECT / "seeds" / "seed_channel_rules.csv"
        connection.execute(f"create table rules as from read_csv('{seed}', all_varchar = true)")
        yield connection


def channel(rules, source, medium):
    """The channel of the first rule that fits marks in small letters."""
    found = rules.execute(
        """
        select channel from rules
        where traffic_source is null and source_name is null
            and (utm_source is null or coalesce($1 like utm_source, false))
            and (utm_medium is null or coalesce($2 like utm_medium, false))
        order by cast(position as integer)
        limit 1
        """,
        [source, medium],
    ).fetchone()
    return found and found[0]


@pytest.mark.parametrize(
    ("source", "medium", "expected"),
    [
        ("yandex", "cpc", "yandex_direct"),
        ("yandex", "cpm", "yandex_direct"),
        ("yandex_search", "retargeting", "yandex_direct"),
        ("ya.direct", "cpc", "yandex_direct"),
        ("яндекс", "ppc", "yandex_direct"),
        ("yahoo", "cpc", "other_paid"),
        ("vk", "paid_social", "vk_ads"),
        ("mytarget", "banner", "vk_ads"),
        ("google", "display", "google_ads"),
        ("instagram", "paid", "meta_ads"),
        ("bing", "ppc", "other_paid"),
        ("yandex", "organic", "seo"),
        ("unisender", "e-mail", "email"),
        ("digest", "newsletter", "email"),
        ("telegram", "smm", "social"),
        ("(direct)", "(none)", "direct"),
        ("partner", "catalogue", None),
    ],
)
def test_marks_have_the_channel_that_they_name(rules, source, medium, expected):
    assert channel(rules, source, medium) == expected


def test_each_position_is_taken_once(rules):
    assert rules.execute("select count(*) - count(distinct position) from rules").fetchone() == (0,)

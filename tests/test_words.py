"""One word for one thing: words that were retired do not come back, and what took their place stands in the glossary."""

import re

import pytest
import yaml

from tests.warehouse import PROJECT

# What is retired, as a pattern over names and sentences → the glossary's word for it.
RETIRED = {
    r"judged_rows|unjudged_rows|judged_models": "validated rows",
    r"verdicts?": "row status",
    r"raw_landing|source\('landing'|KPI_LANDING_CACHE|landing_cache|the landing(?! page)|landed": "raw view",
    r"int_traces": "record UTMs",
    r"int_origins": "record channel",
    r"int_touches|touch_id|all_touches": "touchpoint",
    r"int_identity_links": "identity edge",
    r"int_identities": "identity cluster",
    r"int_identifiers": "identity owner",
    r"spells?|spell_no|int_customer_spells": "active span",
    r"stages\.place|last_places?": "stage rank",
    r"ref\('figures'\)|figure_starts": "metric value",
    r"is_companion": "supporting metric",
    r"letters_(?:opened|clicked|delivered)|letter_channel": "e-mail",
    r"prospects?|prospect_days|measures_prospects": "potential customer",
    r"request_events": "lead closing",
    r"material_events": "collateral usage",
    r"handled_leads": "lead reached",
    r"leash": None,
    r"journal": None,
    r"reckon(?:s|ed|ing)?": None,
}
FOLDERS = ("models", "systems", "macros", "seeds", "contract", "raw_views", "flows", "tests/dbt", "docs")
TEXTS = {".sql", ".yml", ".py", ".csv", ".md"}


def retired_in(text):
    """The retired words in a text, each with its line."""
    return [
        (number, found[0])
        for number, line in enumerate(text.splitlines(), 1)
        for found in re.finditer(rf"\b(?:{'|'.join(RETIRED)})(?!\w)", line)
    ]


def test_retired_words_are_gone():
    texts = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*") if path.suffix in TEXTS]
    assert len(texts) > 400
    found = {str(path.relative_to(PROJECT)): retired_in(path.read_text("utf-8")) for path in texts}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "line",
    [
        "from {{ ref('int_traces') }}",
        "with its verdict",
        "spell_no,",
        "a spell ends",
        "handled_leads",
        "KPI_LANDING_CACHE",
        "rows landed",
    ],
)
def test_a_retired_word_is_found(line):
    assert retired_in(line)


def test_longer_words_are_not_meant():
    assert retired_in("spelling, spelled, is_journalist, kpi_companions, landing_page, the landing page, replace") == []


@pytest.mark.parametrize("word", sorted({word for word in RETIRED.values() if word}))
def test_what_took_their_place_is_in_the_glossary(word):
    assert f"\n| {word} |" in (PROJECT / "docs" / "glossary.md").read_text("utf-8")


def test_renamed_marts_are_read_under_their_old_names(demo):
    old_names = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]["renamed_marts"]
    for old, new in old_names.items():
        kinds = demo.sql(
            f"select table_name, table_type from information_schema.tables where table_name in ('{old}', '{new}')"
        ).fetchall()
        assert dict(kinds) == {old: "VIEW", new: "BASE TABLE"}
        assert demo.sql(f"from marts.{old}").columns == demo.sql(f"from marts.{new}").columns

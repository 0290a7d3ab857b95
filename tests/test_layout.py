"""How the project is laid out: who reads whom, what a row is, how long a model or a YAML file may be."""

import json
import re
from itertools import pairwise

import pathspec
import pytest
import yaml

from flows.fields import BROUGHT
from tests.unit_inputs import LONGEST_YAML, lacking, parted, with_inputs
from tests.warehouse import PROJECT, parsed

# Layers in the order in which data flow; a model reads from its own or from an earlier one.
LAYERS = ("staging", "entities", "core", "marts", "scorecard", "reports", "quality")
# What people query, and whatever is made of it: they take what happened from the core, which has resolved it.  Quality looks at all layers.
READ_THE_CORE = ("marts", "scorecard", "reports")
BEFORE_THE_CORE = ("staging", "entities")
LONGEST_MODEL = 80
ONE_CALL = re.compile(r"^\{\{ (validated_rows|union_sources)\(", re.MULTILINE)


@pytest.fixture(scope="module")
def manifest():
    """What dbt knows of the project."""
    parsed()
    return json.loads((PROJECT / "target" / "tests" / "manifest.json").read_text("utf-8"))


FOLDERS = ("models", "systems")


def files(pattern):
    """The files of the models, of the systems that are off by default too."""
    return sorted(path for folder in FOLDERS for path in (PROJECT / folder).rglob(pattern))


def models_of(manifest):
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def comment_of(sql):
    """The comment that a model begins with, as one line."""
    lines = re.match(r"(--[^\n]*\n)*", sql).group().splitlines()
    return " ".join(line.removeprefix("--").strip() for line in lines)


def told_key(sql):
    """The key that a model's first line tells: `Grain: a, b; of accepted rows c.`"""
    told = re.match(r"Grain: ([\w, ]+)(?:; of accepted rows ([\w, ]+))?\. One ", comment_of(sql))
    return told and tuple(part.split(", ") if part else None for part in told.groups())


def test_unit_tests_name_all_that_their_models_read(manifest):
    """`uv run poe inputs` adds what is lacking."""
    assert list(map(str, lacking(manifest))) == []


def test_empty_inputs_are_added_and_a_long_file_is_parted():
    """What is written stays to the letter; shared inputs get one once; a test that needs an anchor of another is not parted from it."""
    text = (
        "version: 2\nanchors: [&day {d: 1}]\nunit_tests:\n  - name: one\n    given: &shared\n      - input: ref('a')\n        rows: [*day]\n"
        "  - name: two\n    given: *shared\n  # of the third\n  - name: three\n    given: []\n"
    )
    wanted = [("one", "ref('b')"), ("two", "ref('b')"), ("three", "ref('b')"), ("three", "source('s', 't')")]
    added = with_inputs(text, wanted)
    two = "[{input: ref('b'), rows: []}, {input: \"source('s', 't')\", rows: []}]"
    shared = text.replace("given: []", f"given: {two}")
    assert added == shared.replace("      - input", "      - {input: ref('b'), rows: []}\n      - input")
    first, second = parted(added)
    assert first.count("name:") == 2 and "# of the third\n  - name: three" in second and "&day" in second
    assert parted(text.split("  # of")[0]) is None


def test_every_model_tells_its_grain_once(manifest):
    """The first line is the key of meta.grain, and the description begins as the comment does: one …"""
    wrong = []
    for model in models_of(manifest):
        meta = model["config"]["meta"]
        if told_key(model["raw_code"]) != (meta.get("grain"), meta.get("accepted_grain")):
            wrong.append((model["name"], "key"))
        if not model["description"].startswith("One "):
            wrong.append((model["name"], "description"))
    assert wrong == []


def test_a_first_line_that_tells_another_key_is_found():
    assert told_key("-- Grain: a, b.\n-- One thing.\nselect 1") == (["a", "b"], None)
    assert told_key("-- Grain: a,\n--   b; of accepted rows c.\n-- One raw row.\n") == (["a", "b"], ["c"])
    assert told_key("-- Grain: a.\nselect 1") is None
    assert told_key("-- One thing.\n") is None


def test_every_model_has_a_test_of_its_key(manifest):
    """Staging's models have one each; those of another folder stand in its list tests/dbt/keys/keys_of_<folder>.sql.  dbt keeps the
    tests of a source that is off, and never runs them.  A view that tables copy row by row has the keys of those tables."""
    copied = {"metric_comparisons": {"kpi_values", "kpi_companions", "kpi_values_by_pair"}}
    tested = {}
    for node in manifest["nodes"].values():
        if not node["config"]["enabled"]:
            continue
        if (node.get("test_metadata") or {}).get("name") == "unique_key":
            if not node["test_metadata"]["kwargs"].get("columns"):
                tested.setdefault(node["attached_node"], []).append("unique_key")
        elif node["resource_type"] == "test" and node["name"].startswith("keys_of_"):
            for model in node["depends_on"]["nodes"]:
                tested.setdefault(model, []).append(node["name"])
    wanted = {}
    for model in models_of(manifest):
        folder = model["original_file_path"].split("/")[1]
        if model["name"] in copied:
            reads = {
                reader["name"] for reader in models_of(manifest) if model["unique_id"] in reader["depends_on"]["nodes"]
            }
            assert reads == copied[model["name"]] and model["config"]["materialized"] == "view"
            continue
        wanted[model["unique_id"]] = ["unique_key" if folder == "staging" else f"keys_of_{folder}"]
    assert tested == wanted


def layer_of(path):
    """The layer of a model by its file: models/<layer>/… or systems/<system>/<layer>/…"""
    first, second, third = path.split("/")[:3]
    return third if first == "systems" else second


def reads_between_layers(models):
    """Each read of a model by a model: (model, its layer, parent, the parent's layer)."""
    layer = {model["unique_id"]: layer_of(model["original_file_path"]) for model in models}
    return [
        (model["name"], layer[model["unique_id"]], parent, layer[parent])
        for model in models
        for parent in model["depends_on"]["nodes"]
        if parent in layer
    ]


def upstream_reads(models):
    """The models that read from a later layer than their own: (model, parent)."""
    return [
        (model, parent)
        for model, layer, parent, parents_layer in reads_between_layers(models)
        if LAYERS.index(parents_layer) > LAYERS.index(layer)
    ]


def reads_past_the_core(models):
    """The marts, and what is made of them, that read an entity or staging themselves: (model, parent)."""
    return [
        (model, parent)
        for model, layer, parent, parents_layer in reads_between_layers(models)
        if layer in READ_THE_CORE and parents_layer in BEFORE_THE_CORE
    ]


def test_no_model_reads_from_a_later_layer(manifest):
    assert upstream_reads(models_of(manifest)) == []


def test_no_mart_reads_an_entity(manifest):
    """Whatever happens has a fact in the core: its day, manager, team, channel and money are found there once."""
    assert reads_past_the_core(models_of(manifest)) == []


def model(name, path, *parents):
    return {"name": name, "unique_id": name, "original_file_path": path, "depends_on": {"nodes": parents}}


def test_a_read_from_a_later_layer_is_found():
    models = [
        model("fct", "models/core/deals/fct.sql", "stg", "mart", "seed"),
        model("mart", "models/marts/funnel/mart.sql", "fct", "mart_2"),
        model("mart_2", "models/marts/sales/mart_2.sql"),
        model("stg", "models/staging/files/stg.sql"),
    ]
    assert upstream_reads(models) == [("fct", "mart")]


def test_a_mart_that_reads_an_entity_is_found():
    models = [
        model("quotes", "models/entities/quotes.sql", "stg"),
        model("stg", "models/staging/files/stg.sql"),
        model("fct_quotes", "models/core/deals/fct_quotes.sql", "quotes"),
        model("mart", "models/marts/funnel/mart.sql", "fct_quotes", "quotes", "seed"),
        model("members", "models/scorecard/members.sql", "stg"),
        model("findings", "models/quality/findings.sql", "quotes", "stg"),
    ]
    assert reads_past_the_core(models) == [("mart", "quotes"), ("members", "stg")]


@pytest.mark.parametrize("path", files("*.yml"), ids=lambda path: path.name)
def test_no_yaml_file_is_long(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_YAML


def long_models(paths):
    """Names of the models that have more lines than a model may have."""
    return {path.stem for path in paths if len(path.read_text("utf-8").splitlines()) > LONGEST_MODEL}


def test_no_model_is_long():
    """A longer one holds two ideas, and is two models."""
    assert long_models(files("*.sql")) == set()


def test_no_model_is_kept_from_the_linter():
    """What the main run ignores is one call of a macro, which the second run of the lane `lint` takes."""
    ignored = pathspec.GitIgnoreSpec.from_lines((PROJECT / ".sqlfluffignore").read_text("utf-8").splitlines())
    kept_out = {path for path in files("*.sql") if ignored.match_file(path.relative_to(PROJECT))}
    one_call = {path for path in files("*.sql") if ONE_CALL.search(path.read_text("utf-8"))}
    assert kept_out == one_call


def test_a_long_model_is_found(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "short.sql").write_text("select 1\n" * LONGEST_MODEL, "utf-8")
    (tmp_path / "core" / "long.sql").write_text("select 1\n" * (LONGEST_MODEL + 1), "utf-8")
    assert long_models(tmp_path.rglob("*.sql")) == {"long"}


def repeated(columns):
    """Names of columns of which the same words stand in two places, from (name, description)."""
    words = [(name, " ".join(said.split())) for name, said in columns if said and "doc(" not in said]
    return sorted({name for name, said in words if words.count((name, said)) > 1})


def test_a_column_is_described_in_one_place():
    """What several models have is a block of models/columns.md; what is written from the contract stands there."""
    columns = []
    for path in files("*.yml"):
        text = BROUGHT.sub("", path.read_text("utf-8"))
        if "kpi contract" not in text:
            models = yaml.load(text, yaml.CSafeLoader).get("models") or []
            columns += [
                (column["name"], column.get("description")) for model in models for column in model.get("columns") or []
            ]
    assert len(columns) > 1000 and repeated(columns) == []


def test_a_description_that_stands_twice_is_found():
    assert repeated(
        [("a", "One."), ("a", "One."), ("b", "One."), ("c", "{{ doc('c') }}"), ("c", "{{ doc('c') }}")]
    ) == ["a"]


def hops(models, start, *stops):
    """How many models a row of a source passes on its shortest way to the last stop, by way of the others; the source itself is none."""
    reads = {model["unique_id"]: model["depends_on"]["nodes"] for model in models}
    ids = {model["name"]: model["unique_id"] for model in models}

    def steps(first, last):
        reached, count = {first}, 0
        while last not in reached:
            more = {child for child, parents in reads.items() if reached & set(parents)} | reached
            assert more != reached, f"{last} is not made of {first}"
            reached, count = more, count + 1
        return count

    way = [start, *(ids[stop] for stop in stops)]
    return sum(steps(first, last) for first, last in pairwise(way))


# Of a row as its source has it: the fact that tells what happened, the measures it counts for, and the most models to its KPIs.
WAYS = [
    ("files.leads", "fct_leads", "measures_leads", 8),
    ("files.web_sessions", "fct_web_sessions", "measures_site", 8),
    ("files.orders", "fct_sales", "measures_sales", 9),
    ("files.ad_spend", "fct_ad_spend", "measures_marketing", 8),
    # a source of an own system has one model more, which reads its raw rows
    ("bitrix24.crm_lead", "fct_leads", "measures_leads", 9),
    ("yandex_metrica.visits", "fct_web_sessions", "measures_site", 9),
    ("bitrix_shop.sale_order", "fct_sales", "measures_sales", 10),
    ("yandex_direct.campaign_performance", "fct_ad_spend", "measures_marketing", 9),
]


def test_the_way_to_the_scorecard_is_short(manifest):
    """A model more on the way is a model more to understand: what only passes rows on is a column of its neighbour."""
    sources = {".".join(source.split(".")[-2:]): source for source in manifest["sources"]}
    longer = []
    for source, fact, measures, most in WAYS:
        passed = hops(models_of(manifest), sources[source], fact, measures, "kpi_values")
        if passed > most:
            longer.append((source, passed))
    assert longer == []


def test_a_longer_way_is_counted():
    models = [
        model("stg", "models/staging/files/stg.sql", "raw"),
        model("fct", "models/core/deals/fct.sql", "int", "stg"),
        model("int", "models/core/deals/int.sql", "stg"),
        model("kpi_values", "models/scorecard/kpi_values.sql", "stg", "mart"),
        model("mart", "models/marts/sales/mart.sql", "fct"),
    ]
    assert hops(models, "raw", "kpi_values") == 2
    assert hops(models, "raw", "fct", "kpi_values") == 4
    assert hops(models, "raw", "int", "fct", "kpi_values") == 5

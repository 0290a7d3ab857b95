"""The entity contract, and what is written from it."""

import pytest

from flows import contract
from flows.contract import Column, ContractError, entities, outdated


def column(kind, **notes):
    return contract._column("things", "thing", kind, notes.get("note"))


def test_what_repeats_the_contract_is_as_the_contract_has_it():
    assert sorted(path.name for path in outdated()) == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("id deal!", Column("thing", "code", "ref deal", "string", (), ("required",), None, None)),
        ("id", Column("thing", "code", "string", "string", (), (), None, None)),
        ("id web event!", Column("thing", "code", "ref web event", "string", (), ("required",), None, None)),
        (
            "timestamp event late",
            Column("thing", "timestamp", "late timestamp", "timestamp", (), ("event",), None, None),
        ),
        ("date! ever", Column("thing", "date", "date", "date", (), ("required", "ever"), None, None)),
        ("ref pii phone", Column("thing", "ref", "string", "string", (), (), "phone", None)),
        ("text pii", Column("thing", "text", "string", "string", (), (), True, None)),
        ("in | out!", Column("thing", "enum", "string", "string", ("in", "out"), ("required",), None, None)),
        ("place", Column("thing", "text", "place", "string", (), (), None, None)),
        ("money", Column("thing", "money", "decimal(18, 2)", "decimal(18, 2)", (), (), None, None)),
    ],
)
def test_a_type_of_the_contract(kind, told):
    assert column(kind) == told


@pytest.mark.parametrize("kind", ["string", "text late!", "mony", "date? ever", ""])
def test_a_type_that_is_none_is_named(kind):
    with pytest.raises(ContractError, match=r"things\.thing: "):
        column(kind)


def test_a_key_that_is_no_column_is_named():
    with pytest.raises(ContractError, match="things: key names other"):
        contract._entity("things", {"key": ["other"], "columns": {"thing": "id!"}}, {})


def test_a_change_of_the_contract_is_seen(tmp_path, monkeypatch):
    """A new column is out of date in four files at most: staging, its source, the entity, its YAML."""
    text = contract.CONTRACT.read_text("utf-8").replace(
        "objection_type: text,", "objection_type: text, loudness: number,"
    )
    (tmp_path / "entities.yml").write_text(text, "utf-8")
    monkeypatch.setattr(contract, "CONTRACT", tmp_path / "entities.yml")
    entities.cache_clear()
    try:
        assert {path.name for path in outdated()} == {
            "stg_files__objections.sql", "_files__sources.yml", "objections.sql", "_entities.yml",
        }  # fmt: skip
    finally:
        monkeypatch.undo()
        entities.cache_clear()


def test_an_entity_that_is_gone_leaves_no_file(tmp_path, monkeypatch):
    head, _, rest = contract.CONTRACT.read_text("utf-8").partition("  objections:\n")
    (tmp_path / "entities.yml").write_text(head + rest[rest.index("\n  quotes:") + 1 :], "utf-8")
    monkeypatch.setattr(contract, "CONTRACT", tmp_path / "entities.yml")
    entities.cache_clear()
    try:
        assert {path.name for path, text in outdated().items() if text is None} == {
            "objections.sql",
            "stg_files__objections.sql",
        }
    finally:
        monkeypatch.undo()
        entities.cache_clear()

"""Gives each unit test of a model an empty input for every table that the model reads: `uv run poe inputs`, after a join to one more table.

A unit test must name all tables that its model reads.  What it says of the others stays as it is, to the letter; a YAML file that would be longer
than the house allows is parted in two.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
LONGEST_YAML = 400
FIRST_ITEM = re.compile(r"^( *)(- )", re.MULTILINE)


@dataclass(frozen=True)
class Lacking:
    """A unit test without a table that its model reads: its YAML file, its name, and the input, ref('x') or source('x', 'y')."""

    path: str
    test: str
    input: str

    def __str__(self) -> str:
        return f"{self.path}: {self.test} lacks {self.input}"


def lacking(manifest: dict) -> list[Lacking]:
    """What the unit tests of a manifest lack. Tables that the model's own SQL does not name are passed over: a macro reads them, which a test may replace.

    Args:
        manifest: dbt's manifest.json.
    """
    tables = {**manifest["nodes"], **manifest["sources"]}
    models = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    found = []
    for test in manifest["unit_tests"].values():
        model = models[test["model"]]
        given = {re.sub(r"[\s\"']", "", one["input"]) for one in test["given"]}
        for key in model["depends_on"]["nodes"]:
            if key not in tables or f"'{tables[key]['name']}'" not in model["raw_code"]:
                continue
            parts = (
                [tables[key]["source_name"], tables[key]["name"]]
                if key.startswith("source.")
                else [tables[key]["name"]]
            )
            word = f"{'source' if len(parts) == 2 else 'ref'}({{}})"
            if word.format(",".join(parts)) not in given:
                inner = ", ".join(f"'{part}'" for part in parts)
                found.append(Lacking(test["original_file_path"], test["name"], word.format(inner)))
    return found


def with_inputs(text: str, wanted: list[tuple[str, str]]) -> str:
    """A YAML file of unit tests with empty inputs added.

    Args:
        text: of the file.
        wanted: (unit test, input).
    """
    places = {name: node for name, node in _given(text)}
    added: dict[
        int, tuple[yaml.SequenceNode, list[str]]
    ] = {}  # by the place in the text; tests that share their inputs are given one once
    for test, input_of in wanted:
        _, lines = added.setdefault(places[test].start_mark.index, (places[test], []))
        word = f'"{input_of}"' if "," in input_of else input_of
        if (line := f"{{input: {word}, rows: []}}") not in lines:
            lines.append(line)
    for place in sorted(added, reverse=True):
        node, lines = added[place]
        if node.flow_style:
            at, piece = node.end_mark.index - 1, ", ".join([*([""] if node.value else []), *lines])
        else:
            item = FIRST_ITEM.search(text, text.rindex("\n", 0, place) + 1)  # an anchor may stand before it
            at, piece = item.start(2), "".join(f"- {line}\n{item[1]}" for line in lines)
        text = text[:at] + piece + text[at:]
    return text


def _given(text: str) -> Iterator[tuple[str, yaml.SequenceNode]]:
    for test in _part(yaml.compose(text), "unit_tests").value:
        yield _part(test, "name").value, _part(test, "given")


def _part(node: yaml.MappingNode, name: str) -> yaml.Node:
    return next(value for key, value in node.value if key.value == name)


def parted(text: str) -> tuple[str, str] | None:
    """A file of unit tests in two: the last tests that make it too long go into the second, with the anchors. None if it can't be parted."""
    lines = text.splitlines(keepends=True)
    root = yaml.compose(text)
    starts = [test.start_mark.line for test in _part(root, "unit_tests").value]
    keys = {key.value: key.start_mark.line for key, _ in root.value}
    before = "".join(lines[: keys["unit_tests"] + 1])
    for start in reversed(starts[1:]):
        while lines[start - 1].lstrip().startswith("#"):  # what is said of the test goes with it
            start -= 1
        first, second = "".join(lines[:start]).rstrip() + "\n", before + "".join(lines[start:])
        if max(first.count("\n"), second.count("\n")) <= LONGEST_YAML and _same(text, first, second):
            return first, second
    return None


def _same(text: str, first: str, second: str) -> bool:
    """Whether two files hold the tests of one; a test that needs an anchor of another test can't be parted from it."""
    try:
        tests = [yaml.safe_load(part)["unit_tests"] for part in (text, first, second)]
    except yaml.YAMLError:
        return False
    return tests[0] == tests[1] + tests[2]


def free_name(path: Path) -> Path:
    """The name of a second file beside a file of unit tests: _deals__unit_tests_2.yml."""
    stem = re.sub(r"_\d+$", "", path.stem)
    number = 2
    while (free := path.with_name(f"{stem}_{number}.yml")).exists():
        number += 1
    return free


def main() -> int:
    """Puts right what `dbt parse` shows to be lacking. Returns the exit status: 1 if a file is too long and can't be parted."""
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "parse", "--quiet"], cwd=PROJECT, check=True)
    target = PROJECT / os.environ.get("DBT_TARGET_PATH", "target")
    found = lacking(json.loads((target / "manifest.json").read_text("utf-8")))
    status = 0
    for name in sorted({one.path for one in found}):
        path = PROJECT / name
        text = with_inputs(path.read_text("utf-8"), [(one.test, one.input) for one in found if one.path == name])
        if text.count("\n") > LONGEST_YAML:
            if two := parted(text):
                text, rest = two
                (second := free_name(path)).write_text(rest, "utf-8")
                print(f"{name} is parted: {second.name}")
            else:
                print(f"{name} has more than {LONGEST_YAML} lines now; part it by hand", file=sys.stderr)
                status = 1
        path.write_text(text, "utf-8")
    print(
        "\n".join(f"{one.path}: {one.test} has an empty {one.input} now" for one in found)
        or "No unit test lacks an input."
    )
    return status


if __name__ == "__main__":
    sys.exit(main())

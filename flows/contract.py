"""Writes what repeats the entity contract: `uv run kpi contract`; with `--check`, only says what is out of date.

The contract is `contract/entities.yml`, with the fields of one's own in `contract/fields.yml`. From it come the staging of files with its sources, the entities with their YAML,
and the lists that macros read (`macros/contract.sql`). dbt cannot read a YAML file of its own, and a model that is there to
be read is easier to follow than one that a macro makes up; so they are files, held to the contract by a test.
"""

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows import fields
from flows.base.settings import Settings
from flows.fields import ContractError, Field

__all__ = ["ContractError"]
PROJECT = Path(__file__).parents[1]
CONTRACT = PROJECT / "contract" / "entities.yml"
EVERY_ROW = ("source_system", "source_account")  # before the columns of every entity
WIDTH, ENTITIES_A_FILE = 150, 14
# type of the contract: how raw text is read (macros/validate.sql), what the entity makes of it (macros/union.sql), its SQL type
TYPES = {
    "place": ("text", "place", "string"),
    "platform": ("text", "platform", "string"),
    "currency": ("code", "currency", "string"),
    "money": ("money", "decimal(18, 2)", "decimal(18, 2)"),
    "number": ("number", "double", "double"),
    "share": ("share", "double", "double"),
    "integer": ("integer", "bigint", "bigint"),
    "boolean": ("boolean", "boolean", "boolean"),
    "date": ("date", "date", "date"),
    "timestamp": ("timestamp", "timestamp", "timestamp"),
} | {kind: (kind, "string", "string") for kind in ("text", "mark", "page", "ref", "enum")}
HEADER = "Written from contract/entities.yml by `uv run kpi contract`; edit that."


@dataclass(frozen=True)
class Column:
    """A column of an entity.

    Attributes:
        name: its name, in files and in the entity.
        reader: how its raw text is read, a type of `validated_rows`.
        entity_type: what the entity makes of it, a type of `union_sources`.
        sql_type: its type in the entity.
        values: the words of its list; () where it is no list.
        flags: required, event, ever, lenient.
        pii: None, or what it tells of a person: True, email, phone, title.
        note: what more is to be said of it than its type.
        is_own: whether a line of contract/fields.yml brings it.
    """

    name: str
    reader: str
    entity_type: str
    sql_type: str
    values: tuple[str, ...]
    flags: tuple[str, ...]
    pii: str | bool | None
    note: str | None
    is_own: bool = False

    @property
    def names_a(self) -> str | None:
        """What thing its ids name."""
        return self.entity_type[4:] if self.entity_type.startswith("ref ") else None


@dataclass(frozen=True)
class Entity:
    """A thing that the warehouse knows. Attributes as in the contract; `row` is what one row of it is."""

    name: str
    row: str
    key: tuple[str, ...]
    sources: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[str, ...]
    born: tuple[str, ...]
    rules: dict[str, str]
    clock: dict[str, str]
    person: tuple[dict[str, Any], ...]

    @property
    def full_key(self) -> tuple[str, ...]:
        return (*EVERY_ROW, *self.key)

    @property
    def grain(self) -> tuple[str, ...]:
        return (*self.full_key, *(("line_no",) if self.lines else ()))


@cache
def entities() -> tuple[Entity, ...]:
    """The entities of the contract, in its order.

    Raises:
        ContractError: a type, a column or a key is not known.
    """
    told = yaml.safe_load(CONTRACT.read_text("utf-8"))
    own = own_fields()
    return tuple(
        _entity(name, said, told["notes"], [one for one in own if one.entity == name and one.type])
        for name, said in told["entities"].items()
    )


@cache
def own_fields() -> tuple[Field, ...]:
    """The lines of contract/fields.yml. Raises ContractError: one of them cannot be followed."""
    told = yaml.safe_load(CONTRACT.read_text("utf-8"))["entities"]
    return fields.own_fields({name: (*EVERY_ROW, *said["columns"]) for name, said in told.items()}, cache(fields.homes))


def _entity(name: str, said: dict[str, Any], notes: dict[str, str], own: Collection[Field] = ()) -> Entity:
    columns = tuple(
        _column(name, column, kind, notes.get(f"{name}.{column}", notes.get(column)))
        for column, kind in said["columns"].items()
    ) + tuple(
        replace(_column(name, one.column, f"{fields.TYPES[one.type]} lenient", _said(one)), is_own=True)
        for one in own
        if one.type
    )
    known = {column.name for column in columns}
    for part in ("key", "lines", "born", "clock"):
        if strange := [column for column in said.get(part, ()) if column not in known]:
            raise ContractError(f"{name}: {part} names {', '.join(strange)}, which is no column of it")
    given = said.get("sources", [])
    return Entity(
        name,
        said.get("is") or f"{', '.join(said['key'])} of a source account",
        tuple(said["key"]),
        (*(source for source in given if source != "seed"), "files", *(["seed"] if "seed" in given else [])),
        columns,
        tuple(said.get("lines", ())),
        tuple(said.get("born", ())),
        said.get("rules", {}),
        said.get("clock", {}),
        tuple(said.get("person", ())),
    )


def _column(entity: str, name: str, kind: str, note: str | None) -> Column:
    told = re.fullmatch(
        r"(?P<type>id(?: [a-z ]+?)?|[a-z]+|[\w ]+(?:\| [\w ]+)+?)(?P<required>!)?"
        r"(?P<flags>(?: (?:event|ever|late|lenient))*)(?P<pii> pii(?: email| phone| title)?)?",
        kind,
    )
    base = told["type"].strip() if told else ""
    if not told or not (base in TYPES or base.split()[0] == "id" or " | " in base):
        raise ContractError(f"{entity}.{name}: {kind} is no type of the contract")
    flags = told["flags"].split()
    if " | " in base:
        types = TYPES["enum"]
    elif base.startswith("id"):
        types = ("code", f"ref {base[3:]}" if base != "id" else "string", "string")
    else:
        types = TYPES[base]
    reader, entity_type, sql_type = types
    pii = told["pii"] and (told["pii"].split()[1:] or [True])[0]
    return Column(
        name,
        reader,
        f"late {entity_type}" if "late" in flags else entity_type,
        sql_type,
        tuple(base.split(" | ")) if " | " in base else (),
        (*(["required"] if told["required"] else []), *(flag for flag in flags if flag != "late")),
        pii,
        note,
    )


def _literal(value: Any) -> str:
    """A value as Jinja reads it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return '"' + value + '"' if "'" in value else "'" + value + "'"


def _grain_comment(key: tuple[str, ...], accepted: tuple[str, ...] = ()) -> str:
    line = f"-- Grain: {', '.join(key)}{'; of accepted rows ' + ', '.join(accepted) if accepted else ''}."
    if len(line) > WIDTH:
        cut = line.rindex(", ", 0, WIDTH - 2) + 1
        line = f"{line[:cut]}\n--   {line[cut + 1 :]}"
    return line + "\n"


def staging_model(entity: Entity) -> str:
    """The model with every row of an entity's files and its row status."""
    rules = {problem: _literal(condition) for problem, condition in entity.rules.items()}
    for column, example in entity.clock.items():
        rules[f"{column}: no time of day like {example}"] = (
            f"'{column} is not null and not ' ~ matches('{column}', clock)"
        )
    arguments = [
        f"source('files', '{entity.name}')",
        "columns={\n"
        + ",\n".join(
            [f"        '{name}': ['{name}', 'text']" for name in EVERY_ROW]
            + [
                f"        '{column.name}': {_literal([column.name, column.reader, *column.flags])}"
                for column in entity.columns
            ]
        )
        + "\n    }",
        f"key={_literal(entity.full_key)}",
    ]
    arguments += ["lines=true"] if entity.lines else []
    arguments += [f"born={_literal(entity.born)}"] if entity.born else []
    if rules:
        lines = ",\n".join(f"        {_literal(problem)}: {condition}" for problem, condition in rules.items())
        arguments.append(f"rules={{\n{lines}\n    }}")
    arguments += ["loaded_at='loaded_at'", "deleted='is_deleted'"]
    clock = "{%- set clock = '^([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$' %}\n" if entity.clock else ""
    return (
        _grain_comment(("_raw_file", "_raw_row"), () if entity.lines else entity.full_key)
        + f"-- One raw row of files/{entity.name}, with its row status.  {HEADER}\n{clock}"
        + "{{ validated_rows(\n    "
        + ",\n    ".join(arguments)
        + "\n) }}\n"
    )


def entity_model(entity: Entity) -> str:
    """The model with the accepted rows of an entity from all sources."""
    columns = ",\n".join(f"        '{column.name}': '{column.entity_type}'" for column in entity.columns)
    union = f"{{{{ union_sources(\n    '{entity.name}',\n    {{\n{columns}\n    }}\n) }}}}\n"
    top = f"{_grain_comment(entity.grain)}-- One {entity.row}.\n-- {HEADER}\n"
    if not entity.lines:
        return top + union
    return (
        f"{top}with lines as (\n{union})\n\nselect\n    *,\n    cast(row_number() over (\n"
        f"        partition by {', '.join(entity.full_key)}\n        order by {', '.join(f'{name} nulls last' for name in entity.lines)}\n"
        "    ) as bigint) as line_no\nfrom lines\n"
    )


def _quoted(text: str) -> str:
    """A text as YAML reads it inside braces."""
    return '"' + text.replace('"', '\\"') + '"' if re.search(r"[:,{}\[\]#\"']", text) else text


def _table(entity: Entity) -> list[str]:
    lines = [
        f"      - name: {entity.name}",
        f"        description: Rows of the entity {entity.name} as files bring them.",
    ]
    if entity.person:
        lines += ["        config:", "          meta:", "            person:"]
        for rule in entity.person:
            when = ", if: {" + ", ".join(f"{k}: {v}" for k, v in rule["if"].items()) + "}" if "if" in rule else ""
            lines.append(f'              - {{record: "{rule["record"]}"{when}}}')
    lines.append("        columns:")
    for column in entity.columns:
        said = [f"as text, to be read as {column.reader}"]
        said += [f"one of {', '.join(column.values)}"] if column.values else []
        said += [column.note] if column.note else []
        meta = (["required: true"] if "required" in column.flags else []) + (
            [f"pii: {str(column.pii).lower() if column.pii is True else column.pii}"] if column.pii else []
        )
        config = f", config: {{meta: {{{', '.join(meta)}}}}}" if meta else ""
        description = "; ".join(said)
        one = (
            f"          - {{name: {column.name}, data_type: string, "
            f"description: {_quoted(description[0].upper() + description[1:] + '.')}{config}}}"
        )
        if len(one) > WIDTH:
            one = one.replace(", data_type:", ",\n             data_type:").replace(
                ", config:", ",\n             config:"
            )
        lines.append(one)
    lines += [f"          - *{name}" for name in (*EVERY_ROW, "loaded_at", "is_deleted")]
    return lines


SOURCES_TOP = [
    "anchors:",
    *(
        f"  - &{name} {{name: {name}, data_type: string, description: As text; may be left out.}}"
        for name in (*EVERY_ROW, "loaded_at", "is_deleted")
    ),
    "",
    "sources:",
    "  - name: files",
    "    schema: raw_files",
    "    description: Any system's data in the shape of the entity contract, dropped as Parquet or CSV into files/<entity>/.",
    "    config:",
    "      loaded_at_field: try_cast(loaded_at as timestamp)",
    "      freshness:",
    "        warn_after: {count: 36, period: hour}",
    "    tables:",
]


def _model_yaml(entity: Entity) -> list[str]:
    meta = f"grain: [{', '.join(('_raw_file', '_raw_row'))}]"
    if not entity.lines:
        meta += f", accepted_grain: [{', '.join(entity.full_key)}]"
    return [
        f"  - name: stg_files__{entity.name}",
        f"    description: One raw row of files/{entity.name}, typed and validated (row_status, row_problem, row_remark).",
        "    config:",
        f"      meta: {{{meta}}}",
        "    data_tests: [unique_key]",
    ]


def _entity_yaml(entity: Entity) -> list[str]:
    lines = [
        f"  - name: {entity.name}",
        "    description: >-",
        f"      One {entity.row}. Every source that is switched on, accepted rows only.",
        "    config:",
        "      contract: {enforced: true}",
        f"      meta: {{grain: [{', '.join(entity.grain)}]}}",
        "    columns:",
        *(f"      - {{name: {name}, data_type: string}}" for name in EVERY_ROW),
    ]
    for column in entity.columns:
        said = "; ".join(
            ([" | ".join(column.values)] if column.values else []) + ([column.note] if column.note else [])
        )
        description = f", description: {_quoted(said)}" if said else ""
        data_type = f'"{column.sql_type}"' if "(" in column.sql_type else column.sql_type
        pii = ", config: {meta: {pii: true}}" if column.pii else ""
        lines.append(f"      - {{name: {column.name}, data_type: {data_type}{description}{pii}}}")
    lines.append("      - {name: loaded_at, data_type: timestamp}")
    if entity.lines:
        lines.append(
            '      - {name: line_no, data_type: bigint, description: "Which of the lines that tell the same, from 1."}'
        )
    return lines


def _yaml_files(name: str, top: list[str], blocks: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Blocks in files of a fixed number each, so that a new column changes one. `name` has a {} for the number of the later files."""
    for number, start in enumerate(range(0, len(blocks), ENTITIES_A_FILE), 1):
        lines = ["version: 2", "", f"# {HEADER}", "", *top]
        for block in blocks[start : start + ENTITIES_A_FILE]:
            lines += block
        yield name.format("" if number == 1 else f"_{number}"), "\n".join(lines) + "\n"


def lists() -> str:
    """The macro that tells macros what the contract says."""
    told = entities()
    homes = {}
    for entity in told:
        thing = next(column.names_a for column in entity.columns if column.name == entity.key[0])
        others = (
            column for other in told for column in other.columns if (other, column.name) != (entity, entity.key[0])
        )
        if thing and len(entity.key) == 1 and any(column.names_a == thing for column in others):
            homes[thing] = [entity.name, entity.key[0]]
    lines = [
        f"{{#- What the contract says, for macros.  {HEADER} -#}}",
        "{% macro contract() -%}",
        "    {%- do return({",
    ]
    lines.append("        'sources': {")
    lines += [f"            '{entity.name}': {_literal(entity.sources)}," for entity in told]
    lines += ["        },", "        'words': {"]
    for entity in told:
        if words := {column.name: column.values for column in entity.columns if column.values}:
            lines.append(f"            '{entity.name}': {{")
            lines += [f"                '{column}': {_literal(values)}," for column, values in words.items()]
            lines.append("            },")
    lines += ["        },", "        'homes': {"]
    lines += [f"            '{thing}': {_literal(home)}," for thing, home in homes.items()]
    lines += ["        },", "        'needed': {"]
    for entity in told:
        needed = [column.name for column in entity.columns if column.name in entity.key or "required" in column.flags]
        lines.append(f"            '{entity.name}': {_literal(needed)},")
    lines += ["        },", "        'ids': {"]
    for entity in told:
        if ids := {column.name: column.names_a for column in entity.columns if column.names_a in (*homes, "object")}:
            lines.append(f"            '{entity.name}': {_literal(ids)},")
    lines += ["        },", "        'money': {"]
    for entity in told:
        kinds = {column.entity_type for column in entity.columns}
        money = [column.name for column in entity.columns if column.reader == "money"]
        if money and "currency" in kinds:
            lines.append(f"            '{entity.name}': {_literal(money)},")
    lines += ["        },", "        'own_columns': {"]
    for entity in told:
        if brought := [column.name for column in entity.columns if column.is_own]:
            lines.append(f"            '{entity.name}': {_literal(brought)},")
    lines += ["        },", "        'own': {"]
    for model, own in fields.own(own_fields()).items():
        if own:
            lines.append(f"            '{model}': {{")
            for name, (one, of) in own.items():
                is_dimension = "true" if one.is_dimension else "false"
                lines.append(
                    f"                '{name}': {{'type': '{_own_type(one).sql_type}', 'of': {_literal(of)}, 'is_dimension': {is_dimension}}},"
                )
            lines.append("            },")
    lines += ["        },", "        'fields': {"]
    for source, tables in fields.TABLES.items():
        lines.append(f"            '{source}': {{")
        for entity_name in tables:
            lines.append(f"                '{entity_name}': {{")
            for one in own_fields():
                if one.entity == entity_name and source in one.fields:
                    reader = f", '{_own_type(one).reader}', '{one.type}'" if one.type else ""
                    lines.append(f"                    '{one.column}': ['{one.fields[source]}'{reader}],")
            lines.append("                },")
        lines.append("            },")
    return "\n".join([*lines, "        },", "    }) -%}", "{%- endmacro %}", ""])


def _own_type(one: Field) -> Column:
    """The column of an entity that a line with a type brings."""
    return next(
        column
        for entity in entities()
        if entity.name == one.entity
        for column in entity.columns
        if column.name == one.column
    )


def described() -> dict[Path, str]:
    """The YAML files that are written by hand and in which lines of contract/fields.yml put columns, as they should be."""
    brought: dict[str, list[str]] = {}
    for model, columns in fields.own(own_fields()).items():
        for name, (one, _) in columns.items():
            column = _own_type(one)
            brought.setdefault(model, []).append(_described(name, column.sql_type, f"F{_said(one)[1:]}."))
    for one in own_fields():
        for source, field in one.fields.items():
            for table in fields.TABLES[source][one.entity]:
                said = one.label[1] if one.label else f"fills {one.entity}.{one.column}"
                lines = brought.setdefault(f"{source}/{table}", [])
                line = _described(field, "string", f"Field of one's own: {said}.")
                if not any(f"{{name: {field}," in other for other in lines):
                    lines.append(line)
    files: dict[Path, str] = {}
    for home in fields.homes().values():
        text = files.get(home.path) or fields.BROUGHT.sub("", home.path.read_text("utf-8"))
        mark = re.search(rf"^( *){fields.MARK} {re.escape(home.name)}\n", text, re.MULTILINE)
        if mark:
            new = [
                line
                for line in brought.get(home.name, ())
                if not any(f"{{name: {name}," in line for name in home.columns)
            ]
            files[home.path] = (
                text[: mark.end()] + "".join(f"{mark[1]}{line}  # own field\n" for line in new) + text[mark.end() :]
            )
    return files


def _said(one: Field) -> str:
    """What the description of a column that a line brings says."""
    unit = ", in the currency of its record" if one.type == "money" else ""
    return f"field of one's own: {one.label[1]} ({one.label[0]}){unit}"


def _described(name: str, data_type: str, said: str) -> str:
    quoted = f'"{data_type}"' if "(" in data_type else data_type
    return f"- {{name: {name}, data_type: {quoted}, description: {_quoted(said)}}}"


def written() -> dict[Path, str]:
    """Every file that is made from the contract, with its text."""
    told = entities()
    staging, home = PROJECT / "models" / "staging" / "files", PROJECT / "models" / "entities"
    files = {PROJECT / "macros" / "contract.sql": lists()}
    for entity in told:
        files[staging / f"stg_files__{entity.name}.sql"] = staging_model(entity)
        files[home / f"{entity.name}.sql"] = entity_model(entity)
    for folder, name, top, make in (
        (staging, "_files{}__sources.yml", SOURCES_TOP, _table),
        (staging, "_files{}__models.yml", ["models:"], _model_yaml),
        (home, "_entities{}.yml", ["models:"], _entity_yaml),
    ):
        files |= {folder / file: text for file, text in _yaml_files(name, top, [make(entity) for entity in told])}
    return files | described()


def outdated() -> dict[Path, str | None]:
    """The files that are not as the contract has them, with the text they should have; None for those that it no longer makes."""
    files = written()
    old = {path: text for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text}
    folders = {path.parent for path, text in files.items() if HEADER in text and path.parent.name != "macros"}
    found = (path for folder in folders for path in folder.iterdir() if path not in files)
    gone = {path: None for path in found if HEADER in path.read_text("utf-8")}
    return old | gone


def command(check: bool) -> int:
    """Writes what is out of date, or with `check` tells it, and fields that the raw root does not have; 1 where something is left to do."""
    try:
        todo = outdated()
    except ContractError as error:
        print(error, file=sys.stderr)
        return 2
    for path, text in sorted(todo.items()):
        print(f"{'out of date' if check else 'removed' if text is None else 'written'}: {path.relative_to(PROJECT)}")
        if check:
            continue
        if text is None:
            path.unlink()
        else:
            path.write_text(text, "utf-8")
    for hint in fields.unseen(own_fields(), Settings.read().raw_root):
        print(hint)
    return int(check and bool(todo))

"""The command `kpi`: its help, its settings, what it says of a wrong one."""

import os
import re
import subprocess
import sys

import pytest

from flows.base.errors import ConfigError
from flows.base.settings import KPI, PROJECT, Settings
from flows.cli import main

COMMANDS = (
    "load",
    "import",
    "check",
    "status",
    "night",
    "gate",
    "publish",
    "boards",
    "lineage",
    "superset",
    "forget",
    "compare",
    "records",
    "catalogue",
    "contract",
    "bench",
    "config",
)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in os.environ:
        if name.startswith("KPI_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_the_settings(capsys, command):
    """Each command says what it does, its exit statuses and the settings that it reads; every setting is of a command."""
    assert main([command, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Usage: kpi {command}") and "Exit status:" in told
    read = {name for name, field in Settings.model_fields.items() if command in field.json_schema_extra["commands"]}
    assert {name.removeprefix("KPI_").lower() for name in re.findall(r"^  (KPI_\w+)", told, re.M)} == read


def test_every_setting_belongs_to_a_command():
    for name, field in Settings.model_fields.items():
        assert field.description and set(field.json_schema_extra["commands"]) <= set(COMMANDS), name
        assert field.json_schema_extra["commands"], name


def test_config_tells_where_a_value_comes_from_and_masks_secrets(monkeypatch, capsys):
    monkeypatch.setenv("KPI_METRICA_TOKEN", "y0_very-secret")
    monkeypatch.setenv("KPI_KEEP_VERSIONS", " 9 ")
    monkeypatch.setenv("KPI_LANGUAGE", "  ")  # blank is not set
    assert main(["config"]) == 0
    told = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in told.splitlines()}
    assert lines["KPI_METRICA_TOKEN"] == ["environment", "***"] and "very-secret" not in told
    assert lines["KPI_KEEP_VERSIONS"] == ["environment", "9"]
    assert lines["KPI_LANGUAGE"] == ["default", "en"] and lines["KPI_SMTP_HOST"] == ["not", "set"]
    assert lines["KPI_PUBLISHED"] == ["default", str(PROJECT / "warehouse" / "published")]


def test_the_example_of_the_environment_names_every_setting(capsys):
    assert main(["config", "--example"]) == 0
    told = capsys.readouterr().out
    assert told == (PROJECT / ".env.example").read_text("utf-8")
    names = re.findall(r"^#(KPI_\w+)=", told, re.M)
    assert names == [f"KPI_{name.upper()}" for name in Settings.model_fields]


def test_the_help_says_where_all_settings_are_told(capsys):
    main(["--help"])
    assert "kpi config" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KPI_TIMEZONE", "Moscow", "KPI_TIMEZONE is Moscow. It is no time zone; an example of one is Europe/Moscow"),
        ("KPI_KEEP_VERSIONS", "1", "KPI_KEEP_VERSIONS is 1. It is at least 2, by default 7"),
        ("KPI_MEMORY", "much", "KPI_MEMORY is much. It is an amount of memory like 4GB"),
        ("KPI_NIGHT_AT", "25:00", "KPI_NIGHT_AT is 25:00. It is a time of day like 03:00"),
        ("KPI_LANGUAGE", "de", "KPI_LANGUAGE is de. It is ru or en"),
        ("KPI_LOAD_SECONDS", "soon", "KPI_LOAD_SECONDS is soon. It is a number, by default 10800"),
        ("KPI_BUILD_SECONDS", "-1", "KPI_BUILD_SECONDS is -1. It is a number greater than 0, by default 10800"),
        ("KPI_AS_OF", "yesterday", "KPI_AS_OF is yesterday. It must be a date like 2026-07-01"),
    ],
)
def test_a_wrong_setting_is_told_in_a_plain_sentence(monkeypatch, capsys, name, value, told):
    monkeypatch.setenv(name, value)
    assert main(["config"]) == 2
    assert capsys.readouterr().err == f"{told}\n"
    with pytest.raises(ConfigError, match=re.escape(told)):
        Settings.read()


def test_several_systems_are_loaded_one_after_the_other(tmp_path, monkeypatch, capsys):
    """One that fails stops no other; without a name, those whose settings are there."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "leads.csv").write_text("lead_id,created_at\n1,2026-01-05\n")
    assert main(["load", "--root", str(tmp_path / "raw")]) == 2
    assert main(["load", "somebody"]) == 2
    monkeypatch.setenv("KPI_INBOX", str(inbox))
    assert main(["load", "yandex_direct", "files", "--root", str(tmp_path / "raw")]) == 1
    told = capsys.readouterr()
    assert "KPI_DIRECT_TOKEN is not set" in told.err and "leads: 1 rows" in told.out
    assert main(["load", "--root", str(tmp_path / "raw")]) == 0


def test_what_dbt_runs_imports_no_command_line():
    """The Python of a build starts quickly: neither typer nor pydantic's settings nor Prefect is loaded with it."""
    code = "import sys, raw_views.plugin; print([name for name in ('typer', 'pydantic_settings', 'prefect') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_command_is_installed():
    done = subprocess.run([KPI, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and all(f"  {command} " in done.stdout for command in COMMANDS)

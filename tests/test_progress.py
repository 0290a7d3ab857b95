"""What a command is at, and texts that are cut for people."""

import io
import sys

import pytest

from flows.base.progress import during, each
from flows.base.words import short


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal, True), (io.StringIO, False)])
def test_progress_is_shown_on_a_terminal_alone(monkeypatch, stream, is_shown):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream())
    assert list(each(iter("abc"), "reading files")) == ["a", "b", "c"]
    with during("judging the rows"):
        pass
    told = sys.stderr.getvalue()
    assert ("reading files" in told, "judging the rows" in told) == (is_shown, is_shown)
    assert is_shown or told == ""


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("four words are here", 19, "four words are here"),
        ("four words are here", 18, "four words are …"),
        ("four words are here", 6, "four …"),
        ("fourwordsarehere", 6, "four …"),
    ],
)
def test_a_text_is_cut_after_a_whole_word(text, most, cut):
    assert short(text, most) == cut and len(cut) <= most

"""dbt's exposures of the boards, so that the lineage ends at what people see."""

from pathlib import Path

from flows.base.settings import PROJECT
from flows.boards.spec import BOARDS, Board, read

FILE = PROJECT / "models" / "reports" / "_boards.yml"
HEAD = "# Made by `uv run kpi boards --exposures` from boards/*.yml; change those.\n"


def text(boards: list[Board]) -> str:
    """The YAML of the exposures."""
    lines = [HEAD + "exposures:"]
    for board in boards:
        lines += [
            f"  - name: board_{board.name}",
            f"    label: {board.title.en}",
            "    type: dashboard",
            "    maturity: medium",
            f'    description: "{board.question.en} {board.question.ru} Page {board.name}.html of `uv run kpi boards`."',
            "    owner: {name: KPI warehouse}",
            "    depends_on:",
            *(f"      - ref('{mart}')" for mart in board.marts),
        ]
    return "\n".join(lines) + "\n"


def write(file: Path = FILE, boards: Path = BOARDS) -> None:
    """Writes them. Raises BoardError for what is no board."""
    file.write_text(text(read(boards)), "utf-8")
    print(file.relative_to(PROJECT))

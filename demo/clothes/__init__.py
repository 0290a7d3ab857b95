"""The same company as other systems write it down: uv run python -m demo.generate --clothes amocrm --out FOLDER

A module here takes the place of layouts/bitrix24.py.  Its `wear(world)` takes out of the company what that system has no place for
at all, before the right answers are worked out; `member` gives the key that a member of a dimension has there; `tables` writes its
rows.  `<system>.yml` beside it says with which sources and variables the warehouse is built, and lists every answer that cannot
come out, with the reason.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from demo import answers, world, write
from demo.layouts import bitrix_shop, files, yandex_direct, yandex_metrica
from demo.planted import LEFT_OUT, PLANTED

FOLDER = Path(__file__).parent
SYSTEMS = sorted(path.stem for path in FOLDER.glob("*.yml"))
# ties between an order and the CRM of the same maker
OF_BITRIX24 = {("bitrix_shop", "crm_order_entity")}


def dress(system: str, out: Path, seed: int, size: float) -> None:
    """Write raw/ and answers/ of a company without oddities, its CRM being `system`."""
    clothes = import_module(f"demo.clothes.{system}")
    LEFT_OUT.clear()
    LEFT_OUT.update(PLANTED)
    company = world.build(seed, size)
    clothes.wear(company)
    for name, text in answers.expected_values(company, clothes.member).items():
        write.text(text, out / "answers" / name)
    frames = clothes.tables(company)
    for layout in (bitrix_shop, yandex_metrica, yandex_direct, files):
        for table, frame in layout.tables(company).items():
            if table not in OF_BITRIX24:
                frames.setdefault(table, frame)
    write.tables(frames, out / "raw", {}, {}, {})

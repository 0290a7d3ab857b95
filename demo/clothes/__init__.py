"""The same company as other systems write it down: uv run python -m demo.generate --clothes amocrm --out FOLDER

A module here takes the place of the modules of layouts/ that it names in `REPLACES`, and of the single tables that it names there.
Its `wear(world)` takes out of the company what that system has no place for at all, before the right answers are worked out; `member` gives the key that a member of a dimension has there; `tables` writes its
rows.  `<system>.yml` beside it says with which sources and variables the warehouse is built, and lists every answer that cannot
come out, with the reason.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from demo import answers, world, write
from demo.layouts import bitrix24, bitrix_shop, files, yandex_direct, yandex_metrica
from demo.planted import LEFT_OUT, PLANTED

FOLDER = Path(__file__).parent
SYSTEMS = sorted(path.stem for path in FOLDER.glob("*.yml"))
# of a CRM of another maker: the ties between an order and Bitrix24 are gone with it
ANOTHER_CRM = {"bitrix24", ("bitrix_shop", "crm_order_entity")}
LAYOUTS = {
    "bitrix24": bitrix24,
    "bitrix_shop": bitrix_shop,
    "yandex_metrica": yandex_metrica,
    "yandex_direct": yandex_direct,
    "files": files,
}


def dress(system: str, out: Path, seed: int, size: float) -> None:
    """Write raw/ and answers/ of a company without oddities that uses `system`."""
    clothes = import_module(f"demo.clothes.{system}")
    LEFT_OUT.clear()
    LEFT_OUT.update(PLANTED)
    company = world.build(seed, size)
    clothes.wear(company)
    for name, text in answers.expected_values(company, clothes.member).items():
        write.text(text, out / "answers" / name)
    frames = clothes.tables(company)
    for name in LAYOUTS.keys() - clothes.REPLACES:
        for table, frame in LAYOUTS[name].tables(company).items():
            if table not in clothes.REPLACES:
                frames.setdefault(table, frame)
    write.tables(frames, out / "raw", {}, {}, {})

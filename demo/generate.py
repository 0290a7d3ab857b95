"""Make the demo company's raw files and right answers:  uv run python -m demo.generate [--out demo] [--seed 20240701]"""

from __future__ import annotations

import argparse
from pathlib import Path

from demo import world, write
from demo.layouts import bitrix24, bitrix_shop, files, yandex_direct, yandex_metrica


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder that gets raw/ and answers/")
    parser.add_argument("--seed", type=int, default=20240701)
    args = parser.parse_args(argv)
    company = world.build(args.seed)
    frames = {}
    for layout in (bitrix24, bitrix_shop, yandex_metrica, yandex_direct, files):
        frames |= layout.tables(company)
    write.tables(frames, args.out / "raw")


if __name__ == "__main__":
    main()

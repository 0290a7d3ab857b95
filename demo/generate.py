"""Make the demo company's raw files and right answers: uv run python -m demo.generate [--out demo] [--seed 20240701]"""

from __future__ import annotations

import argparse
from pathlib import Path

from demo import answers, clock, clothes, defects, oddities, spellings, world, write
from demo.layouts import bitrix24, bitrix_shop, files, yandex_direct, yandex_metrica
from demo.people import Dice
from demo.planted import LEFT_OUT, PLANTED


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder that gets raw/ and answers/")
    parser.add_argument("--seed", type=int, default=20240701)
    parser.add_argument("--without", nargs="*", default=[], choices=sorted(PLANTED), help="oddities not to plant")
    parser.add_argument(
        "--clothes", choices=clothes.SYSTEMS, help="what a company without oddities uses in place of some systems"
    )
    parser.add_argument("--size", type=float, default=0.1, help="of the company in other clothes, beside this one")
    args = parser.parse_args(argv)
    if args.clothes:
        clothes.dress(args.clothes, args.out, args.seed, args.size)
        return
    LEFT_OUT.clear()
    LEFT_OUT.update(args.without)
    company = world.build(args.seed)
    report = defects.Report()
    oddities.in_world(args.seed, company, report)
    defects.extras(Dice(clock.stream(args.seed, "extras")), company, report)
    defects.chains(Dice(clock.stream(args.seed, "chains")), company, report)
    for name, text in answers.expected_values(company).items():
        write.text(text, args.out / "answers" / name)
    frames = {}
    for layout in (bitrix24, bitrix_shop, yandex_metrica, yandex_direct, files):
        frames |= layout.tables(company)
    oddities.in_rows(args.seed, frames, company, report)
    broken = defects.plant(Dice(clock.stream(args.seed, "defects")), frames, company, report)
    spellings.in_rows(args.seed, frames, company, report)
    bitrix24.add_apart(frames, company)
    files.add_apart(frames, company)
    below = broken | spellings.totals(frames, report)
    write.tables(frames, args.out / "raw", below, oddities.title_above_header(report), spellings.encodings(report))
    write.report(report, args.out / "answers" / "defects.json")


if __name__ == "__main__":
    main()

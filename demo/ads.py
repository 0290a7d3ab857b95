"""What the ads cost: a row a day and campaign, in step with the visits that they brought."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from demo import clock
from demo import company as co
from demo.web import Web


@dataclass
class Spend:
    """Cost in kopecks without VAT.  campaign_id None: the platform did not say which campaign."""

    platform: str
    day: dt.date
    campaign_id: int | None
    network: str
    impressions: int
    clicks: int
    cost: int
    conversions: int | None


def simulate(rng: np.random.Generator, web: Web) -> list[Spend]:
    days = clock.local_day(web.start) - clock.local_day(clock.START)
    campaign = np.array([int(o.utm_campaign) if o.traffic == "ad" else 0 for o in web.origins])[web.origin]
    rows: list[Spend] = []
    for platform, campaigns in (
        ("yandex_direct", [(c[0], c[3], c[5]) for c in co.DIRECT_CAMPAIGNS]),
        ("vk", [(c[0], ("",), c[3]) for c in co.VK_CAMPAIGNS]),
    ):
        for number, networks, price in campaigns:
            visits = np.bincount(days[campaign == number], minlength=len(clock.DAYS))
            clicks = visits + rng.poisson(0.4 + visits * 0.06)
            for k, day in enumerate(clock.DAYS):
                if number == 708888806 and day < dt.date(2025, 2, 1):
                    clicks[k] = visits[k]  # the campaign grew out of a test: few clicks then
                left = int(clicks[k])
                for j, network in enumerate(networks):
                    part = left if j == len(networks) - 1 else int(rng.binomial(left, 0.6))
                    left -= part
                    if part == 0 and rng.random() < 0.5:
                        continue
                    cost = int(part * price * 100 * rng.uniform(0.8, 1.2) * (1 + 0.1 * k / 365))
                    rate = 0.06 if network == "SEARCH" else 0.007
                    conversions = int(rng.binomial(part, 0.05)) if part else None
                    rows.append(
                        Spend(
                            platform,
                            day,
                            number,
                            network,
                            part + int(rng.poisson(part / rate + 5)),
                            part,
                            cost,
                            conversions,
                        )
                    )
        for k in range(5, len(clock.DAYS), 61):  # corrections and fees that belong to no campaign
            rows.append(
                Spend(
                    platform,
                    clock.DAYS[k],
                    None,
                    "SEARCH" if platform == "yandex_direct" else "",
                    0,
                    0,
                    int(rng.integers(90000, 600000)),
                    None,
                )
            )
    rows.sort(key=lambda r: (r.platform, r.day, r.campaign_id or 0, r.network))
    return rows

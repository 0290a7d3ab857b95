"""Yandex Direct's campaign report: the series without VAT, and for a while the one with VAT beside it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from demo import clock
from demo import company as co
from demo.ads import Spend

LOGIN = "coffee-demo-direct"
WITH_VAT_TOO = (dt.date(2025, 3, 1), dt.date(2025, 4, 30))


def performance(spend: list[Spend]) -> pd.DataFrame:
    names = {c[0]: (c[1], c[2]) for c in co.DIRECT_CAMPAIGNS}
    rows = []
    for s in spend:
        if s.platform != "yandex_direct":
            continue
        name, kind = names.get(s.campaign_id, ("--", "--"))
        series = [("NO", s.cost)]
        if WITH_VAT_TOO[0] <= s.day <= WITH_VAT_TOO[1]:
            series.append(("YES", s.cost * 120 // 100))
        for vat, cost in series:
            rows.append(
                {
                    "Date": s.day.isoformat(),
                    "CampaignId": str(s.campaign_id or "--"),
                    "CampaignName": name,
                    "CampaignType": kind,
                    "AdNetworkType": s.network,
                    "Impressions": str(s.impressions),
                    "Clicks": str(s.clicks),
                    "Cost": f"{cost // 100}.{cost % 100:02d}",
                    "Conversions": "--" if s.conversions is None else str(s.conversions),
                    "ClientLogin": LOGIN,
                    "Currency": "RUB",
                    "IncludeVAT": vat,
                    "_load": int(clock.night_after(clock.day_start(s.day))),
                }
            )
    return pd.DataFrame(rows)


def tables(world) -> dict[tuple[str, str], pd.DataFrame]:
    return {("yandex_direct", "campaign_performance"): performance(world.spend)}

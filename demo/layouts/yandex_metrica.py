"""The web counter's Logs API: visits, hits, goals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from demo import clock
from demo import company as co
from demo.channels import Origin
from demo.web import Web

HITS_KNOW_THE_VISIT_FROM = clock.instant("2025-10-10")


def _list(items, quoted: bool) -> str:
    return "[" + ",".join(f"'{i}'" if quoted else str(i) for i in items) + "]"


def visit_ids(web: Web) -> np.ndarray:
    """Visit numbers are unique within one calendar year only: they start again each January."""
    year = ((web.start + clock.MSK).astype("datetime64[s]").astype("datetime64[Y]")).astype(int)
    first = np.searchsorted(year, year)
    return 4_810_000_000_000_000_000 + (np.arange(len(year)) - first) * 31


def hit_ids(web: Web) -> np.ndarray:
    return 8_200_000_000_000_000_000 + np.arange(len(web.hit_time)) * 17


def start_urls_of(o: Origin) -> list[str]:
    """The address with which a visit of this origin begins, for each page that visits begin on."""
    query = f"?utm_source={o.utm_source}&utm_medium={o.utm_medium}" + (
        (f"&utm_campaign={o.utm_campaign}" if o.utm_campaign else "")
        + (f"&utm_content={o.utm_content}" if o.utm_content else "")
    )
    return [co.SITE + page + (query if o.utm_source else "") for page in co.LANDINGS]


def start_urls(web: Web) -> np.ndarray:
    return np.array([start_urls_of(o) for o in web.origins])[web.recorded, web.landing]


def visits(web: Web) -> pd.DataFrame:
    n = len(web.start)

    def take(values: list[str]) -> np.ndarray:
        return np.array(values)[web.recorded]

    ids = hit_ids(web).astype(str)
    ends = np.cumsum(web.views)
    empty = {
        name: ["[]"] * n
        for name in (
            "goalsID",
            "goalsDateTime",
            "purchaseID",
            "purchaseDateTime",
            "purchaseRevenue",
            "purchaseCurrency",
            "productEventType",
            "productEventTime",
            "productID",
            "productCategory",
            "productPrice",
            "productQuantity",
            "productCurrency",
        )
    }
    for k, reached in web.goals.items():
        empty["goalsID"][k] = _list([g for g, _ in reached], False)
        empty["goalsDateTime"][k] = _list([clock.wall_one(t) for _, t in reached], True)
    for k, orders in web.purchases.items():
        empty["purchaseID"][k] = _list([o.order_id for o in orders], True)
        empty["purchaseDateTime"][k] = _list([clock.wall_one(o.created) for o in orders], True)
        empty["purchaseRevenue"][k] = _list([f"{o.amount / 100:.2f}" for o in orders], False)
        empty["purchaseCurrency"][k] = _list([o.currency for o in orders], True)
    for k, events in web.products.items():
        empty["productEventType"][k] = _list([e[0] for e in events], True)
        empty["productEventTime"][k] = _list([clock.wall_one(e[1]) for e in events], True)
        empty["productID"][k] = _list([e[2] for e in events], True)
        empty["productCategory"][k] = _list([co.GROUP_OF[e[2]] for e in events], True)
        empty["productQuantity"][k] = _list([e[3] for e in events], False)
        empty["productPrice"][k] = _list([e[4] // 100 for e in events], False)
        empty["productCurrency"][k] = _list([e[5] for e in events], True)
    columns = {
        "ym:s:visitID": visit_ids(web).astype(str),
        "ym:s:counterID": np.full(n, str(co.COUNTER)),
        "ym:s:watchIDs": [_list(ids[a:b], False) for a, b in zip(ends - web.views, ends, strict=True)],
        "ym:s:date": clock.wall_day(web.start),
        "ym:s:dateTime": clock.wall(web.start),
        "ym:s:isNewUser": web.is_new.astype(str),
        "ym:s:startURL": start_urls(web),
        "ym:s:pageViews": web.views.astype(str),
        "ym:s:visitDuration": web.duration.astype(str),
        "ym:s:bounce": web.bounce.astype(int).astype(str),
        "ym:s:regionCountry": np.full(n, "RU"),
        "ym:s:regionCity": np.array(co.CITIES)[web.city],
        "ym:s:clientID": web.client.astype(str),
        "ym:s:lastTrafficSource": take([o.traffic for o in web.origins]),
        "ym:s:lastUTMSource": take([o.utm_source or "" for o in web.origins]),
        "ym:s:lastUTMMedium": take([o.utm_medium or "" for o in web.origins]),
        "ym:s:lastUTMCampaign": take([o.utm_campaign or "" for o in web.origins]),
        "ym:s:lastUTMContent": take([o.utm_content or "" for o in web.origins]),
        "ym:s:lastUTMTerm": take([o.utm_term or "" for o in web.origins]),
        "ym:s:referer": take([o.referer for o in web.origins]),
        "ym:s:deviceCategory": web.device.astype(str),
        **{f"ym:s:{name}": values for name, values in empty.items()},
        "_load": clock.night_after(web.start),
    }
    return pd.DataFrame(columns)


def hits(web: Web) -> pd.DataFrame:
    session = web.hit_session
    first = np.append(True, session[1:] != session[:-1])
    url = np.where(first, start_urls(web)[session], np.array([co.SITE + p for p in co.PAGES])[web.hit_page])
    known = web.start[session] >= HITS_KNOW_THE_VISIT_FROM
    return pd.DataFrame(
        {
            "ym:pv:watchID": hit_ids(web).astype(str),
            "ym:pv:visitID": np.where(known, visit_ids(web)[session].astype(str), ""),
            "ym:pv:clientID": web.client[session].astype(str),
            "ym:pv:date": clock.wall_day(web.hit_time),
            "ym:pv:dateTime": clock.wall(web.hit_time),
            "ym:pv:URL": url,
            "ym:pv:isPageView": np.full(len(session), "1"),
            "_load": clock.night_after(web.start[session]),
        }
    )


def tables(world) -> dict[tuple[str, str], pd.DataFrame]:
    first = int(clock.night_after(clock.START - 3 * clock.DAY))
    goals = pd.DataFrame([{"id": str(i), "name": name, "_load": first} for i, name in co.GOALS])
    return {
        ("yandex_metrica", "visits"): visits(world.web),
        ("yandex_metrica", "hits"): hits(world.web),
        ("yandex_metrica", "goals"): goals,
    }

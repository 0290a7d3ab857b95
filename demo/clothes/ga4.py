"""The site in Google Analytics 4, the ads in Google Ads and VK Ads; the CRM stays Bitrix24.

What the company bought from Yandex Direct it buys from Google Ads.  GA4 knows no visits from social networks: they are referrals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from demo import channels, clock, tally
from demo import company as co
from demo.clothes.by_files import as_text
from demo.layouts import files, yandex_metrica
from demo.layouts.bitrix24 import FIRST_LOAD, money
from demo.web import CALL_ORDERED, LEAD_FORM, Web
from demo.world import World

REPLACES = {"yandex_metrica", "yandex_direct", ("files", "ad_spend")}
PROPERTY, GOOGLE_ACCOUNT, VK_ACCOUNT = 300123456, "1234567890", "77120"
GOALS = {LEAD_FORM: "generate_lead", CALL_ORDERED: "call_ordered"}
PRODUCT_EVENTS = {"detail": "view_item", "add": "add_to_cart", "remove": "remove_from_cart"}
NETWORKS = {"SEARCH": "SEARCH", "AD_NETWORK": "CONTENT"}
DEVICES = ["desktop", "mobile", "tablet", "smart tv"]
LAST_CLICK_DAYS = 90
OTHER_NAMES = {
    ("campaign", "yandex_direct"): "google_ads",
    ("campaign", "vk"): "vk_ads",
    ("channel", "yandex_direct"): "google_ads",
    ("source_system", "yandex_direct"): "google_ads",
    ("source_system", "vk"): "vk_ads",
    ("source_system", "yandex_metrica"): "ga4",
    **{("goal", name): GOALS[number] for number, name in co.GOALS if number in GOALS},
}


def wear(world: World) -> None:
    """Google's marks for Yandex's, referrals for visits from social networks, and no cost that belongs to no campaign."""
    worn = {o: replace(o, utm_source="google", referer="https://google.com/") for o in channels.YANDEX}
    worn[channels.SOCIAL] = replace(channels.SOCIAL, channel="referral", traffic="referral")
    for record in [*world.orders, *world.crm.leads, *world.crm.deals]:
        record.origin = worn.get(record.origin, record.origin)
    world.web.origins = [worn.get(o, o) for o in world.web.origins]
    world.spend = [s for s in world.spend if s.campaign_id]


def member(dimension: str, key: str) -> str:
    """The key of a member of a dimension."""
    first, *rest = key.split(":", 1)
    if named := OTHER_NAMES.get((dimension, first)):
        return ":".join([named, *rest])
    return tally.with_system(dimension, key)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _source(origin: channels.Origin) -> dict[str, str]:
    """Source, medium and campaign as GA4 tells them; nothing for a direct visit."""
    if origin.utm_source:
        told = {"source": origin.utm_source, "medium": origin.utm_medium, "campaign_name": origin.utm_campaign}
    elif origin.traffic == "direct":
        told = {}
    else:
        told = {"source": origin.referer.split("/")[2].removesuffix(".ru"), "medium": origin.traffic}
    return {name: value for name, value in told.items() if value}


def _clicks(web: Web) -> list[dict]:
    """The last click of each visit that was not direct: the visit's own, or one of the browser's before it."""
    last: dict[int, tuple[int, dict]] = {}
    clicks = []
    for start, client, origin in zip(web.start.tolist(), web.client.tolist(), web.recorded.tolist(), strict=True):
        source = _source(web.origins[origin])
        if source:
            last[client] = (start, source)
        at, known = last.get(client, (0, {}))
        clicks.append(known if start - at <= LAST_CLICK_DAYS * clock.DAY else {})
    return clicks


def _visit(web: Web, k: int, first_hit: int) -> Iterator[tuple[int, str, dict, dict, list]]:
    """The events of a visit: when, name, parameters, order, products."""
    start = int(web.start[k])
    hits = range(first_hit, first_hit + int(web.views[k]))
    landing = yandex_metrica.start_urls_of(web.origins[web.recorded[k]])[web.landing[k]]
    urls = [landing] + [co.SITE + co.PAGES[web.hit_page[hit]] for hit in hits[1:]]
    came_from = {"page_referrer": web.origins[web.recorded[k]].referer}
    yield start, "session_start", {"page_location": landing, "session_engaged": "0", **came_from}, {}, []
    for hit, url in zip(hits, urls, strict=True):
        yield int(web.hit_time[hit]), "page_view", {"page_location": url}, {}, []
    for goal, at in web.goals.get(k, []):
        if goal in GOALS:
            yield at, GOALS[goal], {}, {}, []
    products = web.products.get(k, [])
    for event, at, product, quantity, price, currency in products:
        if event in PRODUCT_EVENTS:
            yield at, PRODUCT_EVENTS[event], {"currency": currency}, {}, [_item(product, quantity, price)]
    for order in web.purchases.get(k, []):
        bought = [_item(*told) for event, _, *told, _ in products if event == "purchase"]
        told = {"transaction_id": str(order.order_id), "purchase_revenue": order.amount / 100}
        yield order.created, "purchase", {"currency": order.currency}, told, bought
    engaged = {"session_engaged": "0" if web.bounce[k] else "1"}
    yield start + int(web.duration[k]), "user_engagement", engaged, {}, []


def _item(product: int, quantity: int, price: int) -> dict:
    group = co.GROUP_OF[product]
    return {"item_id": str(product), "item_category": group, "quantity": quantity, "price": price / 100}


def events(web: Web) -> pd.DataFrame:
    """The export of each day: a table holds the events of its day alone."""
    rows, clicks, first_hits = [], _clicks(web), np.cumsum(web.views) - web.views
    for k in range(len(web.start)):
        own = _source(web.origins[web.recorded[k]])
        session = {"key": "ga_session_id", "value": {"int_value": int(web.start[k])}}
        for index, (at, name, params, order, items) in enumerate(_visit(web, k, int(first_hits[k]))):
            day = clock.day_of(at)
            told = [{"key": key, "value": {"string_value": value}} for key, value in params.items() if value]
            rows.append(
                {
                    "event_date": f"{day:%Y%m%d}",
                    "event_timestamp": at * 1_000_000 + index,
                    "event_name": name,
                    "event_params": _json([session, *told]),
                    "event_bundle_sequence_id": k,
                    "batch_event_index": index + 1,
                    "user_pseudo_id": int(web.client[k]),
                    "device": _json({"category": DEVICES[web.device[k] - 1]}),
                    "geo": _json({"country": "Russia", "city": co.CITIES[web.city[k]]}),
                    "collected_traffic_source": _json({f"manual_{part}": value for part, value in own.items()})
                    if own and index == 0
                    else "",
                    "session_traffic_source_last_click": _json({"manual_campaign": clicks[k]}) if clicks[k] else "",
                    "ecommerce": _json(order) if order else "",
                    "items": _json(items) if items else "",
                    "_load": int(clock.night_after(clock.day_start(day))),
                    "_file": f"analytics_{PROPERTY}/{day:%Y}",
                }
            )
    return as_text(rows)


def ads(world: World) -> dict[tuple[str, str], pd.DataFrame]:
    """Reports of Google Ads in millionths, and of VK Ads as its answers nest them."""
    google, vk = [], []
    for s in world.spend:
        load = int(clock.night_after(clock.day_start(s.day)))
        told = {"date": s.day, "clicks": s.clicks, "_load": load}
        if s.platform == "yandex_direct":
            row = {"customer_id": GOOGLE_ACCOUNT, "campaign_id": s.campaign_id, "cost_micros": s.cost * 10_000}
            row |= {"ad_network_type": NETWORKS[s.network], "impressions": s.impressions, "conversions": s.conversions}
            google.append(row | told)
        else:
            base = {"shows": s.impressions, "clicks": s.clicks, "spent": money(s.cost), "goals": s.conversions or 0}
            vk.append(
                {"id": s.campaign_id, "date": s.day, "account_id": VK_ACCOUNT, "base": _json(base), "_load": load}
            )
    names = [{"id": c[0], "name": c[1], "_load": FIRST_LOAD} for c in co.DIRECT_CAMPAIGNS]
    account = {"id": GOOGLE_ACCOUNT, "currency_code": "RUB", "time_zone": "Europe/Moscow", "_load": FIRST_LOAD}
    return {
        ("google_ads", "campaign_stats"): as_text(google),
        ("google_ads", "campaign_history"): as_text([row | {"customer_id": GOOGLE_ACCOUNT} for row in names]),
        ("google_ads", "account_history"): as_text([account]),
        ("vk_ads", "ad_plan_statistics"): as_text(vk),
        ("vk_ads", "ad_plans"): as_text([{"id": c[0], "name": c[1], "_load": FIRST_LOAD} for c in co.VK_CAMPAIGNS]),
    }


def tables(world: World) -> dict[tuple[str, str], pd.DataFrame]:
    """Files that name a channel name Google Ads."""
    own = files.tables(world)
    renamed = {
        ("files", name): own["files", name].replace("yandex_direct", "google_ads") for name in ("expenses", "targets")
    }
    return {("ga4", "events"): events(world.web), **ads(world), **renamed}

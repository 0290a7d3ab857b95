"""One key for two things: campaigns of two platforms, a mailing and an ad, expenses of two channels, visits of nobody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import numpy as np

from demo import channels, clock
from demo import company as co
from demo.channels import Origin
from demo.defects import Report
from demo.people import Dice
from demo.world import World


def _bring(world: World, old: Origin, new: Origin, since: int) -> None:
    """Whoever came by an origin since some moment came by another one."""
    web = world.web
    if old in web.origins:
        k, n = web.origins.index(old), len(web.origins)
        web.origins.append(new)
        for column in (web.origin, web.recorded):
            column[(column == k) & (web.start >= since)] = n
    for record in [*world.crm.leads, *world.crm.deals, *world.orders]:
        if record.origin == old and record.created >= since:
            record.origin = new


def one_id_two_platforms(dice: Dice, world: World, report: Report) -> None:
    """A campaign of VK with the number of one of Yandex Direct.

    100 roubles of the one and 50 of the other are two campaigns, 100 and 50, and never one of 150.
    """
    old, new = channels.VK[3], co.DIRECT_CAMPAIGNS[0][0]
    since = dt.date(2025, 10, 1)
    world.campaign_names[new] = "Аренда машин | осень"
    rows = [s for s in world.spend if s.platform == "vk" and s.campaign_id == int(old.utm_campaign) and s.day >= since]
    for s in rows:
        s.campaign_id = new
    _bring(world, old, replace(old, utm_campaign=str(new)), clock.day_start(since))
    report.note(
        "one_id_two_platforms",
        f"campaign {new} of VK since {since} and campaign {new} of Yandex Direct: two campaigns, each with its own cost and return",
        "files.ad_spend",
        [s.day for s in rows],
    )


def mailing_with_an_ad_id(dice: Dice, world: World, report: Report) -> None:
    """A mailing with the number of an ad campaign: who came by the letter did not come by the ad."""
    number, name = str(co.DIRECT_CAMPAIGNS[1][0]), channels.MAIL_CAMPAIGNS[40]
    for row in [*world.files["email_campaigns"], *world.files["email_events"]]:
        if row["campaign_id"] == name:
            row["campaign_id"] = number
    letter = Origin("email", "email", "newsletter", "email", name, "WEBFORM", "")
    _bring(world, letter, replace(letter, utm_campaign=number), 0)
    report.note(
        "mailing_with_an_ad_id",
        f"the mailing {number} is email:{number}, the campaign of Yandex Direct yandex_direct:{number}",
        "files.email_campaigns",
        [number],
    )


def category_in_two_channels(dice: Dice, world: World, report: Report) -> None:
    """Expenses of one month and category in two channels: 310 and 620 are 930 in all, and each channel has its own."""
    ids = []
    for month in [d for d in clock.DAYS if d.day == 1 and d >= dt.date(2025, 12, 1)]:
        ids.append(f"{month} Рекламные материалы")
        for channel, roubles in (("vk_ads", 310), ("yandex_direct", 620)):
            world.files["expenses"].append(
                {
                    "month": month,
                    "category": "Рекламные материалы",
                    "kind": "direct_acquisition",
                    "team": None,
                    "channel": channel,
                    "amount_minor": roubles * 100,
                    "currency": "RUB",
                }
            )
    report.note(
        "category_in_two_channels",
        "310 for vk_ads and 620 for yandex_direct: 930 a month, each channel its own",
        "files.expenses",
        ids,
    )


def visits_of_nobody(dice: Dice, world: World, report: Report) -> None:
    """The counter knew no browser and wrote 0: two such visits are two visits and no visitor; a cart in one is the visit's own."""
    web = world.web
    times = Counter(web.client.tolist())
    named = {
        x.client_id for x in [*world.parties, *world.crm.leads, *world.crm.deals, *world.orders] if x.client_id
    } | {p.second_client_id for p in world.parties if p.second_client_id}
    alone = [
        k
        for k, client in enumerate(web.client.tolist())
        if times[client] == 1 and client not in named and k not in web.goals and k not in web.purchases
    ]
    carts = [k for k in alone if any(e[0] == "add" for e in web.products.get(k, ()))]
    chosen = sorted({*carts[::40], *alone[:: len(alone) // 200]})
    web.client[np.array(chosen)] = 0
    report.note(
        "visits_of_nobody",
        "clientID 0: a visit, and no visitor",
        "yandex_metrica.visits",
        [clock.wall_one(int(web.start[k])) for k in chosen],
    )

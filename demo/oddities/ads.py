"""The ads of Yandex Direct told apart: for a while its links name the ad and the keyword."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from demo import channels, clock
from demo import company as co
from demo.defects import Report
from demo.oddities.world import UNMARKED_CAMPAIGN
from demo.people import Dice
from demo.world import World

FROM, UNTIL = dt.date(2026, 4, 1), dt.date(2026, 6, 28)
WHOLE = {"708888804", UNMARKED_CAMPAIGN}  # smart banners have no ads to tell, and links without marks tell none
GROUPS = (  # the keywords of each group of ads
    ("кофемашина для офиса", "кофе в зёрнах оптом"),
    ("купить кофемашину", "---autotargeting"),
)


@dataclass(frozen=True)
class Ad:
    """An ad with a keyword that it is shown by."""

    ad: int
    keyword: str


def ads_of(campaign: int) -> list[Ad]:
    """Two groups of two ads, each shown by two keywords."""
    n = [c[0] for c in co.DIRECT_CAMPAIGNS].index(campaign) + 1
    return [
        Ad(1_780_000_000 + 100 * n + 10 * g + a, word)
        for g, words in enumerate(GROUPS, 1)
        for a in (1, 2)
        for word in words
    ]


def ads_told_apart(dice: Dice, world: World, report: Report) -> None:
    """Visits, leads and deals of each ad; every eleventh link was cut short and tells none."""
    rng, web = dice.rng, world.web
    since, until = clock.day_start(FROM), clock.day_start(UNTIL) + clock.DAY
    origins = {origin: k for k, origin in enumerate(web.origins)}

    def marked(origin: channels.Origin) -> channels.Origin:
        if rng.random() < 1 / 11:
            return origin
        chosen = ads_of(int(origin.utm_campaign))
        ad = chosen[int(rng.integers(len(chosen)) * rng.random())]  # the first ones are shown more
        return replace(origin, utm_content=str(ad.ad), utm_term=ad.keyword)

    def is_told(origin: channels.Origin | None, t: int) -> bool:
        return bool(
            origin and origin.channel == "yandex_direct" and origin.utm_campaign and origin.utm_campaign not in WHOLE
        ) and (since <= t < until)

    leads = {(x.client_id, x.created - 2): x for x in world.crm.leads if x.client_id}
    done: set[int] = set()
    latest: dict[int, int] = {}
    for k, (t, client) in enumerate(zip(web.start.tolist(), web.client.tolist(), strict=True)):
        if web.origin[k] != web.recorded[k]:  # back from the bank's page: the visit before goes on
            web.origin[k] = latest.get(client, web.origin[k])
            continue
        origin = web.origins[web.origin[k]]
        if is_told(origin, t):
            new = marked(origin)
            if new not in origins:
                origins[new] = len(web.origins)
                web.origins.append(new)
            web.origin[k] = web.recorded[k] = origins[new]
            made = [leads.get((client, at)) for _, at in web.goals.get(k, ())]
            for record in [x for x in made if x] + web.purchases.get(k, []):
                if record.origin == origin:
                    record.origin = new
                    done.add(id(record))
        latest[client] = int(web.origin[k])
    for record in [*world.crm.leads, *world.crm.deals]:
        if id(record) not in done and is_told(record.origin, record.created):
            record.origin = marked(record.origin)
    report.note(
        "ads_told_apart",
        f"ads and keywords of Yandex Direct from {FROM} to {UNTIL}: in utm_content and in utm_term, for its report is by campaign",
        "yandex_metrica.visits",
        sorted({str(c[0]) for c in co.DIRECT_CAMPAIGNS} - WHOLE),
    )

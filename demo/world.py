"""The clean company: everything that happened in two years, before any system wrote it down."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo import ads, backoffice, clock, shop, web
from demo.crm import Crm
from demo.people import Dice, Party, Registry
from demo.rates import Rates


@dataclass
class World:
    rates: Rates
    parties: list[Party]
    orders: list[shop.Order]
    crm: Crm
    web: web.Web
    spend: list[ads.Spend]
    files: dict[str, list[dict]]
    contact_of_deal: dict[int, int] = field(default_factory=dict)  # deals that stand on a further card of the same person


def build(seed: int) -> World:
    """Simulate the company.  The same seed gives the same company, whatever the day."""

    def dice(name: str) -> Dice:
        return Dice(clock.stream(seed, name))

    rates = Rates(clock.stream(seed, "rates"))
    registry = Registry(dice("people"))
    orders = shop.simulate(dice("shop"), registry)
    crm = Crm(dice("crm"), registry, orders, rates)
    site = web.simulate(dice("web"), registry, orders, crm)
    spend = ads.simulate(clock.stream(seed, "ads"), site)
    contracts, schedule = backoffice.contracts(dice("contracts"), crm)
    campaigns, letters = backoffice.letters(dice("letters"), registry.parties)
    plan = backoffice.targets(dice("targets"))
    stock, usage = backoffice.materials(dice("materials"), crm)
    sprints, tasks, changes = backoffice.delivery(dice("delivery"))
    files = {
        "contracts": contracts, "contract_schedule": schedule, "email_campaigns": campaigns, "email_events": letters, "targets": plan,
        "expenses": backoffice.expenses(dice("expenses")), "competitor_prices": backoffice.competitor_prices(dice("competitors")),
        "objections": backoffice.objections(dice("objections"), crm), "survey_responses": backoffice.surveys(dice("surveys"), crm, orders),
        "reviews": backoffice.reviews(dice("reviews"), orders), "forecasts": backoffice.forecasts(dice("forecasts"), plan),
        "time_entries": backoffice.time_entries(dice("time")), "tool_usage": backoffice.tool_usage(dice("tools")), "materials": stock,
        "material_usage": usage, "tasks": tasks, "task_status_changes": changes, "sprints": sprints,
        "pipeline_runs": backoffice.pipeline_runs(dice("runs")),
    }
    return World(rates, registry.parties, orders, crm, site, spend, files)

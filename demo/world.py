"""The clean company: everything that happened in two and a half years, before any system wrote it down."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo import ads, backoffice, clock, shop, web
from demo.crm import Crm, Deal, Lead, Step
from demo.invoices import Books
from demo.people import Dice, Party, Registry
from demo.rates import Rates


@dataclass
class Extra:
    """Records that the systems hold but that are not part of the company's figures."""

    test_leads: list[Lead] = field(default_factory=list)
    test_deals: list[Deal] = field(default_factory=list)
    deleted_leads: list[Lead] = field(default_factory=list)
    deleted_deals: list[Deal] = field(default_factory=list)
    deleted_orders: list[shop.Order] = field(default_factory=list)
    unreadable_deals: list[Deal] = field(default_factory=list)
    unreadable_orders: list[shop.Order] = field(default_factory=list)
    future_leads: list[Lead] = field(default_factory=list)  # not loaded yet on the as-of day
    future_orders: list[shop.Order] = field(default_factory=list)
    late_leads: dict[int, int] = field(default_factory=dict)  # id -> load stamp of leads that arrived days late
    late_orders: dict[int, int] = field(default_factory=dict)
    overwritten: list[shop.Order] = field(
        default_factory=list
    )  # bookkept, until their number was given to another order

    @property
    def leads(self) -> list[Lead]:
        return self.test_leads + self.deleted_leads + self.future_leads

    @property
    def deals(self) -> list[Deal]:
        return self.test_deals + self.deleted_deals + self.unreadable_deals

    @property
    def orders(self) -> list[shop.Order]:
        return self.deleted_orders + self.unreadable_orders + self.future_orders


@dataclass
class World:
    rates: Rates
    parties: list[Party]
    orders: list[shop.Order]
    crm: Crm
    web: web.Web
    spend: list[ads.Spend]
    files: dict[str, list[dict]]
    contact_of_deal: dict[int, int] = field(
        default_factory=dict
    )  # deals that stand on a further card of the same person
    extra: Extra = field(default_factory=Extra)
    wholesale: list[shop.Order] = field(
        default_factory=list
    )  # orders of the wholesale department, which no system but its bookkeeping knows
    given_back: list[shop.GivenBack] = field(default_factory=list)
    campaign_names: dict[int, str] = field(default_factory=dict)  # of VK's, beside those of company.VK_CAMPAIGNS
    steps: list[Step] = field(default_factory=list)  # planned for deals, beside the CRM's other activities
    books: Books = field(default_factory=Books)


def build(seed: int, size: float = 1.0) -> World:
    """Simulate the company.  The same seed gives the same company, whatever the day.

    size: 0.1 has a tenth of its customers, leads, orders and visits, and all of its people, stages and products.
    """

    def dice(name: str) -> Dice:
        return Dice(clock.stream(seed, name))

    rates = Rates(clock.stream(seed, "rates"))
    registry = Registry(dice("people"))
    orders = shop.simulate(dice("shop"), registry, int(2650 * size))
    crm = Crm(dice("crm"), registry, orders, rates, size)
    site = web.simulate(dice("web"), dice("bank_returns"), registry, orders, crm, int(165_000 * size))
    spend = ads.simulate(clock.stream(seed, "ads"), site)
    contracts, schedule = backoffice.contracts(dice("contracts"), crm)
    campaigns, letters = backoffice.letters(dice("letters"), registry.parties)
    won = backoffice.won_by_month(crm, rates)
    plan = backoffice.targets(dice("targets"), won, orders, rates)
    plan += backoffice.budgets(dice("budgets"), spend)
    stock, usage = backoffice.materials(dice("materials"), crm)
    sprints, tasks, changes = backoffice.delivery(dice("delivery"))
    files = {
        "contracts": contracts,
        "contract_schedule": schedule,
        "email_campaigns": campaigns,
        "email_events": letters,
        "targets": plan,
        "expenses": backoffice.expenses(dice("expenses")),
        "competitor_prices": backoffice.competitor_prices(dice("competitors")),
        "objections": backoffice.objections(dice("objections"), crm),
        "survey_responses": backoffice.surveys(dice("surveys"), crm, orders),
        "reviews": backoffice.reviews(dice("reviews"), orders),
        "forecasts": backoffice.forecasts(dice("forecasts"), plan, won),
        "time_entries": backoffice.time_entries(dice("time")),
        "tool_usage": backoffice.tool_usage(dice("tools")),
        "materials": stock,
        "material_usage": usage,
        "tasks": tasks,
        "task_status_changes": changes,
        "sprints": sprints,
        "pipeline_runs": backoffice.pipeline_runs(dice("runs")),
    }
    return World(rates, registry.parties, orders, crm, site, spend, files)

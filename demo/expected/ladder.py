"""What each ad, keyword and landing page cost and brought, by quarter: the answers of the mart ad_performance."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from decimal import Decimal

from demo import clock
from demo.expected.facts import NO_AD, PLATFORM_CHANNEL, Facts, ad_told
from demo.expected.marketing import Visits
from demo.tally import period_start, with_system

Told = tuple[str, str, str, str]  # ad group, ad, keyword, landing page
KEY = ("quarter", "channel", "campaign", "ad_group", "ad", "keyword", "landing_page")
COUNTS = ("ad_impressions", "ad_clicks", "visits", "leads", "deals_attributed", "orders_attributed", "new_customers")
MEASURES = ("ad_spend", "revenue_attributed", "new_customer_revenue", *COUNTS)


class AdSheet:
    """Sums by quarter and member; a cost that was told for a campaign alone is of no ad, and all costs are of no page."""

    def __init__(self, f: Facts):
        self.cells: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(MEASURES, Decimal(0)))
        self._costs(f)
        visits = Visits(f)
        web, pages = f.world.web, visits.dims["landing_page"].tolist()
        came = zip(visits.days.astype(object).tolist(), visits.dims["channel"], visits.dims["campaign"], strict=True)
        for k, (day, channel, campaign) in enumerate(came):
            self._add(day, channel, campaign, ad_told(web.origins[web.origin[k]], pages[k]), {"visits": 1})
        for lead in f.leads:
            dims = f.lead_dims(lead)
            told = f.told_by(lead)
            self._add(clock.day_of(lead.created), dims["channel"], dims.get("campaign"), told, {"leads": 1})
        self._sales(f)

    def _add(
        self, day: dt.date, channel: str, campaign: str | None, told: Told, figures: dict[str, Decimal | int]
    ) -> None:
        campaign = with_system("campaign", campaign or "(none)")
        cell = self.cells[period_start(day, "quarter"), channel, campaign, *told]
        for name, figure in figures.items():
            cell[name] += figure

    def _costs(self, f: Facts) -> None:
        for s in f.world.spend:
            campaign = f"{s.platform}:{s.campaign_id}" if s.campaign_id else "(unallocated)"
            figures = {"ad_spend": Decimal(s.cost) / 100, "ad_impressions": s.impressions, "ad_clicks": s.clicks}
            self._add(s.day, PLATFORM_CHANNEL[s.platform], campaign, NO_AD, figures)

    def _sales(self, f: Facts) -> None:
        firsts = {s.key for s in f.first_sale.values()}
        for s in f.sales:
            kind = {f"{s.kind}s_attributed": 1, "new_customers": int(s.key in firsts)}
            money = {"revenue_attributed": s.amount, "new_customer_revenue": s.amount if s.key in firsts else 0}
            self._add(s.day, *f.attributed_ads[s.key], {**kind, **money})
        for r in f.refunds:
            by = f.attributed_ads[r.sale.key] if r.sale else ("(none)", None, NO_AD)
            first = -r.amount if r.sale and r.sale.key in firsts else 0
            self._add(r.day, *by, {"revenue_attributed": -r.amount, "new_customer_revenue": first})

    def text(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((*KEY, *MEASURES))
        for key in sorted(self.cells):
            figures = [f"{figure:.2f}".removesuffix(".00") for figure in self.cells[key].values()]
            writer.writerow((key[0].isoformat(), *key[1:], *figures))
        return out.getvalue()


class BudgetSheet:
    """Budget of ads and what was spent of it, by month and channel."""

    def __init__(self, f: Facts):
        plans = [r for r in f.world.files["targets"] if r["kpi_id"] == "ad_spend"]
        self.budgets = {(r["period_start"], r["channel"]): Decimal(r["value"]) for r in plans}
        self.spent: dict[tuple[dt.date, str], Decimal] = defaultdict(Decimal)
        for day, dims, cost, _ in f.ad_costs:
            self.spent[day.replace(day=1), dims["channel"]] += cost

    def text(self) -> str:
        lines = [f"{m},{channel},{budget},{self.spent[m, channel]}" for (m, channel), budget in self.budgets.items()]
        return "\n".join(["month,channel,budget,spent", *lines]) + "\n"

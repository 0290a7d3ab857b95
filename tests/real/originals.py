"""Where the public data sets lie.  They are not part of the repository: some of their licences forbid it."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLE = "KPI_REAL_DATA"
DEFAULT_FOLDER = "../shared/data/real"
ADS_DAY = "2017-08-15"  # the ads data has no dates at all: everything is put on this one day, which means nothing

# The business's own rule for the origins of Olist's leads; `unknown` and no origin at all are not known.
OLIST_CHANNELS = {
    "direct_traffic": "direct",
    "display": "display",
    "email": "email",
    "organic_search": "seo",
    "other": "other",
    "other_publicities": "other",
    "paid_search": "paid_search",
    "referral": "referral",
    "social": "social",
}

FILES = {
    "olist_leads": "olist_funnel/olist_marketing_qualified_leads_dataset.csv",
    "olist_deals": "olist_funnel/olist_closed_deals_dataset.csv",
    "maven_accounts": "maven_crm/accounts.csv",
    "maven_pipeline": "maven_crm/sales_pipeline.csv",
    "maven_products": "maven_crm/products.csv",
    "maven_teams": "maven_crm/sales_teams.csv",
    "retail": "online_retail/online_retail_II_year_2009_2010.parquet",
    "airbnb": "airbnb_sessions/airbnb-session-data.txt",
    "ads": "kag_facebook_ads/KAG_conversion_data_no_invented_date.csv",
    "bank": "call_center/anonymous_bank_1999-02_first_half.tsv",
}


def folder() -> Path:
    """The folder of the data sets: the environment's KPI_REAL_DATA, else the default beside the repository."""
    return Path(os.environ.get(VARIABLE) or REPOSITORY / DEFAULT_FOLDER)


def missing() -> str:
    """Why the tests on real data cannot run, in plain words; empty when every file is there."""
    absent = [path for path in FILES.values() if not (folder() / path).is_file()]
    if not absent:
        return ""
    return f"public data not found (set {VARIABLE} to its folder): {', '.join(absent[:2])} …"


def path_of(name: str) -> Path:
    """The original file of that name (a key of FILES)."""
    return folder() / FILES[name]

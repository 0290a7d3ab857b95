"""The sample rows of a vendor's connector for HubSpot, through HubSpot's staging: as many, and the same sums, as the files have.

The connector lands HubSpot under names of its own: `property_<name>` for a property, tables of associations and of merges, stages apart from
pipelines, times in UTC without an offset. The adapter below only renames and regroups. Of old meetings it tells no creation: their start
stands for it.
"""

import duckdb
import pytest
from real import originals

from tests.warehouse import build

FOLDER = originals.folder() / "vendor_schema_samples" / "hubspot"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no sample rows of HubSpot; {originals.VARIABLE} names their folder"
)
SOON = "strftime(try_cast({0} as timestamp), '%Y-%m-%dT%H:%M:%S.%gZ')"
RAW = {
    "contacts": """
        select id, property_email as email, property_firstname as firstname, property_lastname as lastname, {property_createdate} as createdate,
            property_hs_merged_object_ids as hs_merged_object_ids, _fivetran_deleted as _deleted
        from contact""",
    "companies": """
        select id, property_name as name, property_industry as industry, property_city as city, property_state as state,
            property_country as country, {property_createdate} as createdate, is_deleted as _deleted
        from company""",
    "deals": """
        select deal_id as id, property_dealname as dealname, deal_pipeline_id as pipeline, deal_pipeline_stage_id as dealstage,
            owner_id as hubspot_owner_id, property_amount as amount, {property_createdate} as createdate, {property_closedate} as closedate,
            (select string_agg(merged_deal_id, ';') from merged_deal where merged_deal.deal_id = deal.deal_id) as hs_merged_object_ids,
            (select string_agg(contact_id, ';') from deal_contact where deal_contact.deal_id = deal.deal_id) as contact_ids,
            is_deleted as _deleted
        from deal""",
    "property_history": """
        select 'deals' as object, deal_id as object_id, 'dealstage' as property, value, {date_entered} as timestamp from deal_stage
        union all select 'deals', deal_id, name, value, {timestamp} from deal_property_history
        union all select 'contacts', contact_id, name, value, {timestamp} from contact_property_history""",
    "owners": "select owner_id as id, first_name as firstName, last_name as lastName from owner",
    "pipelines": """
        select pipeline_id as id, any_value(label) as label, to_json(list(stage) filter (stage.id is not null)) as stages
        from (
            select pipeline_id, label, null as stage from deal_pipeline
            union all
            select pipeline_id, null, {{id: stage_id, label: label, displayOrder: display_order::int,
                metadata: {{isClosed: lower(is_closed), probability: probability}}}} from deal_pipeline_stage
        )
        group by pipeline_id""",
    "engagements": """
        select 'meetings' as type, engagement_id as id, {start_time} as hs_createdate, {start_time} as hs_meeting_start_time,
            {end_time} as hs_meeting_end_time, null as hs_timestamp, null as hs_task_type from engagement_meeting
        union all
        select 'calls', engagement_id, {property_hs_createdate}, null, null, {property_hs_timestamp}, null from engagement_call
        union all
        select 'emails', engagement_id, {property_hs_createdate}, null, null, {property_hs_timestamp}, null from engagement_email
        union all
        select 'communications', engagement_id, {property_hs_createdate}, null, null, {property_hs_timestamp}, null from engagement_communication
        union all
        select 'tasks', engagement_id, {property_hs_createdate}, null, null, {property_hs_timestamp}, coalesce(property_hs_task_type, task_type)
        from engagement_task""",
}


class Times(dict):
    """A column of times in braces becomes the text that HubSpot itself gives."""

    def __missing__(self, name: str) -> str:
        return SOON.format(name)


@pytest.fixture(scope="module")
def files():
    """The vendor's files, each a table of texts."""
    connection = duckdb.connect()
    for path in FOLDER.glob("*_data.csv"):
        connection.execute(
            f"create view {path.stem.removesuffix('_data')} as from read_csv('{path}', all_varchar=true, header=true)"
        )
    return connection


@pytest.fixture(scope="module")
def staging(files, tmp_path_factory):
    """HubSpot's staging of these rows; every table of it is tested by its key."""
    folder = tmp_path_factory.mktemp("hubspot_samples")
    for table, query in RAW.items():
        (folder / "raw" / "hubspot" / table).mkdir(parents=True)
        files.execute(
            f"copy (select *, '2026-01-01T00:00:00Z' as _loaded_at from ({query.format_map(Times())})) to '{folder}/raw/hubspot/{table}/a.parquet'"
        )
    settings = {
        "KPI_SOURCES": "hubspot",
        "KPI_RAW_ROOT": str(folder / "raw"),
        "KPI_AS_OF": "2026-02-01",
        "KPI_TIMEZONE": "UTC",
    }
    chosen = ("-s", "path:systems/hubspot", "--exclude-resource-type", "unit_test")
    return build(folder / "built", *chosen, **settings)


def same(files, staging, theirs: str, ours: str) -> list[tuple]:
    """What both answer; fails where they differ."""
    expected, found = files.execute(theirs).fetchall(), staging.execute(ours).fetchall()
    assert found == expected
    return found


def test_every_row_is_accounted_for(files, staging):
    """Seven meetings of 1970 lie before the calendar: a connector took seconds for milliseconds."""
    for table, query in RAW.items():
        rows = files.execute(f"select count(*) from ({query.format_map(Times())})").fetchone()
        told = staging.execute(
            f"select count(*) filter (row_status = 'accepted' or row_problem <> '') from staging.base_hubspot__{table}"
        )
        assert (table, told.fetchone()) == (table, rows)
    wrong = "select count(*) from engagement_meeting where try_cast(start_time as timestamp) < '1990-01-01'"
    same(files, staging, wrong, "select count(*) from staging.base_hubspot__engagements where row_status = 'rejected'")


def test_totals_are_those_of_the_files(files, staging):
    same(files, staging, "select count(*), sum(property_amount::decimal(18, 2)), count(distinct property_createdate::timestamp) from deal",
         "select count(*), sum(amount), count(distinct created_at) from staging.stg_hubspot__deals where row_status = 'accepted'")  # fmt: skip
    same(files, staging, "select count(*), count(distinct property_email) from contact",
         "select count(*), count(distinct email) from staging.stg_hubspot__customers where kind = 'person'")  # fmt: skip
    same(files, staging, "select count(*), count(distinct property_country) from company",
         "select count(*), count(distinct country) from staging.stg_hubspot__customers where kind = 'company'")  # fmt: skip
    same(files, staging, "select count(*) from owner", "select count(*) from staging.stg_hubspot__employees")
    same(files, staging, "select count(*), count(*) filter (lower(closed_won) = 'true') from deal_pipeline_stage",
         "select count(*), count(*) filter (status = 'won') from staging.stg_hubspot__stages where object = 'deal'")  # fmt: skip
    same(files, staging, """
        select 'meeting', count(*), max(start_time::timestamp) from engagement_meeting where try_cast(start_time as timestamp) >= '1990-01-01'
        union all select 'email', count(*), max(property_hs_timestamp::timestamp) from engagement_email
        union all select 'message', count(*), max(property_hs_timestamp::timestamp) from engagement_communication
        union all select 'task', count(*), null from engagement_task
        union all select 'call', count(*), max(property_hs_timestamp::timestamp) from engagement_call order by 1
    """, """
        select kind, count(*), max(started_at) from staging.stg_hubspot__activities group by 1
        union all select 'call', count(*), max(started_at) from staging.stg_hubspot__calls order by 1
    """)  # fmt: skip


def test_what_was_merged_counts_once(files, staging):
    """The contact that three others became a part of: 22 cards, 19 people."""
    same(files, staging, "select unnest(string_split(property_hs_merged_object_ids, ';')), id from contact where id = '78971951' order by 1",
         """select substr(customer_id, 9), substr(merged_into_id, 9) from staging.stg_hubspot__customers
            where merged_into_id is not null order by 1""")  # fmt: skip
    merged = "select count(*) from merged_deal semi join deal using (deal_id)"
    same(files, staging, merged, "select count(*) from staging.base_hubspot__merges where object = 'deal'")


def test_each_entry_into_a_stage_is_told(files, staging):
    """A deal without entries has stood in its stage since it was made."""
    same(files, staging, """
        select count(*) from (
            select deal_id, date_entered from deal_stage semi join deal using (deal_id)
            union all select deal_id, property_createdate from deal anti join deal_stage using (deal_id) where deal_pipeline_stage_id is not null
        )
    """, "select count(*) from staging.stg_hubspot__stage_changes where object = 'deal'")  # fmt: skip

-- Grain: finding, subject.
-- One record that names what no table knows, or what several things share, as a finding; and one visit, page view or event of a robot.
with unknown_members as (
    select 'stage that no table knows' as finding, concat(object, ' stage ', stage_key) as subject from {{ ref('dim_stages') }} where not is_known
    union all
    select 'employee who does not exist', concat('employee ', employee_id) from {{ ref('dim_employees') }} where not is_known
    union all
    select 'product that does not exist', concat('product ', product_id) from {{ ref('dim_products') }} where not is_known
),

parts_of_nothing as (
    {%- for part, whole, key, finding in [
        ('order_lines', 'orders', 'order', 'lines of an order'), ('deal_lines', 'deals', 'deal', 'lines of a deal'),
        ('contract_schedule', 'contracts', 'contract', 'schedule of a contract')
    ] %}
    select
        '{{ finding }} that is not known' as finding,
        concat('{{ part }}, such as of {{ key }} ', min(parts.{{ key }}_id) over ()) as subject
    from {{ ref(part) }} as parts
    left join {{ ref(whole) }} as wholes on parts.{{ key }}_id = wholes.{{ key }}_id
    where wholes.{{ key }}_id is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

shared_contacts as (
    select
        'contact data of too many people' as finding,
        concat('one ', kind, ' of ', people, ' people, such as of ', min(record) over (partition by identifier)) as subject
    from {{ ref('int_contact_ties') }}
    where not is_tie
),

-- the name of a campaign that several platforms use, given with nothing that tells which is meant
ambiguous_campaigns as (
    select 'name of several campaigns' as finding, concat('campaign ', campaigns.campaign_name, ', kept as ', campaigns.campaign) as subject
    from {{ ref('int_record_utms') }} as record_utms
    inner join {{ ref('int_campaigns') }} as campaigns
        on lower(record_utms.utm_campaign) = campaigns.spelling and record_utms.channel_key = campaigns.channel_key
    where campaigns.is_ambiguous
),

robots as (
    {%- if not var('count_robots') %}
    {%- for entity in ['web_sessions', 'page_hits', 'web_events'] %}
    {%- for source_name in sources_of(entity) %}
    select 'robots, not counted' as finding, '{{ entity }} of {{ source_name }}' as subject
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    where rows_in.row_status = 'accepted' and {{ done_by_robot(entity, source_name) }}
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endif %}
    select cast(null as {{ dbt.type_string() }}) as finding, cast(null as {{ dbt.type_string() }}) as subject
    where false
),

all_findings as (
    select finding, subject from unknown_members
    union all
    select finding, subject from parts_of_nothing
    union all
    select finding, subject from shared_contacts
    union all
    select finding, subject from ambiguous_campaigns
    union all
    select finding, subject from robots
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject

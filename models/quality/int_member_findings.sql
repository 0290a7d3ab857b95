-- Grain: finding, subject.
-- One record that names what no table knows, or what several things share, as a finding; and one visit, page view or event of a robot, or event
-- that names no visit.
with all_findings as (
    select 'stage that no table knows' as finding, concat(object, ' stage ', stage_key) as subject from {{ ref('dim_stages') }} where not is_known
    union all
    select 'stage whose funnel step is supposed from its name and order', concat(object, ' stage ', pipeline_id, ':', stage_id, ' = ', funnel_step)
    from {{ ref('int_stage_steps') }}
    where is_step_supposed
    union all
    select 'stage whose chance of a win is supposed from its funnel step',
        concat('deal stage ', pipeline_id, ':', stage_id, ' = ', cast(supposed_probability as {{ dbt.type_string() }}))
    from {{ ref('int_stage_steps') }}
    where supposed_probability is not null
    union all
    select 'employee who does not exist', concat('employee ', employee_id) from {{ ref('dim_employees') }} where not is_known
    union all
    select 'product that does not exist', concat('product ', product_id) from {{ ref('dim_products') }} where not is_known
    {%- for part, whole, key, finding in [
        ('order_lines', 'orders', 'order', 'lines of an order'), ('deal_lines', 'deals', 'deal', 'lines of a deal'),
        ('contract_schedule', 'contracts', 'contract', 'schedule of a contract')
    ] %}
    union all
    select '{{ finding }} that is not known', concat('{{ part }}, such as of {{ key }} ', min(parts.{{ key }}_id) over ())
    from {{ ref(part) }} as parts
    left join {{ ref(whole) }} as wholes on parts.{{ key }}_id = wholes.{{ key }}_id
    where wholes.{{ key }}_id is null
    {%- endfor %}
    union all
    select 'contact data of too many people', concat('one ', kind, ' of ', people, ' people, such as of ', min(record) over (partition by identifier))
    from {{ ref('int_contact_ties') }}
    where not is_tie
    union all
    -- the name of a campaign that several platforms use, given with nothing that tells which is meant
    select 'name of several campaigns', concat('campaign ', campaigns.campaign_name, ', kept as ', campaigns.campaign)
    from {{ ref('int_record_utms') }} as record_utms
    inner join {{ ref('int_campaigns') }} as campaigns
        on lower(record_utms.utm_campaign) = campaigns.spelling and record_utms.channel_key = campaigns.channel_key
    where campaigns.is_ambiguous
    {%- if source_is_on('ga4') %}
    union all
    select
        'event that names no visit, in none',
        concat('ga4 ', coalesce(property_id, ''), case when web_client_id is null then ' without consent' else ' without a session' end)
    from {{ ref('base_ga4__events') }}
    where row_status = 'accepted' and session_id is null
    {%- endif %}
    {%- for source_name, entity, row_status, finding in [
        ('mtt', 'calls', 'internal', 'call between colleagues, not counted'), ('cdr', 'calls', 'internal', 'call between colleagues, not counted'),
        ('mailchimp', 'email_events', 'machine', 'e-mail opened by a machine, not counted'),
        ('mailchimp', 'email_campaigns', 'part', 'part of a mailing, counted with it'),
        ('surveys', 'survey_responses', 'effort', 'answer about effort, not counted'),
        ('roistat', 'web_sessions', 'elsewhere', 'visit that another system tells too, not counted twice'),
        ('roistat', 'deals', 'elsewhere', 'deal that another system tells too, not counted twice'),
        ('roistat', 'ad_spend', 'elsewhere', 'ad cost that another system tells too, not counted twice')
    ] if source_is_on(source_name) %}
    union all
    select '{{ finding }}', '{{ source_name }}'
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }}
    where row_status = '{{ row_status }}'
    {%- endfor %}
    {%- if not var('count_robots') %}
    {%- for entity in ['web_sessions', 'page_hits', 'web_events'] %}
    {%- for source_name in sources_of(entity) %}
    union all
    select 'robots, not counted', '{{ entity }} of {{ source_name }}'
    from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }} as rows_in
    where rows_in.row_status = 'accepted' and {{ done_by_robot(entity, source_name) }}
    {%- endfor %}
    {%- endfor %}
    {%- endif %}
)

select
    finding,
    subject,
    count(*) as rows_affected
from all_findings
group by finding, subject

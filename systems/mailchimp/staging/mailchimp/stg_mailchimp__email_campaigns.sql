-- Grain: campaign_id.
-- One campaign; a part of one that stands beside it (a variant of a test) has the row status part and goes no further.
with reports as (
    select * from {{ ref('base_mailchimp__reports') }} where row_status = 'accepted'
)

select
    'mailchimp' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    reports.campaign_id,
    parents.campaign_id as part_of,
    coalesce(reports.campaign_title, reports.subject_line) as name,
    reports.sent_at,
    reports.emails_sent as sent,
    reports.emails_sent - (reports.hard_bounces + reports.soft_bounces + coalesce(reports.syntax_errors, 0)) as delivered,
    {% if var('mailchimp_machine_opens') -%}
    reports.unique_opens as opened_unique,
    {%- else -%}
    coalesce(reports.opens_by_people, reports.unique_opens) as opened_unique,
    {%- endif %}
    reports.unique_clicks as clicked_unique,
    reports.unsubscribed,
    reports.hard_bounces + reports.soft_bounces + coalesce(reports.syntax_errors, 0) as bounced,
    reports.loaded_at,
    case when parents.campaign_id is not null then 'part' else 'accepted' end as row_status,
    reports.row_problem
from reports
left join reports as parents on reports.parent_campaign_id = parents.campaign_id and parents.campaign_id <> reports.campaign_id

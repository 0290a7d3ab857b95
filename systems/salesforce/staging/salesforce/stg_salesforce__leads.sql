-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of salesforce/lead, with its row status, as a lead.
{% set classes = var('salesforce_lead_classes') -%}
with classed as (
    select
        *,
        case
            when is_converted then 'converted'
            {%- for class, statuses in classes.items() %}
            when {{ salesforce_is('status', statuses) }} then '{{ class }}'
            {%- endfor %}
            else 'in_progress'
        end as status_class
    from {{ ref('base_salesforce__lead') }}
),

-- the campaign that a lead became a member of first
campaigns as (
    select
        members.lead_id,
        campaigns.name,
        row_number() over (partition by members.lead_id order by members.created_at, members.member_id) as member_no
    from {{ ref('base_salesforce__campaign_member') }} as members
    inner join {{ ref('base_salesforce__campaign') }} as campaigns on members.campaign_id = campaigns.campaign_id
    where members.row_status = 'accepted' and campaigns.row_status = 'accepted'
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    classed.lead_id,
    classed.created_at,
    classed.status,
    classed.status_class,
    cast(null as timestamp) as qualified_at,
    -- a day alone; its history, where it is kept, tells the moment
    case when classed.is_converted then {{ local_to_utc('cast(classed.converted_on as timestamp)') }} end as converted_at,
    case when classed.status_class = 'rejected' then classed.changed_at end as rejected_at,
    case when classed.status_class = 'rejected' then classed.reject_reason end as reject_reason,
    {{ salesforce_employee('classed.') }} as employee_id,
    coalesce(classed.account_id, classed.contact_id) as customer_id,
    classed.contact_id,
    classed.source_name,
    classed.utm_source,
    classed.utm_medium,
    coalesce(classed.utm_campaign, campaigns.name) as utm_campaign,
    classed.utm_content,
    classed.utm_term,
    classed.landing_page,
    nullif(concat_ws('&', 'yclid=' || classed.yclid, 'gclid=' || classed.gclid), '') as click_id,
    classed.web_client_id,
    coalesce(classed.region, classed.state) as region,
    classed.email,
    nullif(concat_ws(', ', classed.phone, classed.mobile), '') as phone,
    {{ own_values('salesforce', 'leads', 'classed') -}}
    classed.loaded_at,
    classed._raw_file,
    classed._raw_row,
    classed.row_status,
    classed.row_problem,
    classed.row_remark
from classed
left join campaigns on classed.lead_id = campaigns.lead_id and campaigns.member_no = 1
{{- own_texts('salesforce', 'leads', 'classed') }}

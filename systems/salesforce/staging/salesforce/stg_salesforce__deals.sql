-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of salesforce/opportunity, with its row status, as a deal.
with placed as (
    select
        *,
        case when is_won then 'won' when is_closed then 'lost' else 'open' end as status,
        {{ local_to_utc('cast(close_date as timestamp)') }} as close_day_starts_at
    from {{ ref('base_salesforce__opportunity') }}
),

campaigns as (
    select campaign_id, name from {{ ref('base_salesforce__campaign') }} where row_status = 'accepted'
),

-- several leads may be converted into one opportunity: it is the first one's
leads as (
    select deal_id, lead_id, row_number() over (partition by deal_id order by converted_on, created_at, lead_id) as lead_no
    from {{ ref('base_salesforce__lead') }}
    where row_status = 'accepted' and is_converted
)

select
    'salesforce' as source_system,
    cast(null as {{ dbt.type_string() }}) as source_account,
    placed.deal_id,
    placed.created_at,
    leads.lead_id,
    coalesce(placed.account_id, placed.contact_id) as customer_id,
    placed.contact_id,
    {{ salesforce_employee('placed.') }} as employee_id,
    cast(null as {{ dbt.type_string() }}) as pipeline_id,
    placed.stage_id,
    placed.status,
    -- the day can be edited; a deal is not closed later than it came into its last stage, and of one day that is the moment
    case
        when placed.status <> 'open' and placed.close_date >= {{ local_date('placed.moved_at') }} then placed.moved_at
        when placed.status <> 'open' then coalesce(placed.close_day_starts_at, placed.moved_at)
    end as closed_at,
    case when placed.status = 'open' then placed.close_date end as expected_close_on,
    placed.amount,
    placed.currency,
    case when placed.status = 'open' then nullif(placed.probability, 0) end as probability,
    cast(null as decimal(18, 2)) as forecast_amount,
    case when placed.status = 'lost' then placed.lost_reason end as lost_reason,
    placed.source_name,
    placed.utm_source,
    placed.utm_medium,
    coalesce(placed.utm_campaign, campaigns.name) as utm_campaign,
    placed.utm_content,
    placed.utm_term,
    placed.landing_page,
    nullif(concat_ws('&', 'yclid=' || placed.yclid, 'gclid=' || placed.gclid), '') as click_id,
    placed.web_client_id,
    placed.region,
    cast(null as {{ dbt.type_string() }}) as point_of_sale,
    placed.order_id,
    placed.title,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as phone,
    {{ own_values('salesforce', 'deals', 'placed') -}}
    placed.loaded_at,
    placed._raw_file,
    placed._raw_row,
    placed.row_status,
    placed.row_problem,
    placed.row_remark
from placed
left join campaigns on placed.campaign_id = campaigns.campaign_id
left join leads on placed.deal_id = leads.deal_id and leads.lead_no = 1
{{- own_texts('salesforce', 'deals', 'placed') }}

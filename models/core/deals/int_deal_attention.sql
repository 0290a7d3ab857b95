-- Grain: deal_id, known_from.
-- One deal and one span of days at whose ends the day of its last contact and that of its next step were the same; and whether the deal's source
-- tells contacts and next steps at all.
with contacts as (
    select distinct deal_id, {{ local_date('occurred_at') }} as contact_on
    from {{ ref('int_contacts') }}
    where deal_id is not null and is_completed
),

steps as (
    select * from {{ ref('int_planned_steps') }}
),

deals as (
    select
        facts.deal_id,
        max({{ flag('contacts.deal_id is not null') }}) over (partition by facts.source_system) = 1 as is_contact_told,
        max({{ flag('steps.deal_id is not null') }}) over (partition by facts.source_system) = 1 as is_step_told
    from {{ ref('fct_deals') }} as facts
    left join (select distinct deal_id from contacts) as contacts on facts.deal_id = contacts.deal_id
    left join (select distinct deal_id from steps) as steps on facts.deal_id = steps.deal_id
),

bounds as (
    select deal_id, cast('0001-01-01' as date) as known_from, cast(null as date) as contact_on from deals
    union all
    select deal_id, contact_on as known_from, contact_on from contacts
    union all
    select deal_id, known_from, null from steps where known_from < known_until
    union all
    select deal_id, known_until, null from steps where known_from < known_until and known_until < cast('9999-12-31' as date)
),

days as (
    select deal_id, known_from, max(contact_on) as contact_on from bounds group by deal_id, known_from
),

spans as (
    select
        deal_id,
        known_from,
        lead(known_from, 1, cast('9999-12-31' as date)) over (partition by deal_id order by known_from) as known_until,
        max(contact_on) over (partition by deal_id order by known_from rows unbounded preceding) as last_contact_on
    from days
)

select
    spans.deal_id,
    spans.known_from,
    spans.known_until,
    spans.last_contact_on,
    deals.is_contact_told,
    deals.is_step_told,
    min(steps.due_on) as next_step_on
from spans
inner join deals on spans.deal_id = deals.deal_id
left join steps on spans.deal_id = steps.deal_id and spans.known_from >= steps.known_from and spans.known_from < steps.known_until
group by spans.deal_id, spans.known_from, spans.known_until, spans.last_contact_on, deals.is_contact_told, deals.is_step_told

-- Grain: record, identifier.
-- One record (customer, deal, lead, order) and one strong identifier that it carries: a customer's or record's id, a hashed
-- e-mail, a hashed phone, a hashed name of a company.  Records are named c:, d:, l:, o: and their id.
with deals as (
    select * from {{ ref('deals') }}
),

same_sales as (
    select * from {{ ref('int_order_deals') }}
),

links as (
    select concat('c:', customer_id) as record, concat('c:', merged_into_id) as identifier
    from {{ ref('customers') }}
    where merged_into_id is not null
    union
    select concat('l:', lead_id), concat('c:', customer_id) from {{ ref('leads') }} where customer_id is not null
    union
    select concat('d:', deal_id), concat('c:', customer_id) from deals where customer_id is not null
    union
    -- a deal with a customer of its own does not tie the lead's person to it: a manager may sell to the company behind the person
    select concat('d:', deal_id), concat('l:', lead_id) from deals where lead_id is not null and customer_id is null
    union
    select concat('o:', order_id), concat('c:', customer_id) from {{ ref('orders') }} where customer_id is not null
    union
    -- of an order and a deal that are the same sale, the one that names no customer is of the other's
    select concat('o:', order_id), concat('d:', deal_id) from same_sales where order_customer_id is null
    union
    select concat('d:', deal_id), concat('o:', order_id) from same_sales where deal_customer_id is null and order_tells_customer
    union
    select record, identifier from {{ ref('int_contact_ties') }} where is_tie
    union
    select record, identifier from {{ ref('int_company_names') }}
)

select record, identifier from links
union
-- every record has its own id; a customer that only other records name is a record too
select identifier as record, identifier from links where left(identifier, 2) = 'c:'
{%- for entity in ['lead', 'deal', 'order'] %}
union
select concat('{{ entity[0] }}:', {{ entity }}_id), concat('{{ entity[0] }}:', {{ entity }}_id) from {{ ref(entity ~ 's') }}
{%- endfor %}
{%- for entity in ['customers', 'contracts', 'invoices', 'payments', 'activities', 'calls',
    'quotes', 'email_events', 'survey_responses', 'reviews'] %}
union
select concat('c:', customer_id), concat('c:', customer_id) from {{ ref(entity) }} where customer_id is not null
{%- endfor %}
{%- for column in ['contact', 'company'] %}
union
select {{ column }} as record, {{ column }} as identifier from {{ ref('int_contact_companies') }}
{%- endfor %}

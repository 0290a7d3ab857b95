-- Grain: system_name, object, id_prefix.
-- One kind of record of one system, or account of one, and the address that shows it; `{id}` stands for the id behind its prefix.
with accounts as (
    select system_name, {{ remove_pattern('trim(address)', '/+$') }} as address from {{ ref('seed_accounts') }}
),

pages as (
    select source_system, object, coalesce(id_prefix, '') as id_prefix, page from {{ ref('seed_record_pages') }}
)

select accounts.system_name, pages.object, pages.id_prefix, concat(accounts.address, pages.page) as address
from accounts
inner join pages on {{ dbt.split_part('accounts.system_name', "'/'", 1) }} = pages.source_system

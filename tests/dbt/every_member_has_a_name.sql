-- Proves that reports print names, not keys: of the pipelines, stages and channels that any source or list names, of the steps of the funnel, of the
-- whole and what stands for the unknown, and of regions, one name each however their places are spelt.  A member that nobody names says what it is.
with members as (
    select distinct dimension, dimension_key, dimension_value, dimension_name_ru, dimension_name_en from {{ ref('kpi_values') }}
)

select 'a key is printed' as what, members.*
from members
inner join {{ ref('dimension_members') }} as named on members.dimension = named.dimension and members.dimension_key = named.dimension_key
where
    named.dimension in ('pipeline', 'channel', 'region', 'device', 'direction', 'movement', 'source_system')
    and named.dimension_name_ru <> named.dimension_key
    and (members.dimension_name_ru = members.dimension_key or members.dimension = 'pipeline' and members.dimension_value = members.dimension_key)

union all

select 'a bare key or bracket is printed', members.*
from members
where
    (
        members.dimension = 'stage' and members.dimension_key in ('lead', 'meeting', 'proposal', 'deal')
        and members.dimension_name_ru = members.dimension_key
    )
    -- a thing may be called SOMBRERO; what is printed is bare where it is the end of the key
    or members.dimension in ('pipeline', 'stage', 'manager', 'product', 'sprint') and {{ matches('members.dimension_name_ru', var('bare_codes')) }}
    and members.dimension_key like concat('%:', members.dimension_name_ru)
    or members.dimension_name_ru in ('all', '(unknown)', '(none)', '(unallocated)', '(not itemised)')
    or members.dimension_name_en in ('all', '(unknown)', '(none)', '(unallocated)', '(not itemised)')

union all

select 'a place that seed_places knows stands beside its region', members.*
from members
inner join {{ ref('seed_places') }} as places
    on
        members.dimension = 'region' and members.dimension_key <> places.region_ru
        and replace(lower(trim(members.dimension_key)), 'ё', 'е') = places.place

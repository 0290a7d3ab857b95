-- Grain: record.
-- One record (customer, deal, lead, order) with the person or company it belongs to: the smallest record name of everything
-- that is tied to it through shared identifiers, however long the chain.  Each pass takes the smallest label among neighbours and
-- then the label of that label, so the reach doubles from pass to pass; the test identities_have_settled proves that it was enough.
with links as (
    select * from {{ ref('int_identity_edges') }}
),

pass_0 as (
    select record, min(record) as label from links group by record
){% for pass in range(1, var('identity_passes') + 1) %},

neighbours_{{ pass }} as (
    select links.identifier, min(pass_{{ pass - 1 }}.label) as label
    from links
    inner join pass_{{ pass - 1 }} on links.record = pass_{{ pass - 1 }}.record
    group by links.identifier
),

nearest_{{ pass }} as (
    select links.record, min(neighbours_{{ pass }}.label) as label
    from links
    inner join neighbours_{{ pass }} on links.identifier = neighbours_{{ pass }}.identifier
    group by links.record
),

pass_{{ pass }} as (
    select nearest.record, least(nearest.label, coalesce(jump.label, nearest.label)) as label
    from nearest_{{ pass }} as nearest
    left join nearest_{{ pass }} as jump on nearest.label = jump.record
){% endfor %}

select record, label as customer_key
from pass_{{ var('identity_passes') }}

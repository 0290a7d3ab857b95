-- Grain: record.
-- One record (customer, deal, lead, order) with the person or company it belongs to: the smallest record name of everything
-- that is tied to it through shared identifiers, however long the chain.  In each pass a whole cluster of records joins the smallest cluster that
-- it touches, and goes on to the one that this joins: a chain is half as long or less from pass to pass.  The test identities_have_settled proves
-- that the passes were enough.
with links as (
    select * from {{ ref('int_identity_edges') }}
),

pass_0 as (
    select record, min(record) as label from links group by record
){% for pass in range(1, var('identity_passes') + 1) %},

smallest_{{ pass }} as (
    select links.identifier, min(pass_{{ pass - 1 }}.label) as label
    from links
    inner join pass_{{ pass - 1 }} on links.record = pass_{{ pass - 1 }}.record
    group by links.identifier
),

joined_{{ pass }} as (
    select pass_{{ pass - 1 }}.label, min(smallest_{{ pass }}.label) as next_label
    from links
    inner join pass_{{ pass - 1 }} on links.record = pass_{{ pass - 1 }}.record
    inner join smallest_{{ pass }} on links.identifier = smallest_{{ pass }}.identifier{{ worked_out_once() }}
    group by pass_{{ pass - 1 }}.label
),

pass_{{ pass }} as (
    select pass_{{ pass - 1 }}.record, far.next_label as label
    from pass_{{ pass - 1 }}
    inner join joined_{{ pass }} as near on pass_{{ pass - 1 }}.label = near.label
    inner join joined_{{ pass }} as far on near.next_label = far.label{{ worked_out_once() }}
){% endfor %}

select record, label as customer_key
from pass_{{ var('identity_passes') }}

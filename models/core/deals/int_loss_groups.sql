-- Grain: reason.
-- One reason for which a deal was lost or a lead rejected, in the words of the source, with the group that its words belong to; of several words in
-- a reason the longest tells.  A reason without such a word is in the group (other), and quality.findings shows it.
with reasons as (
    select lost_reason as reason from {{ ref('deals') }} where lost_reason is not null
    union
    select reject_reason from {{ ref('leads') }} where reject_reason is not null
),

worded as (
    select
        reasons.reason,
        words.loss_group,
        row_number() over (partition by reasons.reason order by length(words.reason_like) desc, words.loss_group) as row_no
    from reasons
    inner join {{ ref('seed_loss_reasons') }} as words on lower(reasons.reason) like words.reason_like
)

select
    reasons.reason,
    coalesce(worded.loss_group, '{{ var("other_member") }}') as loss_group
from reasons
left join worded on reasons.reason = worded.reason and worded.row_no = 1

-- Grain: objection_id.
-- One objection, on the day it was recorded, with whether its deal has been won all the same.
select
    recorded_on as event_date,
    objection_id,
    deal_id,
    objection_type,
    {{ known('employee_id') }} as manager,
    team,
    1 as objections_count,
    {{ flag("deal_status = 'won'") }} as objections_handled,
    {{ flag("deal_status in ('won', 'lost')") }} as objections_closed,
    {{ flag("deal_status = 'open'") }} as objections_open
from {{ ref('fct_objections') }}

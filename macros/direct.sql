{#- What Yandex Direct takes money for: clicks, or thousands of impressions where those are more.  Null where neither is told. -#}
{% macro direct_units() -%}
    case when clicks > 0 or impressions > 0 then greatest(coalesce(clicks, 0), coalesce(impressions, 0) / 1000.0, 1) end
{%- endmacro %}

{#- Whether a report is in millionths, as the Reports service writes it unless told otherwise: every cost is a whole number, and a click comes
    dearer than any does.  An aggregate of the rows of a file, or with `over` a window. -#}
{% macro direct_in_millionths(over='') -%}
    coalesce(
        max(cost - floor(cost)) {{ over }} = 0
        and sum(case when {{ direct_units() }} > 0 then cost end) {{ over }}
            > {{ var('direct_dearest_click') }} * sum(case when cost > 0 then {{ direct_units() }} end) {{ over }},
        false
    )
{%- endmacro %}

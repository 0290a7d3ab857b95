{#- No two rows share a key, by default the model's own.  In one query a folder, tests/dbt/keys asks the same of all models behind staging. -#}
{% test unique_key(model, columns=none) %}
{{ repeated_key(model, columns) if columns else repeated_grain(model) if execute }}
{% endtest %}

"""The night, a Prefect flow: load, gate the raw data, build, gate the marts, publish, tell (`kpi night`)."""

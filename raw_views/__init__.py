"""Raw views: makes the files of a raw root readable as one view of text columns per declared table.

`scan` finds and proves the files, `csv_files` and `json_files` turn CSV and JSON lines into Parquet, `cache` keeps what was found out,
`views` writes the DuckDB statements, `land` does all of it, `plugin` offers it to dbt as one SQL function.
"""

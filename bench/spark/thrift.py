"""The Thrift server that dbt builds through, with the functions of the project that SQL has not: spark-submit runs it on any cluster.

They are the session's, so the server has one session for all its connections (spark.sql.hive.thriftServer.singleSession).  The workers
need Python with this project's packages, and the raw root and the cache of the raw views under the same paths.
"""

import os
import signal
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.functions import udf
from pyspark.sql.types import ArrayType, StringType

from raw_views.contact_key import Identifiers, contact_key
from raw_views.contacts import emails_in, phones_in
from raw_views.land import land_raw_root_on_spark

ENDS = {signal.SIGTERM, signal.SIGINT}
PROJECT = Path(__file__).resolve().parents[2]  # dbt names files from here; a worker works elsewhere
# What the SQL of the models takes for granted.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",  # what cannot be cast is null
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",
    "spark.sql.hive.thriftServer.singleSession": "true",
}


def register(spark: SparkSession) -> None:
    """Gives a session the functions that raw_views/functions.py gives DuckDB."""
    # the key of the build on DuckDB; the workers get it in the function's own closure, and no SQL text holds it
    key = contact_key((PROJECT / (os.environ.get("KPI_WAREHOUSE") or "warehouse/kpi.duckdb")).parent)

    def contact_values(kind, cell, country):
        if cell is None:
            return None
        return phones_in(cell, country) if kind == "phone" else emails_in(cell)

    made: list[Identifiers] = []

    def contact_identifier(contact):
        if not made:
            made.append(Identifiers(key))
        return contact and made[0].of(contact)

    def land(root, cache, declared):
        return land_raw_root_on_spark(root and str(PROJECT / root), cache and str(PROJECT / cache), declared)

    spark.udf.register("contact_values", udf(contact_values, ArrayType(StringType())))
    spark.udf.register("contact_identifier", udf(contact_identifier, StringType()))
    spark.udf.register("land_raw_root", udf(land, StringType()).asNondeterministic())


def share_metastore(spark: SparkSession, connections: Any) -> None:
    """Lets the connections of the Thrift server have the metastore of its tables.

    The stock server gives them an empty one of their own. A process keeps the way to one metastore alone, so each connection, of which dbt opens one
    for each model and each test, would make the way to the one anew, and the next query that to the other: seconds for each.

    Args:
        spark: the session.
        connections: the settings that each connection takes over.
    """
    client = spark._jsparkSession.sharedState().externalCatalog().unwrapped().client()
    told = client.conf().iterator()
    while told.hasNext():
        setting = told.next()
        if "jdo" in setting.getKey() or "datanucleus" in setting.getKey():
            connections.set(setting.getKey(), setting.getValue())


def main() -> None:
    """Serves until it is told to end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    spark = SparkSession.builder.appName("kpi").config(map=SETTINGS).enableHiveSupport().getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    register(spark)
    server = spark._jvm.org.apache.spark.sql.hive.thriftserver.HiveThriftServer2.startWithContext(
        spark._jsparkSession.sqlContext()
    )
    share_metastore(spark, server.getHiveConf())
    signal.sigwait(ENDS)
    spark.stop()


if __name__ == "__main__":
    main()

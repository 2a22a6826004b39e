"""Co-action by other programs, and whether two files of edges are the same.

    peers.py duckdb EVENTS WINDOW EDGES    one SQL statement
    peers.py cnt EVENTS WINDOW EDGES       coordination-network-toolkit, its co-retweet network
    peers.py same EDGES EDGES              prints how many edges and their weight, or fails
"""
import os
import sys
import tempfile

import duckdb


def table(path):
    return f"read_{'parquet' if path.endswith('.parquet') else 'csv'}('{path}')"


def by_duckdb(events, window, edges):
    """Each event with the distinct accounts near it, then added up. With a short window, joined by object
    and stretch of time, since a join by object alone compares all events of a busy object with each
    other; with a long one, the join by object is the quicker of the two."""
    duckdb.sql(f"set temp_directory = '{os.path.dirname(edges)}'")
    around = "[stretch - 1, stretch, stretch + 1]" if window < 600 else "[0]"
    stretch = f"timestamp // {window}" if window < 600 else "0"
    duckdb.sql(f"""
        copy (
            with e as (
                select row_number() over () as event, user_id as account, repost_id as object,
                       timestamp as moment, {stretch} as stretch
                from {table(events)}
            ), x as (
                select event, account, object, moment, unnest({around}) as stretch
                from e
            ), near as (
                select distinct x.event, x.account as a, x.object, y.account as b
                from x join e y
                  on x.object = y.object and x.stretch = y.stretch
                 and y.moment between x.moment - {window} and x.moment + {window}
                 and x.account <> y.account
            )
            select a as account_a, b as account_b, count(*) as weight,
                   count(distinct object) as objects
            from near group by a, b having count(*) >= 2
        ) to '{edges}' (format parquet)
    """)


def by_cnt(events, window, edges):
    from coordination_network_toolkit.compute_networks import compute_co_retweet_parallel
    from coordination_network_toolkit.preprocess import preprocess_csv_files

    with tempfile.TemporaryDirectory(dir=os.path.dirname(edges)) as folder:
        database = os.path.join(folder, "cnt.db")
        preprocess_csv_files(database, [events])
        compute_co_retweet_parallel(database, window, n_threads=2, min_edge_weight=2)
        import sqlite3

        import pyarrow as pa
        import pyarrow.parquet as pq

        # It counts an account with itself, too.
        rows = sqlite3.connect(database).execute(
            "select user_1, user_2, weight from co_retweet_network where user_1 <> user_2"
        ).fetchall()
        names = ["account_a", "account_b", "weight"]
        columns = list(zip(*rows)) or [(), (), ()]
        pq.write_table(pa.table(dict(zip(names, columns))), edges)


def same(one, other):
    has_objects = "objects" in duckdb.sql(f"from {table(other)} limit 0").columns
    columns = "account_a, account_b, weight" + (", objects" if has_objects else "")
    apart = duckdb.sql(f"""
        select count(*) from (
            (select {columns} from {table(one)} except all select {columns} from {table(other)})
            union all
            (select {columns} from {table(other)} except all select {columns} from {table(one)})
        )
    """).fetchall()[0][0]
    if apart:
        sys.exit(f"{apart} edges differ between {one} and {other}")
    edges, weight = duckdb.sql(f"select count(*), sum(weight) from {table(one)}").fetchall()[0]
    print(edges, int(weight or 0))


if __name__ == "__main__":
    verb, first, *rest = sys.argv[1:]
    if verb == "same":
        same(first, rest[0])
    else:
        {"duckdb": by_duckdb, "cnt": by_cnt}[verb](first, int(rest[0]), rest[1])

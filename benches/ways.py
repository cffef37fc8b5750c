"""Which way to PostgreSQL costs a server least: the routes of src/bin/ways/ beside each other."""

import tempfile

import load
from load import Candidate, get
from servers import BROWSER, Postgres, Server

USERS = 1000
CLIENTS = 2, 16, 64
ROUTES = {
    "nothing": "no look-up",
    "blocking": "ours: Diesel on threads of their own, r2d2",
    "async": "diesel-async, a deadpool for each worker",
    "pipelined": "diesel-async, one connection for each worker, pipelined",
}
ROWS = [f"""
    INSERT INTO users (email, email_canonical, name, password_hash, created_at, verified_at)
    SELECT address, address, 'user' || n, repeat('x', 97), now(), now()
    FROM generate_series(1, {USERS}) AS n, concat('user', n, '@example.com') AS address""", f"""
    INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, expires_at, remembered, ip_address,
        user_agent, authenticated_at)
    SELECT id, lpad(id::text, 43, '0'), now(), now(), now() + interval '1 day', FALSE, '192.0.2.1',
        '{BROWSER["User-Agent"]}', now() FROM users""",
    "VACUUM ANALYZE"]


def compare(program, url, rounds, seconds):
    with tempfile.TemporaryDirectory() as folder:
        database = Postgres(url, "bench_ways")
        # It makes the tables at its start.
        with Server(program, folder, DATABASE_URL=database.url) as server:
            for sql in ROWS:
                database.run(sql)
            for connections in CLIENTS:
                candidates = [Candidate(name, server, [
                    text for number in range(1, USERS + 1) for text in get(f"/{route}/{number:043}")
                ], connections) for route, name in ROUTES.items()]
                ours = next(one for one in candidates if one.name.startswith("ours"))
                load.measure(candidates, rounds, seconds)
                print(f"\n## A look-up on PostgreSQL, {connections} clients\n\n"
                      "Without what the database's own processes take.\n")
                load.costs_table(candidates, ours)

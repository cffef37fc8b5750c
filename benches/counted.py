"""What else of the app can be counted: log-ins, pages during a flood of them, memory, its start, its size."""

import contextlib
import os
import statistics
import subprocess
import time

import load
from load import Candidate, Wrk, get, request
from servers import BROWSER, PASSWORD, PROTECTED, SESSIONS, App, Sqlite, sessions

CORES = os.cpu_count()
FLOOD = 32  # clients
FEW = 1000  # users
ASKING = 10_000  # of them, in turn
# Who logs in again and again has the oldest session ended: not the one whose page is asked for.
SOMEBODY = "user2@example.com"


def log_in_form(password, address):
    headers = {"X-Forwarded-For": address}
    return request("POST", "/login", {"email": SOMEBODY, "password": password}, **headers)


def log_ins(server, argon2, rounds, seconds):
    """Log-ins a second, against what the machine can hash."""
    hashes, done = [], []
    right = [log_in_form(PASSWORD, BROWSER["X-Forwarded-For"])]
    for _ in range(rounds):
        told = subprocess.run([argon2, str(seconds)], check=True, capture_output=True, text=True).stdout
        hashes.append(float(told))
        found = Wrk(server, right, seconds, connections=2 * CORES, status=303).result()
        done.append(found["requests"] / found["seconds"])
    shares = [one / other for one, other in zip(done, hashes)]
    def row(name, values, form):
        return name, *(form.format(value) for value in (statistics.median(values), min(values), max(values)))
    print("\n## Log-ins\n")
    load.table(("what", "median", "least", "most"),
               row(f"argon2id (19456 KiB, 2 passes) by {CORES} threads, a second", hashes, "{:.1f}"),
               row(f"log-ins by {2 * CORES} clients, a second", done, "{:.1f}"),
               row("log-ins / argon2id", shares, "{:.3f}"))


def flood(server, cookie, seconds):
    """What people wait for while others guess passwords."""
    def row(name, found):
        ordered = sorted(found)
        p99 = ordered[-1 - len(ordered) // 100]
        return name, str(len(found)), *(f"{value * 1000:.1f}" for value in (
            statistics.median(ordered), p99, ordered[-1]))

    def timed_log_in():
        started = time.monotonic()
        server.log_in(SOMEBODY)
        return time.monotonic() - started

    rows = [row("a protected page, quiet", load.latencies(server, 50, seconds, Cookie=cookie)),
            row("right log-in, quiet", [timed_log_in() for _ in range(20)])]
    guesses = [log_in_form("wrong horse battery", f"198.51.100.{number}") for number in range(1, 5)]
    wrong = Wrk(server, guesses, 3600, FLOOD, status=0)
    time.sleep(1)
    rows += [row("a protected page, during the flood", load.latencies(server, 50, seconds, Cookie=cookie)),
             row("right log-in from another address, during the flood", [timed_log_in() for _ in range(20)])]
    found = wrong.stop()
    print("\n## Pages and log-ins during a flood of wrong log-ins\n")
    load.table(("what", "requests", "median ms", "99 % ms", "longest ms"), *rows)
    print(f"\n{FLOOD} clients at 4 addresses sent {found['requests'] / found['seconds']:.0f} wrong log-ins a second,"
          " those included that were answered with 503.")


def memory(app, requests):
    """Of a server of its own, before and after many requests."""
    with app.start() as server:
        def row(name):
            return (name, f"{server.status('VmRSS') / 1024:.1f}", str(server.status("Threads")),
                    str(server.descriptors()))
        rows = [row("after the start")]
        pages, sent = Candidate("", server, get(PROTECTED, Cookie=server.log_in())), 0
        rows.append(row("after a log-in"))
        while sent < requests:
            sent += pages.run(seconds=5)["requests"]
        time.sleep(1)  # until the connections are closed
        rows.append(row(f"after {sent:,} protected pages"))
    print("\n## Memory\n")
    load.table(("when", "resident MiB", "threads", "file descriptors"), *rows)


def start_and_size(app):
    seconds = []
    for _ in range(10):
        with app.start() as server:
            seconds.append(server.start_seconds * 1000)
    stripped = os.path.join(app.folder, "stripped")
    subprocess.run(["strip", "-o", stripped, app.program], check=True)
    print("\n## Start and size\n")
    load.table(("what", "median", "least", "most"),
               ("from the start until the port is open, ms, of 10", f"{statistics.median(seconds):.0f}",
                f"{min(seconds):.0f}", f"{max(seconds):.0f}"),
               ("the stripped program, MB", f"{os.path.getsize(stripped) / 1e6:.1f}", "", ""))


def many_users(program, folder, users, rounds, seconds):
    """A protected page beside few and beside many others, who all have an account and a session."""
    candidates = []
    with contextlib.ExitStack() as stack:
        for count in (FEW, users):
            place = os.path.join(folder, str(count))
            os.mkdir(place)
            app = App(program, place, Sqlite(place, "app"), users=count)
            app.database.run(SESSIONS.format(count))
            server = stack.enter_context(app.start())
            requests = [text for cookie in sessions(app, server, ASKING)
                        for text in get(PROTECTED, Cookie=cookie)]
            candidates.append(Candidate(f"a protected page, {count:,} users", server, requests))
        load.measure(candidates, rounds, seconds)
    print(f"\n## {users:,} users\n\nEach with a session; {ASKING:,} of them, spread over all, ask in turn: more "
          "than the\nserver keeps in mind, so that each is looked up.\n")
    load.costs_table(candidates, candidates[0])

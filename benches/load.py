"""Load by wrk, and what it costs the server."""

import http.client
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field

from servers import BROWSER, PROTECTED, ROOT


def install():
    if shutil.which("wrk"):
        return
    as_root = [] if os.getuid() == 0 else ["sudo"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", "wrk"]):
        subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *words],
                       check=True, stdout=subprocess.DEVNULL)


def request(method, path, fields=None, body="", **headers):
    """A request as it goes over the wire."""
    body = body or urllib.parse.urlencode(fields or {})
    headers = {**BROWSER, **headers}
    if fields is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)),
                    "Sec-Fetch-Site": "same-origin"}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def get(path, **headers):
    return [request("GET", path, **headers)]


@dataclass
class Candidate:
    """Something to be measured: requests to be sent in turn, and what came out."""
    name: str
    server: object
    requests: list
    connections: int = 16
    status: int = 200
    microseconds: list = field(default_factory=list)  # of CPU, each request, in each round
    rates: list = field(default_factory=list)  # requests a second

    def run(self, seconds):
        before = self.server.cpu_seconds()
        load = Wrk(self.server, self.requests, seconds, self.connections, self.status).result()
        self.microseconds.append((self.server.cpu_seconds() - before) / load["requests"] * 1e6)
        self.rates.append(load["requests"] / load["seconds"])
        return load


class Wrk:
    """wrk at work on a server. It must get this status each time, or, with 0, any."""

    def __init__(self, server, requests, seconds, connections=16, status=200):
        self.what = requests[0].splitlines()[0]
        self.file = tempfile.NamedTemporaryFile("w", newline="")
        self.file.write("\0".join(requests))
        self.file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
                   "-s", os.path.join(ROOT, "benches", "load.lua"), f"http://127.0.0.1:{server.port}/",
                   "--", self.file.name, str(status)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.result()

    def result(self):
        """What it tells at its end. A lost request or another status is a failure of the bench."""
        told = self.process.communicate()[0]
        self.file.close()
        load = json.loads(told.rpartition("JSON ")[2])
        if load["lost"] or load["unexpected"] or not load["requests"]:
            raise SystemExit(f"FAILED: {self.what}: {load}")
        return load


def latencies(server, requests_of_a_second, seconds, **headers):
    """The seconds that a protected page takes for somebody who asks for it now and then, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    found, begin = [], time.monotonic()
    for number in range(requests_of_a_second * seconds):
        time.sleep(max(0, begin + number / requests_of_a_second - time.monotonic()))
        asked = time.monotonic()
        connection.request("GET", PROTECTED, headers={**BROWSER, **headers})
        answer = connection.getresponse()
        answer.read()
        found.append(time.monotonic() - asked)
        if answer.status != 200:
            raise SystemExit(f"FAILED: {PROTECTED} was answered with {answer.status}")
    return found


def measure(candidates, rounds, seconds):
    """Every candidate in every round, in another order each time, after one that does not count."""
    for candidate in candidates:
        candidate.run(1)
        candidate.microseconds.clear()
        candidate.rates.clear()
    for _ in range(rounds):
        for candidate in random.sample(candidates, len(candidates)):
            candidate.run(seconds)


def table(*rows):
    """A Markdown table; all columns but the first hold numbers."""
    rows = [rows[0], ("---", *["---:"] * (len(rows[0]) - 1)), *rows[1:]]
    print("\n".join(f"| {' | '.join(row)} |" for row in rows), flush=True)


def costs_table(candidates, against):
    """The last column compares with the cost of `against`."""
    rows = [("what", "CPU µs a request", "least–most", "requests a second", f"against “{against.name}”")]
    for one in candidates:
        cost = one.microseconds
        rows.append((one.name, f"{statistics.median(cost):.1f}", f"{min(cost):.1f}–{max(cost):.1f}",
                     f"{statistics.median(one.rates):,.0f}", f"{ratio(one, against):.2f}"))
    table(*rows)


def ratio(one, other):
    """The median of the ratios of each round: a machine that slows down does so for both."""
    return statistics.median(a / b for a, b in zip(one.microseconds, other.microseconds))

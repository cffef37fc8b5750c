"""The servers of the bench, each in a process of its own, and what the kernel says of them."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EMAIL, PASSWORD, HOST = "ada@example.com", "correct horse battery", "bench.example"
# A page that is only for who is logged in, and shows nothing of the database but who that is.
PROTECTED = "/account/appearance"
TICKS = os.sysconf("SC_CLK_TCK")
# What a browser sends, and the proxy in front adds. The sessions of the app want it to stay the same.
BROWSER = {
    "Host": HOST, "X-Forwarded-For": "192.0.2.1", "Sec-Fetch-Site": "none",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Server:
    """A program that listens on 127.0.0.1, as soon as it does."""

    def __init__(self, program, folder, **settings):
        self.port = free_port()
        settings = {"PORT": str(self.port), "RUST_LOG": "info", **settings}
        started = time.monotonic()
        self.process = subprocess.Popen(
            [program], cwd=folder, env=settings, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.listens():
            if self.process.poll() is not None:
                raise SystemExit(f"{program} ended at its start, in {folder} with {settings}")
        self.start_seconds = time.monotonic() - started

    def listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cpu_seconds(self):
        """Of all threads so far, in user and in kernel mode (proc_pid_stat(5), fields 14 and 15)."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def status(self, name):
        """A number of proc_pid_status(5): `VmRSS` in KiB, `Threads`."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def send(self, method, path, fields=None, **headers):
        """One request on a connection of its own: its answer, with its text as `text`."""
        headers = {**BROWSER, "Sec-Fetch-Site": "same-origin", **headers}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, fields and urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def log_in(self, email=EMAIL, **headers):
        """Logs in by the form: the cookies."""
        answer = self.send("POST", "/login", {"email": email, "password": PASSWORD}, **headers)
        if answer.status != 303:
            raise SystemExit(f"a log-in was answered with {answer.status}: {answer.text}")
        cookies = (cookie.split(";")[0] for cookie in answer.headers.get_all("Set-Cookie"))
        return "; ".join(cookie for cookie in cookies if "flash" not in cookie)


class Sqlite:
    """A database in a file."""

    def __init__(self, folder, name):
        self.url = os.path.join(folder, name + ".db")

    def run(self, sql):
        with contextlib.closing(sqlite3.connect(self.url, timeout=60)) as connection, connection:
            connection.execute(sql)

    def run_many(self, sql, rows):
        with contextlib.closing(sqlite3.connect(self.url, timeout=60)) as connection, connection:
            connection.executemany(sql, rows)


class Postgres:
    """A database on a server, made anew."""

    def __init__(self, server, name):
        self.url = f"{server}/{name}"
        for sql in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
            self.ask(f"{server}/postgres", sql)

    def run(self, sql):
        self.ask(self.url, sql)

    @staticmethod
    def ask(url, sql):
        subprocess.run(["psql", "--quiet", "--no-psqlrc", url, "--command", sql], check=True,
                       env={**os.environ, "PGOPTIONS": "--client-min-messages=warning"})


class App:
    """The app in production settings, with a database of its own: it can be started again and again."""

    def __init__(self, program, folder, database, users=1):
        self.program, self.folder, self.database, self.users = program, folder, database, users
        self.settings = {
            "APP_ENV": "production", "PUBLIC_URL": f"https://{HOST}", "TRUSTED_PROXIES": "127.0.0.1/32",
            "DATABASE_URL": database.url, "STATIC_DIR": os.path.join(ROOT, "static"),
            "SECRET_KEY": base64.b64encode(os.urandom(32)).decode(),
            # All comes from one address.
            **{f"LIMIT_{what}": "off" for what in ("LOG_INS", "MAILS", "LINKS", "REQUESTS", "OWN_REQUESTS")},
            # Nobody listens there: mails wait.
            "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": f"bench@{HOST}"}
        self.command("migrate")
        self.command("user", "add", EMAIL, "--admin", text=PASSWORD + "\n")
        database.run("UPDATE users SET verified_at = created_at")
        if users > 1:
            database.run(USERS.format(users))

    def command(self, *words, text=""):
        subprocess.run([self.program, *words], input=text, text=True, check=True, cwd=self.folder,
                       env=self.settings, stdout=subprocess.DEVNULL)

    def start(self):
        return Server(self.program, self.folder, **self.settings)

    def emails(self, count):
        """That many users', spread over all."""
        numbers = range(2, self.users + 1, max(1, (self.users - 1) // count))
        return [f"user{number}@example.com" for number in numbers][:count]


def encode(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def sessions(app, server, count):
    """So many sessions, of users spread over all, put beside those that log-ins make: their cookies. Each row
    holds the hash of a secret, and each cookie the secret, signed as the app does (crates/actix-login)."""
    master, name = base64.b64decode(app.settings["SECRET_KEY"]), server.log_in().partition("=")[0]
    # HKDF-SHA-256 without salt (RFC 5869), one block.
    extracted = hmac.digest(bytes(32), master, "sha256")
    key = hmac.digest(extracted, b"jwt-web\x01", "sha256")
    kid = encode(hashlib.sha256(b"kid" + master).digest()[:8])
    header = encode(json.dumps({"typ": "sess+jwt", "alg": "HS256", "kid": kid}).encode())
    now, rows, cookies = int(time.time()), [], []
    for number in range(count):
        user, secret = 2 + number * (app.users - 1) // count, encode(os.urandom(32))
        claims = {"iss": f"https://{HOST}", "aud": "web", "sub": str(user), "jti": secret,
                  "iat": now, "nbf": now, "exp": now + 7200}
        signed = f"{header}.{encode(json.dumps(claims).encode())}"
        cookies.append(f"{name}={signed}.{encode(hmac.digest(key, signed.encode(), 'sha256'))}")
        rows.append((user, encode(hashlib.sha256(secret.encode()).digest())))
    app.database.run_many(SESSION, rows)
    return cookies


NUMBERS = """WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < {})"""
USERS = NUMBERS + """
    INSERT INTO users (email, email_canonical, name, password_hash, is_admin, created_at, verified_at)
    SELECT 'user' || n || '@example.com', 'user' || n || '@example.com', name, password_hash, is_admin,
        created_at, verified_at FROM number, users WHERE users.id = 1"""
# Only for SQLite. A hash of a token has 43 characters, too.
INTO_SESSIONS = """
    INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, expires_at, remembered, ip_address,
        user_agent)"""
SESSIONS = NUMBERS + INTO_SESSIONS + """
    SELECT n, substr(hex(randomblob(22)), 2), created_at, created_at, '2099-01-01 00:00:00', FALSE,
        '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
    FROM number, users WHERE users.id = 1"""
SESSION = INTO_SESSIONS + """
    VALUES (?, ?, datetime(), datetime(), '2099-01-01 00:00:00', FALSE, '192.0.2.1',
        'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0')"""

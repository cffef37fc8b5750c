"""The notes: twenty of them in a list, and writing more."""

import json

import load
from load import Candidate, request
from servers import NUMBERS

# What it is called, and where it is.
LIST = ("20 notes", "/notes")
TWENTY = NUMBERS.format(21) + """
    INSERT INTO notes (user_id, title, body, created_at)
    SELECT users.id, 'Note ' || n, '', users.created_at FROM number, users WHERE users.id = 1"""


def fill(database):
    database.run(TWENTY)


def writes(server, token, seconds):
    """Notes a second that a program writes, each in a transaction of its own."""
    body = json.dumps({"title": "a note", "body": "with some words"})
    note = request("POST", "/api/notes", Authorization=f"Bearer {token}", Accept="application/json", body=body,
                   **{"Content-Type": "application/json", "Content-Length": str(len(body))})
    writing = Candidate("a note by POST /api/notes", server, [note], status=201)
    for _ in range(3):
        writing.run(seconds)
    print("\n## Writing\n")
    load.costs_table([writing], writing)

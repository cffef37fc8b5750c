"""A program that a person's password lets in."""

import json

from servers import EMAIL, PASSWORD


def access_token(server, scope="profile:read"):
    form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD, "scope": scope}
    return json.loads(server.send("POST", "/auth/token", form).text)["access_token"]

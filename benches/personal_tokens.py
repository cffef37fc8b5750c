"""A program with a token that a person made."""

import re


def personal_token(server, cookie):
    """Made by the form."""
    form = {"name": "bench", "days": "90", "profile:read": "yes"}
    text = server.send("POST", "/account/tokens", form, Cookie=cookie).text
    return re.search(r'<code class="token"[^>]*>([^<]+)</code>', text)[1]

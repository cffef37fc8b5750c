"""A mail server for the tests. It keeps each mail that it takes as a JSON file in a folder, taken
apart by a reader of mail that is not ours.

    smtp_server.py HOST PORT FOLDER [works | refuses | dies] [CERTIFICATE]

With a certificate it wants STARTTLS and a log-in before it takes a mail."""

import email.policy
import json
import logging
import os
import ssl
import sys
import tempfile

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

LOGIN = (b"post@example.com", b"p@ss:word/1")


class Keep:
    """What happens to a mail."""

    def __init__(self, folder, mood):
        self.folder, self.mood = folder, mood

    async def handle_DATA(self, server, session, envelope):
        if self.mood == "refuses":
            return f"451 4.3.0 Not now, {envelope.rcpt_tos[0]}"
        if self.mood == "dies":
            os._exit(1)  # The connection breaks before the answer.
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content()
        self.keep({
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "encrypted": session.ssl is not None,
            "type": mail.get_content_type(),
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "text": part("plain"),
            "html": part("html"),
        })
        return "250 Kept"

    def keep(self, mail):
        # Under another name until it is whole.
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".part", delete=False) as file:
            json.dump(mail, file)
        os.rename(file.name, file.name.removesuffix(".part") + ".json")


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == LOGIN)


def main(host, port, folder, mood="works", certificate=None):
    options = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": authenticate,
        }
    controller = Controller(Keep(folder, mood), hostname=host, port=int(port), **options)
    controller.start()
    print("listens", flush=True)
    sys.stdin.read()  # Until the test that started it is over, however it ends.
    os._exit(0)


logging.disable()  # A client that hangs up is what some tests are about.
main(*sys.argv[1:])

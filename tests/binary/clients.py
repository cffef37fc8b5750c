"""Clients that were written for other servers. requests-oauthlib and Authlib get, refresh and end
tokens, and PyJWT verifies them, by nothing but what the server says about itself.

    clients.py URL USERNAME PASSWORD [TOKEN]

TOKEN is an access token from an earlier time, which must still be good."""

import importlib.metadata
import os
import sys

import jwt
import requests
import requests_oauthlib
from authlib.integrations import requests_client as authlib
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error

# The tests' server speaks plain HTTP.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

CLIENT_ID = "a-program"  # the libraries want one, and the server knows none
SCOPE = "profile:read profile:write"
ALGORITHMS = ("EdDSA", "RS256")
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}  # RFC 7518 section 6


class RequestsOAuthlib:
    package = "requests-oauthlib"

    def __init__(self):
        client = LegacyApplicationClient(CLIENT_ID, scope=SCOPE)
        self.session = requests_oauthlib.OAuth2Session(client=client)

    def revoke(self, endpoint):
        return self.session.post(endpoint, data={"token": self.session.token["refresh_token"]})


class Authlib:
    package = "authlib"

    def __init__(self):
        self.session = authlib.OAuth2Session(CLIENT_ID, scope=SCOPE)

    def revoke(self, endpoint):
        # The refresh token must end with it.
        token = self.session.token["access_token"]
        return self.session.revoke_token(endpoint, token=token, token_type_hint="access_token")


def read_metadata(session, url):
    answer = session.get(get_well_known_url(url, external=True), withhold_token=True)
    assert answer.status_code == 200, f"the metadata is answered with {answer.status_code}"
    metadata = AuthorizationServerMetadata(answer.json())
    for member in metadata.REGISTRY_KEYS:
        # Authlib wants at least one; where there is no authorization endpoint, there is none.
        if member != "response_types_supported":
            getattr(metadata, f"validate_{member}")()
    types = metadata.get("response_types_supported")
    assert isinstance(types, list), f"RFC 8414 wants a list of response_types_supported: {types}"
    assert metadata["issuer"] == url, f"{url} calls itself {metadata['issuer']}"
    for member, wanted in (("grant_types_supported", {"password", "refresh_token"}),
                           ("scopes_supported", set(SCOPE.split())),
                           # Where these two are not there, a client must have a secret.
                           ("token_endpoint_auth_methods_supported", {"none"}),
                           ("revocation_endpoint_auth_methods_supported", {"none"})):
        told = getattr(metadata, member)
        assert wanted <= set(told or ()), f"{member} lacks some of {wanted}: {told}"
    return metadata


def check_keys(metadata):
    answer = requests.get(metadata["jwks_uri"])
    assert answer.status_code == 200, f"the keys are answered with {answer.status_code}"
    keys = answer.json()["keys"]
    for key in keys:
        assert key["use"] == "sig" and key["alg"] in ALGORITHMS, f"a key is odd: {key}"
        assert not PRIVATE & key.keys(), f"the private half of {key['kid']} is served"
    names = {key["kid"] for key in keys}
    assert 0 < len(names) == len(keys), f"{len(keys)} keys have these names: {names}"


def verify(token, metadata):
    """What the token says, which nobody can change."""
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    decode = lambda token: jwt.decode_complete(
        token, key, algorithms=[key.algorithm_name], audience="api", issuer=metadata["issuer"],
        options={"require": ["exp", "iat", "sub", "jti"]})
    decoded = decode(token)
    kind = decoded["header"]["typ"]
    assert kind == "at+jwt", f"an access token calls itself {kind}"
    for forged in forge(token):
        try:
            decode(forged)
        except jwt.InvalidSignatureError:
            continue
        raise AssertionError(f"a forged token passes: {forged} for {token}")
    status = me(metadata["issuer"], forged).status_code
    assert status == 401, f"the server answers a forged token with {status}"
    return decoded


def forge(token):
    """The token with each character of its payload changed in turn."""
    begin = token.index(".") + 1
    for at in range(begin, token.index(".", begin)):
        yield token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1:]


def me(url, token):
    return requests.get(f"{url}/api/me", headers={"Authorization": f"Bearer {token}"})


def check_me(answer, username):
    assert answer.status_code == 200, f"/api/me is answered with {answer.status_code}"
    email = answer.json()["email"]
    assert email == username, f"{username} is taken for {email}"


def journey(client, url, username, password):
    """From the metadata to a token that is refused; the algorithm of the tokens."""
    session = client.session
    metadata = read_metadata(session, url)
    # Authlib sends the client's id in the form, requests-oauthlib in a Basic header.
    endpoint = metadata["token_endpoint"]
    first = dict(session.fetch_token(endpoint, username=username, password=password))
    scope = verify(first["access_token"], metadata)["payload"]["scope"]
    assert set(scope.split()) == set(SCOPE.split()), f"for {SCOPE} there is a token for {scope}"
    check_me(session.get(f"{url}/api/me"), username)

    second = dict(session.refresh_token(endpoint))
    for name in ("access_token", "refresh_token"):
        assert second[name] != first[name], f"a refresh brings the old {name}"
    algorithm = verify(second["access_token"], metadata)["header"]["alg"]
    check_me(session.get(f"{url}/api/me"), username)

    status = client.revoke(metadata["revocation_endpoint"]).status_code
    assert status == 200, f"the end of a token is answered with {status}"
    refused = session.get(f"{url}/api/me")
    status, reason = refused.status_code, refused.headers.get("WWW-Authenticate", "")
    assert status == 401, f"a token that was ended is answered with {status}"
    assert 'error="invalid_token"' in reason, f"a token is refused for this: {reason}"
    try:
        session.refresh_token(endpoint)
    except (OAuth2Error, authlib.OAuthError) as refusal:
        assert refusal.error == "invalid_grant", f"a refresh is refused for this: {refusal.error}"
    else:
        raise AssertionError("a token that was ended is refreshed")
    return algorithm


def say(package, sentence):
    print(package, importlib.metadata.version(package), sentence)


def main(url, username, password, token=None):
    metadata = read_metadata(authlib.OAuth2Session(), url)
    check_keys(metadata)
    if token:
        verify(token, metadata)
        check_me(me(url, token), username)
    clients = (RequestsOAuthlib(), Authlib())
    algorithms = {journey(client, url, username, password) for client in clients}
    for client in clients:
        say(client.package, "got, refreshed and ended its tokens")
    say("pyjwt", f"verified them by {' and '.join(algorithms)}, and none that was forged")


main(*sys.argv[1:])

"""A provider of OpenID Connect that believes everybody, on a free port of this machine."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "coverage", "a secret of the client"


class Provider:
    """
    The provider: whom it says to be signed in, and since when.

    Attributes
    ----------
    url
        Where it is.
    login
        The ``preferred_username`` of whoever comes.
    issued_ago_s
        How old the tokens are that it issues.
    """

    def __init__(self, url: str):
        self.url, self.login, self.issued_ago_s = url, "boss", 0
        self.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.nonces: dict[str, str] = {}

    def metadata(self) -> dict[str, object]:
        """What it says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def code(self, nonce: str) -> str:
        """A code for the token of a sign-in."""
        code = secrets.token_urlsafe(8)
        self.nonces[code] = nonce
        return code

    def tokens(self, code: str) -> dict[str, object]:
        """What a code is exchanged for."""
        now = int(time.time()) - self.issued_ago_s
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "preferred_username": self.login}
        claims |= {"iat": now, "exp": now + 24 * 3600, "nonce": self.nonces.pop(code)}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": token}


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that runs until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        own, address = self.server.provider, urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            self._say(own.metadata())
        elif address.path == "/keys":
            self._say({"keys": [own.key.as_dict(private=False)]})
        elif address.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            back = urlencode({"code": own.code(asked["nonce"]), "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._say(self.server.provider.tokens(body["code"][0]))

    def _say(self, told: dict[str, object]) -> None:
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass

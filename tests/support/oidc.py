"""A provider of single sign-on: a real HTTP server on loopback that signs with a real key, and can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from hub import clock

CLIENT = "hub client"
SECRET = "a secret: of the client"
_KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})

Claims = dict[str, Any]


class OidcProvider:
    """Everybody who comes is the person of ``claims``; codes are given once, for one client, with PKCE."""

    def __init__(self) -> None:
        self.claims: Claims = {
            "sub": "person-1",
            "preferred_username": "ada",
            "email": "ada@school.test",
            "email_verified": True,
        }
        self.configuration: dict[str, Any] = {}  # what its discovery document says differently
        self.keys: list[dict[str, Any]] = [_KEY.as_dict(private=False)]
        self.sign: Callable[[Claims], object] = sign
        self.status = 200  # of every answer
        self.pause = threading.Event()  # set: answers at once
        self.pause.set()
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/realm"

    def stop(self) -> None:
        """Go down."""
        self.pause.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def visit(self, address: str) -> str:
        """What a browser does there: the person signs in, and is sent back to this path of the hub."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        returned = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(returned)}"

    def answer(self, path: str, body: bytes, credentials: str) -> tuple[int, dict[str, Any]]:
        """What the server says."""
        self.asked.append(path)
        self.pause.wait(30)
        if self.status != 200:
            return self.status, {}
        if path.endswith("/.well-known/openid-configuration"):
            return 200, self._discovery()
        if path.endswith("/keys"):
            return 200, {"keys": self.keys}
        return self._token(parse_qs(body.decode()), credentials) if path.endswith("/token") else (404, {})

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.configuration,
        }

    def _token(self, form: dict[str, list[str]], credentials: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form["code"][0], None)
        pair = base64.b64decode(credentials.removeprefix("Basic ")).decode()
        if asked is None or pair != "hub%20client:a%20secret%3A%20of%20the%20client":
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or form["redirect_uri"][0] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = clock.to_unix(clock.now())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        return 200, {"id_token": self.sign({**claims, **self.claims}), "token_type": "Bearer", "access_token": "x"}


def sign(claims: Claims, key: RSAKey = _KEY, algorithm: str = "RS256") -> str:
    """The claims, signed as the provider does."""
    return jwt.encode({"alg": algorithm, "kid": "one"}, claims, key)


def unsigned(claims: Claims, signature: str = "", **header: str) -> str:
    """The claims under a header of one's choice, the signature whatever one likes."""
    parts = [{"alg": "none", "kid": "one", **header}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, signature])


def public_pem() -> bytes:
    """The provider's public key, as everybody can have it."""
    return _KEY.as_pem(private=False)


def _handler_for(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/realm/authorise?"):
                asked = dict(parse_qsl(urlsplit(self.path).query))
                hub = asked["redirect_uri"].removesuffix(urlsplit(asked["redirect_uri"]).path)
                self.send_response(302)
                self.send_header("Location", hub + provider.visit(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._say(*provider.answer(self.path, b"", ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(*provider.answer(self.path, body, self.headers.get("Authorization", "")))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: tests look at ``asked``."""

    return Handler

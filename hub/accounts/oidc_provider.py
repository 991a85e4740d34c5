"""The provider of single sign-on: what it says about itself, where people are sent, and whom it vouches for.

Nothing is kept between two sign-ins, so that keys it has changed count at once.
"""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from config import Config
from hub import clock
from hub.errors import HubError
from hub.outgoing.answers import Answer
from hub.outgoing.client import GuardedClient
from hub.outgoing.errors import OutgoingError
from hub.outgoing.limits import Limits

log = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]  # by public keys only
LEEWAY = 60  # seconds by which clocks may differ
_LIMITS = Limits(connect=5.0, read=8.0, total=10.0, body=262_144, redirects=0)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_GARBAGE = (JoseError, ValueError, TypeError, KeyError, AttributeError)  # what the library makes of odd tokens and keys


class ProviderAway(HubError):
    """The provider does not answer."""

    key = "provideraway"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "The single sign-on of your organisation does not answer. Try again in a minute, or sign in with user name "
            "and password."
        )


class ProviderDistrusted(HubError):
    """The provider answered something that the hub does not believe; ``reason`` is for its operator."""

    key = "providerdistrusted"
    status = 502

    def __init__(self, reason: str) -> None:
        log.warning("single sign-on was refused: %s", reason)
        super().__init__(
            f"The answer of the single sign-on was refused: {reason}. Begin again; if it goes on, tell the people who "
            "run this hub, or sign in with user name and password."
        )


@dataclass(frozen=True)
class Question:
    """What a browser is sent to the provider with; ``state`` and ``nonce`` come back, the verifier stays here."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    anew: bool = False  # the person has to sign in there again, whatever session they have


@dataclass(frozen=True)
class Provider:
    """The configured provider, asked through the guarded client."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    client: GuardedClient = field(repr=False)

    @property
    def host(self) -> str:
        """What people know it by."""
        return urlsplit(self.issuer).netloc

    def address(self, question: Question) -> str:
        """Where the browser goes; ProviderAway or ProviderDistrusted when there is no such place."""
        endpoint = str(self._metadata()["authorization_endpoint"])
        values = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": question.redirect_uri,
            "scope": "openid profile email",
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": create_s256_code_challenge(question.verifier),
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if question.anew else {}),
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(values)}"

    def vouched(self, code: str, issuer: str | None, question: Question) -> Mapping[str, Any]:
        """The claims about whoever came back with this code; ``issuer`` is what the browser brought with it.

        ProviderDistrusted for claims that are not by this provider, for this hub, for this question, or of today.
        """
        metadata = self._metadata()
        self._require_same_issuer(metadata, issuer)
        token = self._token(metadata, code, question)
        keys = _public_keys(_object(self._answer(str(metadata["jwks_uri"])), "its keys cannot be read"))
        try:
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            _registry(self.issuer, question.nonce).validate(claims)
        except _GARBAGE as error:
            raise ProviderDistrusted(f"its token does not hold ({type(error).__name__}: {error})") from error
        _require_audience(claims, self.client_id)
        return claims

    def _metadata(self) -> Mapping[str, Any]:
        answer = self._answer(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        told = _object(answer, "its configuration cannot be read")
        if told.get("issuer") != self.issuer:
            raise ProviderDistrusted("it calls itself by another name than HUB_OIDC_ISSUER")
        scheme = "https://" if self.issuer.startswith("https://") else ("https://", "http://")
        if not all(isinstance(told.get(name), str) and told[name].startswith(scheme) for name in _ENDPOINTS):
            raise ProviderDistrusted("its configuration names no safe addresses")
        return told

    def _require_same_issuer(self, metadata: Mapping[str, Any], issuer: str | None) -> None:
        """What came back must be by the provider that was asked, and not by another one (RFC 9207)."""
        told = metadata.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.issuer and (issuer is not None or told):
            raise ProviderDistrusted("the answer comes from another provider")

    def _token(self, metadata: Mapping[str, Any], code: str, question: Question) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": question.redirect_uri,
            "code_verifier": question.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        credentials = self._credentials(metadata.get("token_endpoint_auth_methods_supported"))
        body = urlencode({**form, **credentials.get("form", {})}).encode()
        answer = self._answer(str(metadata["token_endpoint"]), body, {**headers, **credentials.get("headers", {})})
        token = _object(answer, "it gave no token for the code").get("id_token")
        if not isinstance(token, str):
            raise ProviderDistrusted("it gave no token for the code")
        return token

    def _credentials(self, methods: object) -> dict[str, dict[str, str]]:
        """How the hub says who it is: as the provider likes it, in a header unless it wants the form."""
        if not self.client_secret:
            return {"form": {"client_id": self.client_id}}
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            return {"form": {"client_id": self.client_id, "client_secret": self.client_secret}}
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        return {"headers": {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}}

    def _answer(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        try:
            method = "GET" if body is None else "POST"
            answer = self.client.exchange(method, url, body=body, headers=headers, limits=_LIMITS)  # type: ignore[arg-type]
        except OutgoingError as error:
            log.warning("single sign-on does not answer at %s: %s", url, error.detail)
            raise ProviderAway from error
        if answer.status >= 500:
            log.warning("single sign-on answers %s at %s", answer.status, url)
            raise ProviderAway
        return answer


def provider() -> Provider | None:
    """The provider that the deployment names, if any."""
    config: Config = current_app.config["HUB"]
    if not config.oidc_issuer or not config.oidc_client_id:
        return None
    outgoing = current_app.extensions["outgoing"]
    return Provider(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret, outgoing)


def _object(answer: Answer, complaint: str) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError) as error:
        raise ProviderDistrusted(complaint) from error
    if not isinstance(told, dict):
        raise ProviderDistrusted(complaint)
    return told


def _public_keys(told: Mapping[str, Any]) -> KeySet:
    """The keys that sign; none of the kind with which whoever checks could sign as well."""
    keys = told.get("keys")
    found = [each for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []
    signing = [each for each in found if each.get("kty") in ("RSA", "EC") and each.get("use", "sig") == "sig"]
    try:
        return KeySet.import_key_set({"keys": signing})
    except _GARBAGE as error:
        raise ProviderDistrusted("its keys cannot be read") from error


def _registry(issuer: str, nonce: str) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=clock.to_unix(clock.now()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )


def _require_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in audiences or (len(audiences) > 1 and party is None) or party not in (None, client_id):
        raise ProviderDistrusted("its token is meant for somebody else")

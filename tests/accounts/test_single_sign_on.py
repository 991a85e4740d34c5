"""Single sign-on with a real provider: who comes in, who does not, and what a lying one achieves."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from joserfc.jwk import RSAKey

from config import Config, ConfigurationError
from hub import clock
from hub.access import Role
from hub.accounts import invitations, oidc_provider, people
from hub.accounts.factor_models import OidcIdentity
from hub.accounts.models import Invitation, User, UserSession
from hub.database import transaction
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import declared
from tests.support import oidc
from tests.support.oidc import CLIENT, SECRET, OidcProvider
from tests.support.pages import PASSWORD, Answer, Visitor, visitor


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    yield provider
    provider.stop()


@pytest.fixture
def config(config: Config, provider: OidcProvider) -> Config:
    """A hub that trusts the provider, which lives in a private network; two groups there stand for roles here."""
    return replace(
        config,
        allow_private_sites=True,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_role_claim="realm.groups",
        oidc_roles=(("hub-admins", "administrator"), ("hub-team", "moderator")),
    )


@pytest.fixture
def mo(app: Flask) -> User:
    with transaction(db.session):
        people.create("Boss", "boss@hub.test", PASSWORD, Role.ADMINISTRATOR, by=COMMAND)
        return people.create("Mo", "mo@hub.test", PASSWORD, Role.MODERATOR, by=COMMAND)


def sent_out(browser: Visitor, path: str = "/login/oidc") -> str:
    """The address at the provider to which the hub sends this browser."""
    return str(browser.get(path, status=302).location)


def round_trip(browser: Visitor, provider: OidcProvider, path: str = "/login/oidc") -> Answer:
    """The hub's answer to a browser that went to the provider and came back."""
    return browser.send("GET", provider.visit(sent_out(browser, path)))


def invite(email: str, role: Role = Role.MODERATOR) -> None:
    with transaction(db.session):
        invitations.invite(email, role, by=COMMAND)


def who(browser: Visitor) -> str:
    """As whom a browser is signed in."""
    page = browser.get("/account")
    return " ".join(page.page.xpath("//dl//dd/text()"))


def refusals() -> list[str]:
    details = sa.select(EventDetails.details).join(EventRow, EventRow.id == EventDetails.event_id)
    return [each["reason"] for each in db.session.scalars(details.where(EventRow.kind == "single sign-on refused"))]


def test_the_browser_is_sent_out_with_state_nonce_and_a_challenge_and_without_the_secret(
    app: Flask, provider: OidcProvider
) -> None:
    address = sent_out(visitor(app))
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/authorise?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://hub.test/login/oidc/callback"]
    assert len(asked["state"][0]) > 30
    assert len(asked["nonce"][0]) > 30
    assert SECRET not in address
    assert asked["state"] != parse_qs(urlsplit(sent_out(visitor(app))).query)["state"]


def test_somebody_invited_under_a_verified_address_comes_in_and_is_known_the_next_time(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("Ada@school.test")
    browser = visitor(app)
    assert round_trip(browser, provider, "/login/oidc?next=/admin/sites").location == "/admin/sites"
    assert who(browser) == "ada moderator ada@school.test"
    provider.claims |= {"email": "else@school.test", "preferred_username": "other"}
    again = visitor(app)
    assert round_trip(again, provider).location == "/admin/"
    assert who(again) == "ada moderator ada@school.test"
    assert refusals() == []


NOT_VERIFIED: tuple[dict[str, object], ...] = (
    {},
    {"email": "mo@hub.test", "email_verified": False},
    {"email": "invited@school.test", "email_verified": False},
    {"email": "invited@school.test", "email_verified": None},
    {"email": ["invited@school.test"]},
    {"email": None},
)


def test_whoever_was_not_invited_under_a_verified_address_stays_outside(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("invited@school.test")
    known = provider.claims
    for claims in NOT_VERIFIED:
        provider.claims = known | claims
        browser = visitor(app)
        answer = round_trip(browser, provider)
        assert answer.status == 403, claims
        assert "invited" in answer.words
        browser.get("/account", status=302)
    assert refusals() == ["notinvited"] * len(NOT_VERIFIED)


def test_a_mail_address_alone_never_opens_the_account_that_has_it(app: Flask, provider: OidcProvider, mo: User) -> None:
    provider.claims |= {"email": "MO@hub.test", "realm": {"groups": ["hub-admins"]}}
    answer = round_trip(visitor(app), provider)
    assert answer.status == 409
    assert "link it" in answer.words
    with transaction(db.session):
        db.session.get_one(User, mo.id).banned = True
    assert round_trip(visitor(app), provider).status == 409, "a ban is not walked around by a second account"


def test_groups_at_the_provider_stand_for_roles_and_are_followed_at_each_sign_in(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    provider.claims["realm"] = {"groups": ["everybody", "hub-team", "hub-admins"]}
    browser = visitor(app)
    round_trip(browser, provider)
    assert who(browser) == "ada administrator ada@school.test"
    provider.claims["realm"] = {"groups": ["hub-team"]}
    round_trip(browser, provider)
    assert who(browser) == "ada moderator ada@school.test"
    provider.claims["realm"] = {"groups": ["everybody"]}
    assert round_trip(visitor(app), provider).status == 403
    kinds = list(db.session.scalars(sa.select(EventRow.kind)))
    assert kinds.count("role changed") == 1


def test_whoever_comes_by_a_group_has_no_other_way_in_that_would_outlast_it(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    """Else a link for a forgotten password lets somebody in who has left the organisation."""
    provider.claims["realm"] = {"groups": ["hub-team"]}
    browser = visitor(app)
    round_trip(browser, provider)
    browser.post("/account/oidc/unlink", status=403)
    with transaction(db.session):
        ada = people.get_named("ada")
        people.change_password(ada, PASSWORD, by=COMMAND)
    assert round_trip(browser, provider).location == "/admin/"
    visitor(app).post("/login", status=403, username="ada", password=PASSWORD)
    app.config["HUB"] = replace(app.config["HUB"], oidc_role_claim=None, oidc_roles=())
    visitor(app).sign_in("ada").get("/account")


def test_a_new_password_leaves_it_to_the_provider_to_ask_for_a_second_factor(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("ada@school.test")
    browser = visitor(app)
    round_trip(browser, provider)
    with transaction(db.session):
        declared.change("secondfactorrequired", "everybody")
        ada = people.get_named("ada")
        ada.browser = db.session.scalars(sa.select(UserSession).where(UserSession.user_id == ada.id)).one()
        people.change_password(ada, PASSWORD, by=COMMAND)
    browser.post("/account/password", present=PASSWORD, new="another long password")
    browser.get("/account")


def test_a_name_that_is_taken_gets_a_number(app: Flask, provider: OidcProvider, mo: User) -> None:
    provider.claims |= {"preferred_username": "MO", "realm": {"groups": "hub-team"}}
    browser = visitor(app)
    round_trip(browser, provider)
    assert who(browser) == "MO 2 moderator ada@school.test"


def test_a_ban_works_at_once_for_the_session_and_for_the_next_sign_in(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("ada@school.test")
    browser = visitor(app)
    round_trip(browser, provider)
    with transaction(db.session):
        db.session.scalars(sa.select(User).where(User.username == "ada")).one().banned = True
    browser.get("/account", status=302)
    assert round_trip(browser, provider).status == 403
    browser.get("/account", status=302)


def test_signing_out_ends_the_session(app: Flask, provider: OidcProvider, mo: User) -> None:
    invite("ada@school.test")
    browser = visitor(app)
    round_trip(browser, provider)
    browser.post("/logout")
    browser.get("/account", status=302)


def test_an_account_is_linked_after_its_owner_has_seen_to_whom(app: Flask, provider: OidcProvider, mo: User) -> None:
    browser = visitor(app).sign_in("mo")
    assert round_trip(browser, provider, "/account/oidc/link").location == "/account/oidc"
    assert db.session.scalars(sa.select(OidcIdentity)).all() == []
    assert "ada" in browser.get("/account/oidc").words
    browser.post("/account/oidc/link")
    other = visitor(app)
    round_trip(other, provider)
    assert who(other).startswith("Mo moderator")
    taken = round_trip(visitor(app).sign_in("boss"), provider, "/account/oidc/link")
    assert taken.status == 409
    browser.post("/account/oidc/unlink")
    assert round_trip(visitor(app), provider).status == 403


def test_the_provider_proves_who_somebody_is_only_when_it_has_asked_anew(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("ada@school.test")
    browser = visitor(app)
    round_trip(browser, provider)
    with clock.fixed(clock.now() + timedelta(minutes=16)):
        now = clock.to_unix(clock.now())
        path = "/account/oidc/prove?next=/account/oidc/link"
        assert "prompt=login" in sent_out(browser, path)
        browser.get("/account/oidc/link", status=302)
        provider.claims["auth_time"] = now - 3600
        assert round_trip(browser, provider, path).status == 502
        provider.claims |= {"auth_time": now, "sub": "somebody else"}
        assert round_trip(browser, provider, path).status == 502
        provider.claims["sub"] = "person-1"
        assert round_trip(browser, provider, path).location == "/account/oidc/link"
        assert browser.get("/account/oidc/link", status=302).location.startswith(provider.issuer)


# ---- attacks ----


def refused(app: Flask, provider: OidcProvider) -> bool:
    """Whether somebody who could come in, if the provider's answer held, is told that it does not."""
    if not db.session.scalars(sa.select(Invitation)).all():
        invite("ada@school.test")
    browser = visitor(app)
    answer = round_trip(browser, provider)
    if browser.send("GET", "/account").status == 200 or db.session.scalars(sa.select(OidcIdentity)).all():
        return False
    return answer.status == 502 and "refused" in answer.words and refusals()[-1] == "providerdistrusted"


WRONG_CLAIMS: tuple[dict[str, object], ...] = (
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another client"},
    {"aud": ["another client"]},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"aud": None},
    {"exp": 1_000_000_000},
    {"exp": None},
    {"exp": "tomorrow"},
    {"iat": 9_000_000_000},
    {"iss": "https://elsewhere.test"},
    {"iss": None},
    {"sub": ""},
    {"sub": None},
    {"sub": 7},
    {"sub": "x" * 256},
    {"nbf": 9_000_000_000},
)


def test_a_token_that_is_not_for_this_hub_this_question_and_today_is_refused(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    right = provider.claims
    for wrong in WRONG_CLAIMS:
        provider.claims = right | wrong
        assert refused(app, provider), wrong
    provider.claims = right
    assert not refused(app, provider)


def hmac_with_public_key(claims: dict[str, object]) -> str:
    """Signed with what everybody has, as if it were a shared secret."""
    text = oidc.unsigned(claims, alg="HS256").rstrip(".")
    digest = hmac.new(oidc.public_pem(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


STRANGE = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})


def with_other_claims(claims: dict[str, object]) -> str:
    """A signature under what it was not made for."""
    header, _claims, signature = oidc.sign(claims).split(".")
    return ".".join([header, oidc.sign({**claims, "sub": "another"}).split(".")[1], signature])


FORGERIES: dict[str, Callable[[dict[str, object]], object]] = {
    "alg none": oidc.unsigned,
    "alg NONE": lambda claims: oidc.unsigned(claims, alg="NONE"),
    "no signature": lambda claims: oidc.unsigned(claims, alg="RS256"),
    "a short signature": lambda claims: oidc.unsigned(claims, alg="RS256", signature="AAAA"),
    "HMAC with the public key": hmac_with_public_key,
    "another key": lambda claims: oidc.sign(claims, STRANGE),
    "an altered signature": lambda claims: oidc.sign(claims)[:-6] + "AAAAAA",
    "altered claims": with_other_claims,
    "no token": lambda claims: "not a token",
    "nothing": lambda claims: "",
    "something encrypted": lambda claims: "a.b.c.d.e",
    "a number": lambda claims: 7,
}


def test_a_token_that_the_provider_has_not_signed_is_refused(app: Flask, provider: OidcProvider, mo: User) -> None:
    for name, forge in FORGERIES.items():
        provider.sign = forge
        assert refused(app, provider), name
    provider.sign = oidc.sign
    assert not refused(app, provider)


def test_a_shared_secret_among_the_providers_keys_signs_nothing(app: Flask, provider: OidcProvider, mo: User) -> None:
    secret = urlsafe_b64encode(b"x" * 32).rstrip(b"=").decode()
    provider.keys = [{"kty": "oct", "k": secret, "kid": "one", "use": "sig"}]
    provider.sign = hmac_with_public_key
    assert refused(app, provider)


LIES: tuple[dict[str, object], ...] = (
    {"issuer": "https://elsewhere.test"},
    {"issuer": None},
    {"token_endpoint": None},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"jwks_uri": "file:///etc/passwd"},
)


def test_a_configuration_of_another_issuer_or_without_safe_addresses_leads_nowhere(
    app: Flask, provider: OidcProvider
) -> None:
    for lie in LIES:
        provider.configuration = lie
        answer = visitor(app).send("GET", "/login/oidc")
        assert (answer.status, answer.location) == (502, None), lie


def test_an_answer_of_another_provider_is_refused(app: Flask, provider: OidcProvider, mo: User) -> None:
    invite("ada@school.test")
    browser = visitor(app)
    mixed = provider.visit(sent_out(browser)).replace("realm", "other")
    assert browser.send("GET", mixed).status == 502
    provider.configuration = {"authorization_response_iss_parameter_supported": True}
    unnamed = provider.visit(sent_out(browser)).partition("&iss=")[0]
    assert browser.send("GET", unnamed).status == 502
    assert not [path for path in provider.asked if path.endswith("/token")], "the code was shown to nobody"


def test_a_state_opens_nothing_twice_nor_late_nor_in_another_browser(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    invite("ada@school.test")
    browser, other = visitor(app), visitor(app)
    address = sent_out(browser)
    sent_out(other)
    assert other.send("GET", provider.visit(address)).status == 403
    stolen = browser.client.get_cookie("hub_session", domain="localhost")
    assert browser.send("GET", provider.visit(address)).status == 302
    replaying = visitor(app)
    assert stolen is not None
    replaying.client.set_cookie("hub_session", stolen.value, domain="localhost")
    assert replaying.send("GET", provider.visit(address)).status == 403, "the old cookie does not help"
    late = visitor(app)
    callback = provider.visit(sent_out(late))
    with clock.fixed(clock.now() + timedelta(minutes=11)):
        assert late.send("GET", callback).status == 403
    for path in ("/login/oidc/callback", "/login/oidc/callback?state=&code=x", "/login/oidc/callback?state=%F0&code=x"):
        assert visitor(app).send("GET", path).status == 403


def test_a_state_is_used_up_by_a_failure(app: Flask, provider: OidcProvider, mo: User) -> None:
    browser = visitor(app)
    callback = provider.visit(sent_out(browser))
    cancelled = browser.send("GET", callback.replace("code=", "error=access_denied&was="))
    assert cancelled.status == 502
    assert "cancelled" in cancelled.words
    assert browser.send("GET", callback).status == 403


def test_a_provider_that_is_down_leaves_nothing_half_done_and_says_what_to_do(
    app: Flask, provider: OidcProvider, mo: User
) -> None:
    browser = visitor(app)
    for status in (500, 503, 404, 302):
        callback = provider.visit(sent_out(browser))
        provider.status = status
        for path in (callback, "/login/oidc"):
            answer = browser.send("GET", path)
            assert answer.status in (502, 503)
            assert "sign in with user name and password" in answer.words
        provider.status = 200
    browser.sign_in("mo")


def test_a_provider_that_is_gone_says_what_to_do(app: Flask, provider: OidcProvider) -> None:
    provider.stop()
    answer = visitor(app).send("GET", "/login/oidc")
    assert answer.status == 503
    assert "does not answer" in answer.words


def test_a_provider_that_stays_silent_is_not_waited_for_long(
    app: Flask, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_provider, "_LIMITS", replace(oidc_provider._LIMITS, read=0.2))
    provider.pause.clear()
    answer = visitor(app).send("GET", "/login/oidc")
    assert answer.status == 503
    assert "does not answer" in answer.words


def test_without_a_provider_there_is_no_such_door(app: Flask, config: Config) -> None:
    app.config["HUB"] = replace(config, oidc_issuer=None)
    browser = visitor(app)
    assert browser.send("GET", "/login/oidc").status == 404
    assert "through" not in browser.get("/login").words


def test_half_a_configuration_stops_the_start() -> None:
    whole = {"HUB_OIDC_ISSUER": "https://id.test/", "HUB_OIDC_CLIENT_ID": "hub"}
    assert Config.from_environment(whole).oidc_issuer == "https://id.test/"
    roles = {"HUB_OIDC_ROLE_CLAIM": "groups", "HUB_OIDC_ROLES": "cn=a,dc=b=administrator; c d = auditor;"}
    assert Config.from_environment(whole | roles).oidc_roles == (("cn=a,dc=b", "administrator"), ("c d", "auditor"))
    for wrong in (
        {"HUB_OIDC_ISSUER": "https://id.test"},
        {"HUB_OIDC_CLIENT_ID": "hub"},
        {**whole, "HUB_OIDC_ISSUER": "http://id.test"},
        {**whole, "HUB_OIDC_ROLE_CLAIM": "groups"},
        {**whole, **roles, "HUB_OIDC_ROLES": "a=king"},
        {**whole, **roles, "HUB_OIDC_ROLES": "administrator"},
    ):
        with pytest.raises(ConfigurationError):
            Config.from_environment(wrong)

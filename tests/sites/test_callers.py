"""Who calls: tokens of sites, the public token, a closed hub."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.extensions import db
from hub.lookups import Lookup
from hub.settings import declared
from hub.sites.callers import SiteCallers
from hub.sites.models import SiteState
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.faults import AccessDenied, HubNotEnabled, InvalidToken, RegistrationBlocked
from hub.webservices.registry import registry
from tests.factories import make_site, make_token

FUNCTION = registry.get("hub_update_site_info")


@pytest.fixture
def callers(app: Flask) -> SiteCallers:
    for name, value in (("hubenabled", "1"), ("privacy", "public")):
        declared.change(name, value)
    db.session.commit()
    return SiteCallers()


def test_a_token_speaks_for_its_site(callers: SiteCallers) -> None:
    site = make_site(moodle_version="2014111005.02")
    caller = callers.find_caller(make_token(site), FUNCTION)
    assert (caller.service, caller.site_id, caller.used) == (Service.SITE, site.id, True)
    assert (caller.version, caller.release) == ("2014111005.02", site.moodle_release)


def test_T36_no_empty_or_unknown_token_speaks_for_anybody(callers: SiteCallers) -> None:
    make_token(make_site())
    for token in ("", " ", "unknown", "0"):
        with pytest.raises(InvalidToken):
            callers.find_caller(token, FUNCTION)


@pytest.mark.parametrize("privacy", ["public", "search"])
def test_publichub_opens_a_hub_that_is_not_private(callers: SiteCallers, privacy: str) -> None:
    declared.change("privacy", privacy)
    assert callers.find_caller("publichub", FUNCTION) == Caller(Service.PUBLIC)


def test_B18_publichub_opens_no_private_hub_and_private_is_what_holds_unset(app: Flask) -> None:
    declared.change("hubenabled", "1")
    with pytest.raises(AccessDenied):
        SiteCallers().find_caller("publichub", FUNCTION)


def test_B19_a_closed_hub_opens_to_nobody(callers: SiteCallers) -> None:
    token = make_token(make_site())
    declared.change("hubenabled", "0")
    for shown in (token, "publichub", "unknown"):
        with pytest.raises(HubNotEnabled):
            callers.find_caller(shown, FUNCTION)


@pytest.mark.parametrize("reason", list(Reason))
def test_a_revoked_token_says_invalidtoken_unless_its_secret_is_blocked(callers: SiteCallers, reason: Reason) -> None:
    site = make_site()
    token = make_token(site)
    issuing.revoke_all(site.id, reason)
    with pytest.raises(RegistrationBlocked if reason is Reason.SECRET_BLOCKED else InvalidToken):
        callers.find_caller(token, FUNCTION)


@pytest.mark.parametrize("state", [SiteState.UNREGISTERED, SiteState.REMOVED])
def test_the_token_of_a_site_that_is_gone_opens_nothing(callers: SiteCallers, state: SiteState) -> None:
    site = make_site()
    token = make_token(site)
    site.state = state
    db.session.flush()
    with pytest.raises(InvalidToken):
        callers.find_caller(token, FUNCTION)


def test_a_first_use_ends_older_tokens_and_notes_the_handover(callers: SiteCallers) -> None:
    site = make_site()
    old, new, newest = (make_token(site, used=used) for used in (True, False, False))
    caller = callers.find_caller(new, FUNCTION)
    assert caller.used is False
    callers.note_first_use(caller)
    db.session.refresh(site)
    assert site.confirmed_at is not None
    with pytest.raises(InvalidToken):
        callers.find_caller(old, FUNCTION)
    assert callers.find_caller(new, FUNCTION).used is True
    assert callers.find_caller(newest, FUNCTION).site_id == site.id


def test_finding_a_caller_is_one_look_up_beside_the_settings(
    callers: SiteCallers, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token(make_site())
    callers.find_caller(token, FUNCTION)
    asked: list[Lookup] = []
    rows = Lookup.rows
    monkeypatch.setattr(Lookup, "rows", lambda self, **parameters: asked.append(self) or rows(self, **parameters))
    callers.find_caller(token, FUNCTION)
    assert len(asked) == 1

"""The pages that the administrator of a site passes through, and those behind the links that the hub mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from hub.access import open_to_all
from hub.challenge import views as arriving
from hub.database import retrying, transaction
from hub.extensions import csrf, db
from hub.registration import blocking, disowning, handshake, moving, replacing
from hub.registration.arrival import Arrival, HandOver, known_address, on_site, require_password, shown_hub_name
from hub.registration.comparing import compare
from hub.registration.decisions import Choice, require_reachable
from hub.registration.handshake import MoveWaits, Outcome, Question, Refused
from hub.registration.links import MAILED_LINK
from hub.runtime import allow_form_target, hub_url
from hub.settings import declared, password
from hub.sites import matters
from hub.sites.contact_link import LinkInvalid, get_told
from hub.sites.details import SiteDetails
from hub.sites.identity import origin
from hub.sites.probe import REGISTRATION_SECONDS
from hub.webservices.faults import HubNotEnabled

bp = Blueprint("registration", __name__)

ANSWERS = ("action", "freshmoodletokenconf", "deny")  # fields of our own forms: only these need their token


class ToSite(Response):
    """Sends the browser to a site's URL exactly as the site spells it: Werkzeug would lower its host."""

    def __init__(self, handover: HandOver) -> None:
        super().__init__(status=303, headers={"Location": handover.location, "Cache-Control": "no-store"})

    def get_wsgi_headers(self, environ: Any) -> Any:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@bp.route("/local/hub/siteregistration.php", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
@open_to_all
def register_site() -> ResponseReturnValue:
    """A site registers through the browser of its administrator; or somebody follows a mailed link about it."""
    if request.method == "HEAD":
        return ""  # whoever only looks at a link must not register anything
    if not declared.current("hubenabled"):
        raise HubNotEnabled
    if any(name in _sent() for name in ANSWERS):
        csrf.protect()
    given = {**request.args.to_dict(), **_sent().to_dict()}
    if given.get("freshmoodletoken") and given.get("id"):
        return _answer_contact(_number(given["id"]), given["freshmoodletoken"])
    return _arrive(given)


def _sent() -> ImmutableMultiDict[str, str]:
    """The form of a POST. A GET can have a body as well, which neither CSRF protection nor limits look at."""
    return request.form if request.method == "POST" else ImmutableMultiDict()


def _arrive(given: Mapping[str, str]) -> ResponseReturnValue:
    arrival = Arrival.parse(given, huburl=_echoed(given), address=request.remote_addr or "")
    if blocking.is_blocked(arrival):
        return _send_for_new_secret(arrival)
    require_password(arrival, password.fits)
    if (held := arriving.stop(arrival, given)) is not None:
        return held
    db.session.rollback()  # no transaction stays open while the site is asked
    require_reachable(arrival.details.url, _ask(arrival.details.url))
    outcome = retrying(db.session, lambda: handshake.register(arrival, _choice()))
    return _answer(outcome, arrival, given)


def _ask(url: str) -> Any:
    return current_app.extensions["hub_probe"](url, REGISTRATION_SECONDS)


def _echoed(given: Mapping[str, str]) -> str:
    own = (hub_url(), *current_app.config["HUB"].url_aliases)
    return known_address(given.get("huburl", ""), request.headers.get("Host", ""), own)


def _choice() -> Choice | None:
    """What the form of the question says; an address alone chooses nothing."""
    chosen = _sent().get("action", "")
    return Choice(chosen) if chosen in list(Choice) else None


def _answer(outcome: Outcome, arrival: Arrival, given: Mapping[str, str]) -> ResponseReturnValue:
    if isinstance(outcome, HandOver):
        return ToSite(outcome)
    if isinstance(outcome, Refused):
        raise outcome.error
    if isinstance(outcome, MoveWaits):
        return render_template("registration/move_waits.html", site=outcome.site, move=outcome.move), 202
    return _ask_moved_or_copied(outcome, arrival, given)


def _ask_moved_or_copied(question: Question, arrival: Arrival, given: Mapping[str, str]) -> ResponseReturnValue:
    allow_form_target(origin(arrival.details.url))
    carried = {name: value for name, value in given.items() if name not in ("action", "csrf_token")}
    return render_template(
        "registration/moved_or_copied.html",
        site=question.site,
        arriving=arrival.details,
        differences=list(compare(question.site, arrival.details)),
        carried=carried,
    )


def _send_for_new_secret(arrival: Arrival) -> ResponseReturnValue:
    allow_form_target(origin(arrival.details.url))
    return render_template(
        "registration/blocked.html",
        target=on_site(arrival.details.url, "renewregistration.php"),
        host=origin(arrival.details.url),
        values={"url": arrival.huburl, "token": arrival.secret, "hubname": shown_hub_name(declared.current("name"))},
    ), 403


def _answer_contact(site_id: int, token: str) -> ResponseReturnValue:
    """The contact of a site, by the mailed link: a visit shows who asks for the URL, a form decides."""
    if _sent().get("freshmoodletokenconf") == "1":
        return ToSite(retrying(db.session, lambda: replacing.accept(site_id, token, by=MAILED_LINK)))
    if "deny" in _sent():
        with transaction(db.session):
            site = replacing.deny(site_id, token, by=MAILED_LINK)
        return render_template("registration/denied.html", site=site)
    site, attempts = replacing.get_asked(site_id, token)
    waiting = [(attempt, SiteDetails.parse(attempt.details)) for attempt in attempts]
    for _attempt, details in waiting:
        allow_form_target(origin(details.url))
    return render_template(
        "registration/url_taken.html",
        site=site,
        waiting=[
            (attempt, details, list(compare(site, details)), replacing.link_token(attempt))
            for attempt, details in waiting
        ],
        token=token,
    )


@bp.get("/registration/move")
@open_to_all
def show_move() -> ResponseReturnValue:
    """The contact of a site, by the mailed link: has it moved to another host?"""
    site, move = moving.get_asked(_number(request.args.get("id", "")), request.args.get("token", ""))
    allow_form_target(origin(move.new_url))
    return render_template("registration/move.html", site=site, move=move, token=request.args["token"])


@bp.post("/registration/move")
@open_to_all
def decide_move() -> ResponseReturnValue:
    """The contact's decision about a move."""
    site_id, token = _number(request.form.get("id", "")), request.form.get("token", "")
    accepted = request.form.get("decision") == "accept"
    handover = retrying(db.session, lambda: _decided(site_id, token, accepted))
    return ToSite(handover) if handover else render_template("registration/move_decided.html", accepted=accepted)


def _decided(site_id: int, token: str, accepted: bool) -> HandOver | None:
    _site, move = moving.get_asked(site_id, token)
    if accepted:
        return moving.accept(move, by=MAILED_LINK)
    moving.refuse(move, by=MAILED_LINK)
    return None


@bp.get("/registration/site")
@open_to_all
def show_state() -> ResponseReturnValue:
    """The contact of a site sees what the hub knows and has decided about it."""
    site = get_told(request.args.get("token", ""))
    return render_template(
        "registration/state.html", site=site, waiting=matters.of(site), token=request.args.get("token", "")
    )


@bp.post("/registration/site")
@open_to_all
def disown_site() -> ResponseReturnValue:
    """The contact of a site says that he did not register it."""
    with transaction(db.session):
        site = get_told(request.form.get("token", ""))
        disowning.disown(site, by=MAILED_LINK)
    return render_template("registration/disowned.html", site=site)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise LinkInvalid
    return int(text)

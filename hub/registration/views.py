"""The pages that the administrator of a site passes through, and those behind the links that the hub mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from hub.access import open_to_all
from hub.challenge import views as arriving
from hub.database import retrying, transaction
from hub.extensions import csrf, db
from hub.outgoing.limits import Deadline
from hub.registration import (
    blocking,
    blocks,
    disowning,
    evidence,
    guessing,
    handshake,
    moving,
    proofs,
    replacing,
)
from hub.registration.arrival import Arrival, HandOver, known_address, on_site, require_password, shown_hub_name
from hub.registration.comparing import compare
from hub.registration.decisions import Choice, require_reachable
from hub.registration.handshake import MoveWaits, Question, Refused
from hub.registration.links import MAILED_LINK
from hub.registration.models import Attempt, Move
from hub.runtime import allow_form_target, hub_url
from hub.settings import declared, password
from hub.sites import matters
from hub.sites.contact_link import LinkInvalid, get_told
from hub.sites.details import SiteDetails
from hub.sites.identity import origin
from hub.sites.probe import REGISTRATION_SECONDS, UPDATE_SECONDS, ProbeResult
from hub.webservices.faults import HubNotEnabled

bp = Blueprint("registration", __name__)

SHORTEST_LOOK = 1.0  # seconds: with fewer left nobody is asked for a guess
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
    if blocking.is_blocked(arrival.secret):
        return _send_for_new_secret(arrival)
    require_password(arrival, password.fits)
    if (held := arriving.stop(arrival, given)) is not None:
        return held
    db.session.rollback()  # no transaction stays open while the site is asked
    deadline = Deadline(REGISTRATION_SECONDS)
    require_reachable(arrival.details.url, _ask(arrival.details.url, REGISTRATION_SECONDS))
    try:
        outcome = retrying(db.session, lambda: handshake.register(arrival, _choice()))
    except blocking.SecretBlocked:  # while the site was asked
        return _send_for_new_secret(arrival)
    if isinstance(outcome, Question):
        return _ask_moved_or_copied(outcome, arrival, given, deadline)
    return _answer(outcome)


def _ask(url: str, within: float) -> ProbeResult:
    result: ProbeResult = current_app.extensions["hub_probe"](url, within)
    return result


def _echoed(given: Mapping[str, str]) -> str:
    own = (hub_url(), *current_app.config["HUB"].url_aliases)
    return known_address(given.get("huburl", ""), request.headers.get("Host", ""), own)


def _choice() -> Choice | None:
    """What the form of the question says; an address alone chooses nothing."""
    chosen = _sent().get("action", "")
    return Choice(chosen) if chosen in list(Choice) else None


def _answer(outcome: HandOver | MoveWaits | Refused) -> ResponseReturnValue:
    if isinstance(outcome, HandOver):
        return ToSite(outcome)
    if isinstance(outcome, MoveWaits):
        page = render_template("registration/move_waits.html", move=outcome.move, proof=_proof_page(outcome.move))
        return page, 202
    error = outcome.error
    page = render_template("registration/taken.html", error=error, proof=_proof_page(outcome.attempt))
    return page, error.status


def _proof_page(asking: Attempt | Move) -> str:
    values: dict[str, Any] = dict(proofs.page_of(asking))
    return url_for("proof_page.show", **values)


def _ask_moved_or_copied(
    question: Question, arrival: Arrival, given: Mapping[str, str], deadline: Deadline
) -> ResponseReturnValue:
    allow_form_target(origin(arrival.details.url))
    registered_url = question.site.url
    db.session.rollback()  # the registered site is asked as well
    answer = _ask(registered_url, min(UPDATE_SECONDS, deadline.left())) if deadline.left() > SHORTEST_LOOK else None
    clues = evidence.clues(
        question.site,
        arrival.details,
        came_from=arrival.address,
        old_answers=answer.reachable if answer else None,
        old_leads_to=(answer.final_url or "") if answer else "",
        new_answers=True,
    )
    return render_template(
        "registration/moved_or_copied.html",
        site=question.site,
        arriving=arrival.details,
        differences=list(compare(question.site, arrival.details)),
        guess=guessing.guess(clues),
        carried={name: value for name, value in given.items() if name not in ("action", "csrf_token")},
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
        site = retrying(db.session, lambda: replacing.deny(site_id, token, by=MAILED_LINK))
        return render_template("registration/denied.html", site=site, days=blocks.LASTS.days)
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
    decision = request.form.get("decision", "")
    handover = retrying(db.session, lambda: _decided(site_id, token, decision))
    return ToSite(handover) if handover else render_template("registration/move_decided.html", decision=decision)


def _decided(site_id: int, token: str, decision: str) -> HandOver | None:
    _site, move = moving.get_asked(site_id, token)
    if decision == "accept":
        return moving.accept(move, by=MAILED_LINK)
    decide = {"refuse": moving.refuse, "disown": moving.disown}.get(decision) or abort(400)
    decide(move, by=MAILED_LINK)
    return None


@bp.get("/registration/site")
@open_to_all
def show_state() -> ResponseReturnValue:
    """The contact of a site sees what the hub knows and has decided about it."""
    site = get_told(request.args.get("token", ""))
    return render_template(
        "registration/state.html",
        site=site,
        waiting=matters.of(site),
        token=request.args.get("token", ""),
        proof_page=proofs.page_of(site),
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

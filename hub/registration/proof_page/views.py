"""What to place where, and a button that lets the hub look: the other way when the contact's mailbox is dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.access import open_to_all
from hub.database import retrying
from hub.extensions import db
from hub.outgoing import current_client
from hub.proxies import neighbourhood
from hub.ratelimits import Limit, registrationsperhour, spend
from hub.registration import proofs, proving
from hub.registration.arrival import HandOver
from hub.registration.models import Concerned
from hub.registration.proofs import Finding
from hub.registration.proving import Question
from hub.registration.views import ToSite
from hub.runtime import allow_form_target
from hub.settings import declared, emergency
from hub.sites import listing
from hub.sites.contact_link import LinkInvalid
from hub.sites.identity import origin

bp = Blueprint("proof_page", __name__)

CHECKS = Limit("proofs looked for", registrationsperhour.name)


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@bp.get("/registration/proof")
@open_to_all
def show() -> ResponseReturnValue:
    """What has to be placed, and where."""
    return _page(_asked(request.args), ())


@bp.post("/registration/proof")
@open_to_all
def check() -> ResponseReturnValue:
    """Look now; what was found has its effect at once."""
    emergency.require_writable()
    if not declared.current("hubenabled"):
        raise LinkInvalid
    question = _asked(request.form)
    if question.proof.concerns is Concerned.ATTEMPT:
        emergency.require_new_sites()
    spend(CHECKS, neighbourhood(request.remote_addr or ""))
    db.session.rollback()  # no transaction stays open while others are asked
    texts = current_app.extensions["hub_txt_records"]
    findings = proofs.check(question.proof, client=current_client(), texts=texts)
    if not findings[-1].found:
        return _page(_asked(request.form), findings), 422
    handover = retrying(db.session, lambda: proving.accept(question.proof, findings[-1]))
    return _done(question, handover)


def _done(question: Question, handover: HandOver | None) -> ResponseReturnValue:
    if handover is not None:
        return ToSite(handover)
    return redirect(url_for(".done", concerns=question.proof.concerns.value), 303)


@bp.get("/registration/proof/done")
@open_to_all
def done() -> ResponseReturnValue:
    """The proof was there, and no site waits for the browser."""
    return render_template("registration/proof_done.html", concerns=request.args.get("concerns", ""))


def _asked(given: Mapping[str, str]) -> Question:
    number = given.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise LinkInvalid
    return proving.get_question(given.get("concerns", ""), int(number), given.get("token", ""))


def _page(question: Question, findings: Sequence[Finding]) -> str:
    allow_form_target(origin(proving.destination(question.asker)))
    return render_template(
        "registration/proof.html",
        proof=question.proof,
        page=proofs.page_of(question.asker),
        site=listing.get(question.proof.site_id),
        new_url=getattr(question.asker, "new_url", ""),
        findings={finding.method.value: finding for finding in findings},
    )

"""The doctor's page, the same as JSON, and the page of a registration whose site could not be reached."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from hub import clock
from hub.access import Permission, open_to_all
from hub.database import retrying
from hub.doctor import listed, reading, reports, settings, wording
from hub.doctor.examination import Doctor
from hub.doctor.findings import Finding, Report
from hub.errors import HubError
from hub.extensions import db
from hub.frontpage.openness import HubClosed, Openness, towards
from hub.here import local
from hub.outgoing import current_client
from hub.outgoing.addresses import Address
from hub.proxies import neighbourhood
from hub.ratelimits import Limit, spend
from hub.registration.decisions import BadPort, SiteUnreachable
from hub.runtime import hub_url
from hub.webservices.faults import RateLimited

bp = Blueprint("doctor", __name__)

EXAMINATIONS = Limit("examinations", settings.examinationsperhour.name)
EXAMINED = Limit("examined sites", settings.examinationspersite.name)
LONGEST = 2048


@bp.get("/doctor")
@open_to_all
def look() -> ResponseReturnValue:
    """The form, and the report about the site in the address if there is one. Looking asks nobody anything."""
    _require_open()
    asked = request.args.get("url", "")[:LONGEST]
    report = reports.find(asked)
    shown = _told(report) if report else None
    return render_template(
        "doctor/doctor.html",
        asked=asked,
        report=shown,
        words=wording,
        agent=current_client().user_agent,
        hub_url=hub_url(),
    )


@bp.post("/doctor")
@open_to_all
def examine() -> ResponseReturnValue:
    """Examine a site, or remember that somebody just did; the report has an address of its own."""
    _require_open()
    asked = request.form.get("url", "")[:LONGEST]
    _examined(asked, again="again" in request.form)
    return redirect(local(reports.doctor_url(asked)), 303)


@bp.get("/api/v1/doctor")
@open_to_all
def examine_for_programs() -> ResponseReturnValue:
    """The report as JSON; ``again=1`` asks the site even if somebody just did."""
    try:
        _require_open()
        report = _examined(request.args.get("url", "")[:LONGEST], again=request.args.get("again") == "1")
    except HubError as error:
        db.session.rollback()
        return _refused(error)
    return _for_programs(_told(report))


def _require_open() -> None:
    if towards(current_user) is Openness.CLOSED:
        raise HubClosed(gettext("This hub is closed at the moment. Come back later."))


def _examined(asked: str, *, again: bool) -> Report:
    known = None if again else reports.find_fresh(asked, clock.now())
    read = reading.read(asked)
    if known is not None or read.target is None:
        return known or Report(read.url, clock.now(), False, (read.finding,))
    spend(EXAMINATIONS, neighbourhood(request.remote_addr or ""))
    spend(EXAMINED, read.target.host)
    db.session.rollback()  # no transaction stays open while the site is asked
    doctor: Doctor = current_app.extensions["doctor"]
    report = doctor.examine(asked, _spend_addresses)
    retrying(db.session, lambda: reports.keep(report))
    return report


def _spend_addresses(addresses: tuple[Address, ...]) -> None:
    """Many names may lead to one server: it is spared as well."""
    for address in addresses:
        spend(EXAMINED, neighbourhood(str(address)))


def _told(report: Report) -> Report:
    """What this visitor may learn, and whether the site is registered here."""
    moderates = current_user.may(Permission.SEE_MODERATION)
    told = report if moderates else report.for_everybody()
    names = towards(current_user).names_somebody
    return told.with_finding(listed.finding(report.url, names_somebody=names, moderates=moderates))


def _for_programs(report: Report) -> Response:
    return jsonify(as_object(report, current_client().user_agent))


def as_object(report: Report, agent: str) -> dict[str, Any]:
    """The report as programs read it; docs/administrators.md explains each name."""
    return {
        "url": report.url,
        "asked_at": report.asked_at.isoformat(),
        "verdict": report.verdict.value,
        "cause": report.first.cause,
        "reachable": report.reachable,
        "steps": [_step(each, agent) for each in report.findings],
    }


def _step(finding: Finding, agent: str) -> dict[str, Any]:
    return {
        "step": finding.step.value,
        "verdict": finding.verdict.value,
        "cause": finding.cause,
        "why": finding.why,
        "sentence": wording.sentence(finding, agent),
        "cure": wording.cure(finding, agent),
        "facts": {name: text for name, text in finding.values.items() if name in wording.VALUES},
    }


def _refused(error: HubError) -> ResponseReturnValue:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimited) else {}
    return jsonify(error=error.key, message=error.message), error.status, headers


def show_unreachable(error: SiteUnreachable | BadPort) -> ResponseReturnValue:
    """The error of a registration, with the way to the doctor, who knows already what the registration saw."""
    retrying(db.session, lambda: reports.keep_glance(error.url, error.result.sentence))
    way = local(reports.doctor_url(error.url))
    return render_template("doctor/unreachable.html", error=error, way=way), error.status

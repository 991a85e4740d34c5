"""The steps about Moodle: is it one, which, and does its registration page answer?"""

from __future__ import annotations

from hub.doctor import signs
from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.doctor.signs import Signs
from hub.doctor.visiting import Reply, Visitor
from hub.outgoing.answers import Answer
from hub.sites.identity import UrlUnusable, url_key

SIGN_IN = "/login/index.php"
REGISTRATION = "/admin/registration/index.php"
_REFUSALS = {403: "registration-forbidden", 404: "registration-notfound"}


def findings(visitor: Visitor, url: str, front: Answer) -> list[Finding]:
    """What the front page, and if it is silent the sign-in page, tell; then the page where sites register."""
    found = signs.read(front)
    if found.mistaken:
        return [Finding(Step.MOODLE, Verdict.BAD, found.mistaken, public=front.public), _unasked(front.public)]
    if not found.moodle:
        sign_in = visitor.page(url.rstrip("/") + SIGN_IN, body=True, redirects=1)
        found = signs.read(sign_in.answer) if sign_in.answer else found
        if not found.moodle:
            return [_no_moodle(sign_in, front), _unasked(front.public)]
    return [_moodle(found, front.public), _registration(visitor, url, found)]


def not_asked(get: Reply) -> list[Finding]:
    """Without a page there is nothing to look at."""
    public = get.begun.public if get.begun else True
    return [Finding(Step.MOODLE, Verdict.NOT_ASKED, "no-page", public=public), _unasked(public)]


def _unasked(public: bool) -> Finding:
    return Finding(Step.REGISTRATION, Verdict.NOT_ASKED, "no-moodle", public=public)


def _moodle(found: Signs, public: bool) -> Finding:
    if not found.release:
        return Finding(Step.MOODLE, Verdict.GOOD, "moodle", public=public)
    return Finding(Step.MOODLE, Verdict.GOOD, "moodle-release", {"release": found.release}, public=public)


def _no_moodle(sign_in: Reply, front: Answer) -> Finding:
    missing = sign_in.answer is not None and sign_in.answer.status in (404, 410)
    verdict, cause = (Verdict.BAD, "notmoodle") if missing else (Verdict.WARNING, "unsure")
    return Finding(Step.MOODLE, verdict, cause, public=front.public)


def _registration(visitor: Visitor, url: str, found: Signs) -> Finding:
    reply = visitor.page(url.rstrip("/") + REGISTRATION, body=False, redirects=0)
    answer = reply.begun
    if answer is None:
        public = reply.error is not None and reply.error.disclosed
        return Finding(Step.REGISTRATION, Verdict.NOT_ASKED, "registration-unclear", public=public)
    location = answer.headers.get("Location", "")
    known_as = found.wwwroot or (location.partition("/login/")[0] if "/login/" in location else "")
    if known_as and not _same_site(known_as, url):
        values = {"known": cleaned(known_as), "url": url}
        return Finding(Step.REGISTRATION, Verdict.WARNING, "wwwroot-differs", values, public=answer.public)
    verdict, cause = _judged(answer.status, location)
    return Finding(Step.REGISTRATION, verdict, cause, {"status": str(answer.status)}, public=answer.public)


def _judged(status: int, location: str) -> tuple[Verdict, str]:
    if status in _REFUSALS:
        return Verdict.WARNING, _REFUSALS[status]
    if 300 <= status < 400 and "/login/" in location:
        return Verdict.GOOD, "asks-signin"
    return Verdict.NOT_ASKED, "registration-unclear"


def _same_site(one: str, other: str) -> bool:
    try:
        return url_key(one) == url_key(other)
    except UrlUnusable:
        return True  # nothing that could be compared, so nothing to say

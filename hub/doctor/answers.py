"""The steps about what the site answers: redirects, HEAD, GET, whether it is a Moodle, and its clock."""

from __future__ import annotations

from dataclasses import dataclass

from hub.doctor import causes, moodle, punctuality, redirecting
from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.doctor.visiting import Reply, Visitor
from hub.outgoing.answers import Answer
from hub.outgoing.errors import OutgoingError, TooSlow

_STATUSES = {
    401: (Verdict.WARNING, "signin"),
    403: (Verdict.WARNING, "forbidden"),
    404: (Verdict.BAD, "notfound"),
    410: (Verdict.BAD, "notfound"),
    429: (Verdict.BAD, "toomanyrequests"),
    503: (Verdict.BAD, "unavailable"),
}
_FOR_SOME_AGENTS = (403, 406)


@dataclass(frozen=True)
class Judged:
    """What the answers showed, and whether a registration would find the site there."""

    reachable: bool
    findings: list[Finding]


def judge(visitor: Visitor, url: str) -> Judged:
    """Ask the site as a registration does, and a little more."""
    head, get = visitor.head(url), visitor.get(url)
    findings = [redirecting.finding(get), _head(head, get), _get(visitor, get)]
    answer = get.answer
    if answer is not None and not get.endless and 200 <= answer.status < 300:
        findings += moodle.findings(visitor, url, answer)
    else:
        findings += moodle.not_asked(get)
    return Judged(head.there or get.there, [*findings, punctuality.finding(get)])


def _head(head: Reply, get: Reply) -> Finding:
    """Hubs ask with HEAD first, as it spares the site its page; a site may refuse that."""
    if head.there:
        return _told(head, Verdict.GOOD, "head")
    if not get.there:
        return _told(head, Verdict.NOT_ASKED, "head-also")
    if head.begun is not None:
        return _told(head, Verdict.GOOD, "head-refused")
    return _told(head, Verdict.WARNING, "head-hangs" if isinstance(head.error, TooSlow) else "head-failed")


def _told(head: Reply, verdict: Verdict, cause: str) -> Finding:
    answer = head.begun
    values = {"status": str(answer.status)} if answer else {}
    return Finding(Step.HEAD, verdict, cause, values, public=_public(head))


def _public(reply: Reply) -> bool:
    if reply.answer is not None:
        return reply.answer.public
    return reply.error is not None and (reply.error.disclosed or (bool(reply.hops) and reply.error.so_far.public))


def _get(visitor: Visitor, get: Reply) -> Finding:
    if get.endless or redirecting.led_astray(get):
        return Finding(Step.GET, Verdict.NOT_ASKED, "get-astray", public=_public(get))
    if get.error is not None:
        return _failed(get, get.error)
    assert get.answer is not None
    verdict, cause = _judged(visitor, get.answer, slow=get.seconds > visitor.patience.slow)
    return Finding(Step.GET, verdict, cause, _values(get.answer, get.seconds), public=get.answer.public)


def _failed(get: Reply, error: OutgoingError) -> Finding:
    cause = causes.of(error)
    verdict = Verdict.WARNING if cause.key == "huge" else Verdict.BAD
    values = _values(get.begun, get.seconds) if get.begun else {"seconds": f"{get.seconds:.1f}"}
    return Finding(Step.GET, verdict, cause.key, values, public=cause.public)


def _judged(visitor: Visitor, answer: Answer, *, slow: bool) -> tuple[Verdict, str]:
    if answer.status in _FOR_SOME_AGENTS and _opens_for_browsers(visitor, answer):
        return Verdict.WARNING if answer.status == 403 else Verdict.BAD, "agent-refused"
    if answer.status in _STATUSES:
        return _STATUSES[answer.status]
    if answer.status >= 400:
        return Verdict.BAD, "servererror" if answer.status >= 500 else "badstatus"
    if answer.status >= 300:
        return Verdict.WARNING, "odd-status"
    return (Verdict.WARNING, "slow") if slow else (Verdict.GOOD, "get")


def _opens_for_browsers(visitor: Visitor, refused: Answer) -> bool:
    again = visitor.get_like_a_browser(refused.url)
    return again.begun is not None and again.begun.status < 400


def _values(answer: Answer, seconds: float) -> dict[str, str]:
    values = {"status": str(answer.status), "seconds": f"{seconds:.1f}", "url": cleaned(answer.url)}
    server = cleaned(answer.headers.get("Server", ""), 60)
    return values | ({"server": server} if server else {})

"""The step about redirects: where the site sends its visitors, and what that means for its address."""

from __future__ import annotations

from hub.doctor import causes
from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.doctor.visiting import Reply
from hub.outgoing.answers import Answer, Hop
from hub.outgoing.errors import OutgoingError, UrlRefused
from hub.outgoing.targets import Target, read_target

LONGEST_LINK = 90


def led_astray(reply: Reply) -> bool:
    """Whether a redirect led to where there was no answer."""
    return reply.error is not None and reply.begun is None and bool(reply.hops)


def finding(get: Reply) -> Finding:
    """Where the front page leads."""
    if get.error is not None and led_astray(get):
        return _astray(get, get.error)
    answer = get.begun
    if answer is None:
        return Finding(Step.REDIRECTS, Verdict.NOT_ASKED, "redirects-unknown")
    verdict, cause = _endless(answer) if get.endless else _kind(answer.hops)
    values = {"chain": _chain(answer.hops), "to": cleaned(answer.url)} if len(answer.hops) > 1 else {}
    return Finding(Step.REDIRECTS, verdict, cause, values, public=answer.public)


def _astray(get: Reply, error: OutgoingError) -> Finding:
    cause = causes.of(error)
    at = error.so_far.at
    values = {"chain": _chain(get.hops), "to": cleaned(at, LONGEST_LINK), "detail": error.detail}
    if isinstance(error, UrlRefused):
        return Finding(Step.REDIRECTS, Verdict.BAD, "astray-url", values, public=error.so_far.public)
    values.pop("detail")
    return Finding(
        Step.REDIRECTS, Verdict.BAD, "astray", values, cause.key, public=error.so_far.public, why_public=cause.public
    )


def _endless(answer: Answer) -> tuple[Verdict, str]:
    visited = [hop.url for hop in answer.hops]
    again = read_target(answer.url).followed(answer.headers.get("Location", "")).url
    return (Verdict.BAD, "loop") if again in visited else (Verdict.WARNING, "chain")


def _kind(hops: tuple[Hop, ...]) -> tuple[Verdict, str]:
    """What the first redirect is for: later ones may lead to a sign-in server, which is nobody's business."""
    if len(hops) == 1:
        return Verdict.GOOD, "direct"
    asked, sent_to = read_target(hops[0].url), read_target(hops[1].url)
    if asked.host != sent_to.host:
        return Verdict.WARNING, "to-www" if _without_www(asked) == _without_www(sent_to) else "to-host"
    if asked.scheme != sent_to.scheme:
        return Verdict.WARNING, f"to-{sent_to.scheme}"
    return Verdict.GOOD, "within"


def _without_www(target: Target) -> str:
    return target.host.removeprefix("www.")


def _chain(hops: tuple[Hop, ...]) -> str:
    return " → ".join(f"{cleaned(hop.url, LONGEST_LINK)} ({hop.status})" for hop in hops)

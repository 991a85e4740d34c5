"""Reads what somebody typed as the address of a site, and says what was wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.outgoing.errors import UrlRefused
from hub.outgoing.targets import USUAL_PORTS, Target, read_target

_SCHEMES = re.compile(r"(?i)^(?:h*t{1,3}p{1,3}s{0,2}\s*(?:[:;.,]*\s*[/\\]+|[:;])\s*)+")
_ONE_SCHEME = re.compile(r"(?i)h*t+p+s*")
_OTHER_SCHEME = re.compile(r"(?i)^(?P<scheme>[a-z][a-z0-9+.-]*)://")
_PAGE = re.compile(
    r"(?i)/(index\.php|login(/[a-z_]+\.php)?|my(/[a-z]*\.php)?|admin(/.*)?|(course|user)/[a-z]+\.php)/?$"
)
_LOCAL = re.compile(r"(?i)^(?:[^.]+|.*\.(?:local|lan|home|intranet|internal|localdomain|home\.arpa))$")

# Behind these speaks no web server, and no browser opens them either (fetch.spec.whatwg.org, "bad port").
_PORTS = """1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119
123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995
1719 1720 1723 2049 3306 3659 4045 4190 5060 5061 5432 6000 6379 6566 6665 6666 6667 6668 6669 6679 6697 10080 11211
27017"""
NO_WEB_PORTS = frozenset(map(int, _PORTS.split()))


@dataclass(frozen=True)
class Reading:
    """The address as the hub understood it, and what there is to say about it; no target when it could not."""

    url: str
    finding: Finding
    target: Target | None = None

    @property
    def doubtful_name(self) -> str:
        """The cause, should the name lead nowhere: names that only one computer or one network knows."""
        host = self.target.host if self.target else ""
        if host == "localhost" or host.endswith(".localhost"):
            return "url-localhost"
        literal = self.target is None or self.target.literal is not None
        return "url-localname" if not literal and _LOCAL.match(host) else ""


def read(text: str) -> Reading:
    """What the text means as the address of a site, typing mistakes mended where there is no doubt."""
    typed = text.strip().strip("<>\"'").strip()
    if not typed:
        return _bad(typed, "url-empty")
    mended, cause = _mended(typed)
    try:
        target = read_target(mended)
    except UrlRefused as error:
        return _unreadable(typed, error)
    if target.port in NO_WEB_PORTS and target.odd_port:
        return _bad(typed, "url-port", port=str(target.port))
    verdict = Verdict.GOOD if cause == "url" else Verdict.WARNING
    return Reading(mended, Finding(Step.URL, verdict, cause, {"url": mended, "typed": cleaned(typed)}), target)


def _mended(typed: str) -> tuple[str, str]:
    """The text with its mistakes mended, and the name of the mistake."""
    url, mistake = _with_scheme(typed)
    site = url if "@" in url else _PAGE.sub("", re.sub(r"[?#].*", "", url))
    return site, mistake or ("url-page" if site != url else "url")


def _with_scheme(typed: str) -> tuple[str, str]:
    """Most addresses without a scheme are meant to be https."""
    if found := _SCHEMES.match(typed):
        scheme = "https" if _ONE_SCHEME.findall(found[0])[-1].lower().endswith("s") else "http"
        url = f"{scheme}://{typed[found.end() :]}"
        return url, "" if found[0].lower() in ("http://", "https://") else "url-misspelled"
    return (typed, "") if _OTHER_SCHEME.match(typed) else (f"https://{typed.lstrip('/')}", "url-noscheme")


def _unreadable(typed: str, error: UrlRefused) -> Reading:
    if re.search(r"\s", typed):
        return _bad(typed, "url-space")
    other = _OTHER_SCHEME.match(typed)
    if other and other["scheme"].lower() not in USUAL_PORTS:
        return _bad(typed, "url-scheme", scheme=cleaned(other["scheme"]))
    return _bad(typed, "url-password" if "@" in typed else "url-unreadable", detail=error.detail)


def _bad(typed: str, cause: str, **values: str) -> Reading:
    return Reading(cleaned(typed), Finding(Step.URL, Verdict.BAD, cause, {"typed": cleaned(typed), **values}))

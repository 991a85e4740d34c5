"""The first steps: the name's addresses, and a connection to one of each kind."""

from __future__ import annotations

from hub.doctor import causes
from hub.doctor.causes import Cause
from hub.doctor.findings import Finding, Step, Verdict
from hub.outgoing.addresses import Address
from hub.outgoing.errors import HubBusy, OutgoingError
from hub.outgoing.visits import Visit

_STEPS = {4: Step.IPV4, 6: Step.IPV6}


def named(visit: Visit, addresses: tuple[Address, ...], seconds: float) -> Finding:
    """What the DNS says."""
    kinds = {f"ipv{kind}": ", ".join(str(each) for each in addresses if each.version == kind) for kind in _STEPS}
    values = {"host": visit.target.host, **{kind: told for kind, told in kinds.items() if told}}
    if visit.target.literal:
        return Finding(Step.NAME, Verdict.GOOD, "name-literal", values, public=visit.public)
    return Finding(Step.NAME, Verdict.GOOD, "name", {**values, "seconds": f"{seconds:.2f}"}, public=visit.public)


def findings(visit: Visit) -> list[Finding]:
    """Whether there is a way over each kind of address. One dead kind beside a living one is a warning."""
    failures = {version: _failure(visit, version) for version in _STEPS}
    if visit.route.proxy and None not in failures.values():
        return [_blamed_proxy(visit, failures), *(_not_asked(visit, version) for version in _STEPS)]
    proxy = [Finding(Step.PROXY, Verdict.GOOD, "proxy", public=visit.public)] if visit.route.proxy else []
    return [*proxy, *(_judged(visit, version, failures) for version in _STEPS)]


def _failure(visit: Visit, version: int) -> Cause | None:
    """Why there is no connection over this kind of address, if it has any."""
    if not visit.of_kind(version):
        return Cause(f"no-ipv{version}", public=True)
    try:
        visit.connect(version)
    except HubBusy:
        raise
    except OutgoingError as error:
        return causes.of(error, visit.target)
    return None


def _judged(visit: Visit, version: int, failures: dict[int, Cause | None]) -> Finding:
    failure, values = failures[version], {"port": str(visit.target.port)}
    if visit.of_kind(version):
        values["address"] = str(visit.of_kind(version)[0])
    verdict, cause, why = _verdict(visit, version, failure, alive=None in failures.values())
    return Finding(_STEPS[version], verdict, cause, values, why=why, public=visit.public)


def _verdict(visit: Visit, version: int, failure: Cause | None, *, alive: bool) -> tuple[Verdict, str, str]:
    if failure is None:
        return Verdict.GOOD, "connected", ""
    if failure.key == f"no-ipv{version}":
        return Verdict.NOT_ASKED, failure.key, ""
    if version == 6 and (failure.key == "unconnected" or visit.route.proxy):
        return Verdict.NOT_ASKED, "hub-without-ipv6", ""
    return (Verdict.WARNING, f"ipv{version}-dead", failure.key) if alive else (Verdict.BAD, failure.key, "")


def _blamed_proxy(visit: Visit, failures: dict[int, Cause | None]) -> Finding:
    """The operator's proxy passed nothing on; only it knows whether that is the site's fault."""
    failed = next(each for each in failures.values() if each is not None and not each.key.startswith("no-ipv"))
    cause = failed.key if failed.key.startswith("proxy") else "proxy-away"
    return Finding(Step.PROXY, Verdict.BAD, cause, {"status": failed.status or "–"}, public=visit.public)


def _not_asked(visit: Visit, version: int) -> Finding:
    return Finding(_STEPS[version], Verdict.NOT_ASKED, "behind-proxy", public=visit.public)

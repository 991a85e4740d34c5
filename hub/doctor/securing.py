"""The step about TLS: does the site prove itself, how, and until when?"""

from __future__ import annotations

from hub import clock
from hub.doctor import causes
from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Step, Verdict
from hub.outgoing.certificates import Certificate
from hub.outgoing.errors import CertificateInvalid, HubBusy, OutgoingError
from hub.outgoing.visits import Handshake, Visit

DAYS_LEFT = 14  # certificates that renew themselves do so earlier


def finding(visit: Visit) -> Finding:
    """How the handshake went; of a certificate that was not believed, what it says and why it was not."""
    if visit.target.scheme != "https":
        return Finding(Step.TLS, Verdict.NOT_ASKED, "tls-plain", public=visit.public)
    try:
        return _good(visit, visit.secure())
    except HubBusy:
        raise
    except CertificateInvalid as error:
        return _bad(visit, error)
    except OutgoingError as error:
        return Finding(Step.TLS, Verdict.BAD, causes.of(error).key, _values(visit, None), public=visit.public)


def _good(visit: Visit, handshake: Handshake) -> Finding:
    values = _values(visit, handshake)
    ending = handshake.certificate is not None and _days(handshake.certificate) < DAYS_LEFT
    verdict, cause = (Verdict.WARNING, "tls-ending") if ending else (Verdict.GOOD, "tls")
    return Finding(Step.TLS, verdict, cause, values, public=visit.public)


def _bad(visit: Visit, error: CertificateInvalid) -> Finding:
    shown = visit.shown()
    cause = causes.of(error).key
    if cause == "tls-noissuer":
        cause = "tls-incomplete" if shown and _lacks_intermediates(shown) else "tls-unknownca"
    return Finding(Step.TLS, Verdict.BAD, cause, _values(visit, shown), public=visit.public)


def _lacks_intermediates(shown: Handshake) -> bool:
    """Only its own certificate was sent, although an authority that everybody can know has issued it."""
    return shown.sent == 1 and shown.certificate is not None and shown.certificate.tells_issuers_address


def _values(visit: Visit, handshake: Handshake | None) -> dict[str, str]:
    values = {"host": visit.target.host, "port": str(visit.target.port)}
    if handshake is None:
        return values
    values |= {"version": handshake.version, "sent": str(handshake.sent)}
    return values | (_told(handshake.certificate) if handshake.certificate else {})


def _told(certificate: Certificate) -> dict[str, str]:
    return {
        "names": cleaned(", ".join(certificate.names)),
        "issuer": cleaned(certificate.issuer),
        "from": f"{certificate.not_before:%Y-%m-%d}",
        "until": f"{certificate.not_after:%Y-%m-%d}",
        "days": str(_days(certificate)),
    }


def _days(certificate: Certificate) -> int:
    return (certificate.not_after - clock.now()).days

"""Signed updates of Moodle 5.1.7 and later: they prove that the sender has the site's secret, not what he says."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import clock
from hub.errors import HubError

OLDEST = timedelta(days=7)  # sites try again for days when the hub was away
MOST_AHEAD = timedelta(days=1)  # clocks of sites are wrong now and then


class SignatureWrong(HubError):
    """The signature does not fit the site's secret. Never ``invalidtoken``: the site would drop its registration."""

    key = "signaturewrong"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "The update's signature does not fit the secret that your site registered with; nothing was changed. "
            "If the site's secret changed, register the site with this hub again."
        )


class SignatureOutdated(HubError):
    """The signature is right, but its moment is not: somebody may have recorded it."""

    key = "signatureoutdated"

    def __init__(self) -> None:
        super().__init__(
            "The update's time stamp is older than an update that was accepted, more than 7 days old, or in the "
            "future; nothing was changed. Check the clock of your server, then update again."
        )


@dataclass(frozen=True)
class Signature:
    """What a signed update carries beside the details; ``moment`` in Unix seconds."""

    moment: int
    value: str

    def require_valid(self, url: str, key: str, *, last: datetime | None, now: datetime) -> datetime:
        """When it was signed; SignatureWrong or SignatureOutdated unless it is good and newer than the last one."""
        if not hmac.compare_digest(self.value.strip().lower().encode(), signed(url, self.moment, key).encode()):
            raise SignatureWrong
        at = clock.from_unix(min(max(self.moment, 0), 2**33))
        if not now - OLDEST <= at <= now + MOST_AHEAD or (last is not None and at <= last):
            raise SignatureOutdated
        return at


def signed(url: str, moment: int, key: str) -> str:
    """The signature that a site with this key makes."""
    return hmac.new(key.encode(), f"{url}|{moment}".encode(), hashlib.sha256).hexdigest()

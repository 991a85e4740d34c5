"""What people with an account are told by mail."""

from __future__ import annotations

from urllib.parse import urlencode

from hub.accounts.models import Invitation, User
from hub.jobs.queue import wake
from hub.mail import outbox
from hub.mail.compose import compose
from hub.runtime import hub_url


def invitation(invited: Invitation, inviter: str, token: str) -> None:
    """Somebody is asked to help run the hub."""
    outbox.queue(
        "invitation",
        invited.email,
        inviter=inviter,
        role=invited.role.value,
        url=address("/invitation", token),
        expires_at=invited.expires_at,
    )


def password_reset(user: User, token: str) -> None:
    """The link by which this person chooses a new password."""
    outbox.queue("password-reset", user.email, username=user.username, url=address("/reset", token))


def nobody() -> None:
    """As much work as a mail to somebody, so that the time of the answer does not tell who has an account."""
    compose("password-reset", {"username": "nobody", "url": address("/reset", "")})
    wake(outbox.JOB)


def password_changed(user: User) -> None:
    """This person's password is another one now."""
    if user.email:
        outbox.queue("password-changed", user.email, username=user.username, url=f"{hub_url()}/forgotten")


def address(path: str, token: str) -> str:
    """The link in the mail; the token stands where the access log masks it."""
    return f"{hub_url()}{path}?{urlencode({'token': token})}"

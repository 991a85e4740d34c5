"""Whoever's means of signing in change is told by mail: who did not do it themselves should know at once."""

from __future__ import annotations

from hub import clock
from hub.accounts.models import User
from hub.mail import outbox
from hub.runtime import hub_url


def tell(user: User, change: str) -> None:
    """Queue the mail that says in a sentence what has changed."""
    link = f"{hub_url()}/account/factors"
    outbox.queue("second-factor-changed", user.email, person=user, change=change, moment=_moment(), link=link)


def warn(user: User) -> None:
    """Queue the mail that says that somebody else seems to know the password."""
    link = f"{hub_url()}/account"
    outbox.queue("second-factor-failed", user.email, person=user, moment=_moment(), link=link)


def _moment() -> str:
    return clock.now().strftime("%Y-%m-%d %H:%M UTC")

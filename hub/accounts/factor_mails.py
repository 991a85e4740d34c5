"""Whoever's means of signing in change is told by mail: who did not do it themselves should know at once."""

from __future__ import annotations

from hub import clock
from hub.accounts.models import User
from hub.mail import outbox
from hub.runtime import hub_url


def tell(user: User, change: str) -> None:
    """Queue the mail that says in a sentence what has changed."""
    moment = clock.now().strftime("%Y-%m-%d %H:%M UTC")
    outbox.queue(
        "second-factor-changed",
        user.email,
        person=user,
        change=change,
        moment=moment,
        link=f"{hub_url()}/account/factors",
    )

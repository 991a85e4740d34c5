"""How often something may be tried at the doors that ask for a secret: per address, per account, per both."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_login import current_user
from werkzeug.wrappers import Response

from hub.accounts.settings import failedsigninsperaccount, failedsigninsperaddress
from hub.proxies import neighbourhood
from hub.settings import declared
from hub.settings.declared import Declaration

REFUSED = 403  # a wrong code or password; only these answers count against the limits


OVER = 410  # a link that opens nothing, as guesses are


def opened_nothing(response: Response) -> bool:
    """Whether a mailed link was used up, too old, or guessed."""
    return response.status_code == OVER


def was_refused(response: Response) -> bool:
    """Whether a secret was wrong."""
    return response.status_code == REFUSED


def _hourly(setting: Declaration) -> Callable[[], str]:
    return lambda: f"{declared.current(setting.name)} per hour"


per_address = _hourly(failedsigninsperaddress)
per_account = _hourly(failedsigninsperaccount)


def account() -> str:
    """The account that a form names."""
    return "account " + request.form.get("username", "").strip().casefold()[:100]


def account_here() -> str:
    """The account that a form names, tried from this address."""
    return f"{account()} at {neighbourhood(request.remote_addr or '')}"


def whose_session() -> str:
    """The account of whoever is signed in."""
    return f"session of {current_user.id}" if current_user.is_authenticated else account_here()

"""How often something may be tried at the doors that ask for a secret: per address, per account, per both."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from hub.accounts import known_browsers, people
from hub.accounts.settings import failedsigninsperaccount, failedsigninsperaddress
from hub.extensions import limiter
from hub.proxies import neighbourhood
from hub.settings import declared
from hub.settings.declared import Declaration

View = Callable[..., ResponseReturnValue]
REFUSED = 403  # a wrong code or password; only these answers count against the limits
LONGEST_NAME = 254  # a longer one is refused by every form, so it is no way around a limit
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
    """The account that a form names, however it is written; a browser that was signed in there counts by itself."""
    name = people.key(request.form.get("username", "")[:LONGEST_NAME])
    return f"account {name} {known_browsers.mark(name)}"


def account_here() -> str:
    """The account that a form names, tried from this address."""
    return f"{account()} at {neighbourhood(request.remote_addr or '')}"


def whose_session() -> str:
    """The account of whoever is signed in."""
    return f"session of {current_user.id}" if current_user.is_authenticated else account_here()


def proofs(view: View) -> View:
    """Few attempts for whoever is signed in to show that it is them, at all the doors that ask for it together."""
    for limit in (
        limiter.shared_limit("20 per 10 minutes", scope="proofs", key_func=whose_session),  # many at once gain nothing
        limiter.shared_limit(per_account, scope="refused proofs", key_func=whose_session, deduct_when=was_refused),
        limiter.shared_limit(per_address, scope="refused proofs here", deduct_when=was_refused),
    ):
        view = limit(view)
    return view

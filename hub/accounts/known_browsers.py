"""Browsers in which somebody has signed in before: whoever guesses a password elsewhere does not lock them out.

Such a browser carries a mark for one account. It opens nothing: wrong passwords from there are counted by themselves.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request

from hub.accounts.models import User

COOKIE = "hub_browser"
LASTS = timedelta(days=180)
_LONGEST = 200


def remember(user: User) -> None:
    """Let the browser that is being answered carry the mark of this person's account."""
    nonce = secrets.token_urlsafe(12)
    mark = f"{nonce}.{_signature(nonce, user.username_key)}"

    def give(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            mark,
            max_age=LASTS,
            path=f"{request.script_root}/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response

    after_this_request(give)


def mark(username_key: str) -> str:
    """What tells the browser that sent the request from others, if this account was signed in there; else nothing."""
    nonce, _dot, signature = request.cookies.get(COOKIE, "")[:_LONGEST].partition(".")
    genuine = hmac.compare_digest(signature.encode(errors="replace"), _signature(nonce, username_key).encode())
    return nonce if genuine else ""


def _signature(nonce: str, username_key: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"known browser {nonce} {username_key}".encode(), hashlib.sha256).hexdigest()

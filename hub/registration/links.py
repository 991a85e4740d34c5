"""Tokens of the links that the hub mails: whoever holds one has read the mailbox."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app


class _MailedLink:
    actor = "mailed link"


MAILED_LINK = _MailedLink()  # the actor of whatever is done by following a link from a mail


def token(purpose: str, *parts: object) -> str:
    """The token of the one link with this purpose and these parts; made anew, it is the same."""
    message = "|".join([purpose, *map(str, parts)])
    return hmac.new(_key(), message.encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    return hashlib.sha256(b"hub mailed links " + str(current_app.config["SECRET_KEY"]).encode()).digest()

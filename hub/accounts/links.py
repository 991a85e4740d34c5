"""Keys that are mailed: of each only the hash is kept, so that a stolen database opens nothing."""

from __future__ import annotations

import secrets

from hub.accounts.sessions import hashed


def new_token() -> str:
    """A key that nobody can guess."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is kept of it."""
    return hashed(token.strip()[:200])

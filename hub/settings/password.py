"""The hub password: kept so that it can be compared, and never read back."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext

from hub.settings.declared import current

LONGEST = 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # sites register rarely, and many at once


def hashed(text: str) -> str:
    """What is stored for this password; empty text for none."""
    word = text.strip()
    if len(word) > LONGEST:
        raise ValueError(gettext("write at most %(most)d characters", most=LONGEST))
    return _hasher.hash(word) if word else ""


def asked() -> bool:
    """Whether sites have to bring a password: only a private hub asks for one, if one is set."""
    return current("privacy") == "private" and bool(current("password"))


def fits(given: str) -> bool:
    """Whether a site that brought this may register."""
    if not asked():
        return True
    try:
        return _hasher.verify(current("password"), given.strip())
    except (VerificationError, InvalidHashError):
        return False

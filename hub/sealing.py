"""Texts that are kept encrypted: a copy of the database alone does not give them away."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from flask import current_app


def sealed(clear: str) -> str:
    """The text encrypted under the hub's secret key."""
    return _box().encrypt(clear.encode()).decode()


def unsealed(sealed_text: str) -> str:
    """The text that ``sealed`` encrypted."""
    return _box().decrypt(sealed_text.encode()).decode()


def _box() -> Fernet:
    key = hashlib.sha256(b"hub sealed text " + current_app.config["SECRET_KEY"].encode()).digest()
    return Fernet(urlsafe_b64encode(key))

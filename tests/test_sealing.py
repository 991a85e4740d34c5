"""What is kept encrypted."""

from __future__ import annotations

from flask import Flask

from hub.sealing import sealed, unsealed


def test_what_is_sealed_is_unreadable_without_the_hubs_key(app: Flask) -> None:
    assert unsealed(sealed("a secret")) == "a secret"
    assert "a secret" not in sealed("a secret")
    assert sealed("a secret") != sealed("a secret")

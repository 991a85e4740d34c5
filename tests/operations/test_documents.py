"""What operators read is complete."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from config import Config
from hub import accesslog

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", [f"HUB_{each.name.upper()}" for each in fields(Config)])
def test_every_variable_is_explained(name: str) -> None:
    assert f"`{name}`" in (DOCS / "configuration.md").read_text()


def test_the_proxy_is_told_what_to_mask() -> None:
    text = (DOCS / "deployment.md").read_text()
    assert [name for name in accesslog.SECRETS if f"`{name}`" not in text] == []

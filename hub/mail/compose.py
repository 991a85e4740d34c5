"""From a mail's name and values to its subject and body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from hub.runtime import hub_url
from hub.settings import declared


@dataclass(frozen=True)
class Text:
    """What a mail says."""

    subject: str
    body: str


def compose(name: str, values: dict[str, Any]) -> Text:
    """The text of ``templates/mail/<name>/``: the values given, the hub's name and its address are at hand there."""
    known = {"hub_name": declared.current("name"), "hub_url": hub_url(), **values}
    subject, body = (_rendered(f"mail/{name}/{part}.txt", known) for part in ("subject", "body"))
    return Text(subject.strip(), body.strip() + "\n")


def _rendered(template: str, values: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(template).render(values)

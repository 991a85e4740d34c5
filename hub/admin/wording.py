"""How the moderators' pages say values: the filters that visitors' pages have no use for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup

_LONGEST_DETAIL = 600


def moment(value: datetime) -> Markup:
    """Day and time, for people and for machines; the zone, always UTC, shows where the pointer rests."""
    shown = format_datetime(value, "yyyy-MM-dd HH:mm")
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        value.isoformat(timespec="seconds"), shown, shown
    )


def detail(value: Any) -> str:
    """A value of an event's details in a line."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + "…"


def place(url: str) -> str:
    """Host and path of a URL: what tells sites apart in a list."""
    return url.partition("://")[2].rstrip("/") or url


FILTERS: dict[str, Callable[..., Any]] = {"moment": moment, "detail": detail, "place": place}

"""What the page of a site shows from the site itself: who it is, what it told, what waits, what happened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.access import Permission
from hub.admin import history, undoing
from hub.extensions import db
from hub.mail import outbox
from hub.sites import changes, figures, matters, moderation, notes
from hub.sites.acts import DESK
from hub.sites.models import MatterKind, Site
from hub.sites.rooms import Column, add_section
from hub.tokens.models import Token

_TOKENS = 10


def add_all() -> None:
    """Put them on the page."""
    add_section("undo", 5, _undo, column=Column.TOP)
    add_section("matters", 20, _matters, column=Column.TOP)
    add_section("identity", 10, lambda site: {}, heading=_("What the site told"))
    add_section("notes", 20, _notes, heading=_("Notes"))
    add_section("figures", 30, _figures, heading=_("Figures"))
    add_section("acts", 10, _acts, heading=_("Decide"), column=Column.ASIDE)
    add_section("standing", 20, _standing, heading=_("Who is it?"), column=Column.ASIDE)
    add_section("tokens", 30, _tokens, heading=_("Its tokens"), column=Column.ASIDE)
    add_section("changes", 60, _changes, heading=_("What changed"), column=Column.WIDE)
    add_section("mail", 80, _mail, heading=_("Mail"), column=Column.WIDE, permission=Permission.SEE_MAIL)
    add_section("history", 90, _history, heading=_("What happened"), column=Column.WIDE)


def _matters(site: Site) -> dict[str, Any] | None:
    waiting = [matter for matter in matters.of(site) if matter.kind is not MatterKind.MOVE]
    return {"matters": waiting} if waiting else None


def _undo(site: Site) -> dict[str, Any] | None:
    done = undoing.of(site)
    return {"done": done, "names": history.names({each.actor for each in done})} if done else None


def _notes(site: Site) -> dict[str, Any]:
    found = notes.of(site)
    return {"notes": found, "names": history.names({note.actor for note in found}), "longest": notes.LONGEST}


def _figures(site: Site) -> dict[str, Any] | None:
    days = figures.of(site)
    return {"days": days, "lines": figures.courses(days)} if site.figures or days else None


def _changes(site: Site) -> dict[str, Any]:
    found = changes.of(site)
    return {"changes": found, "names": history.names({change.actor for change in found})}


def _mail(site: Site) -> dict[str, Any]:
    return {"mails": [(mail, outbox.state(mail)) for mail in outbox.history_of(site)]}


def _acts(site: Site) -> dict[str, Any]:
    return {"acts": DESK.offered(site)}


def _standing(site: Site) -> dict[str, Any]:
    return {"proof": moderation.proof(site)}


def _tokens(site: Site) -> dict[str, Any]:
    newest = sa.select(Token).where(Token.site_id == site.id).order_by(Token.id.desc()).limit(_TOKENS)
    return {"tokens": db.session.scalars(newest).all()}


def _history(site: Site) -> dict[str, Any]:
    return {"lines": history.of(site)}

"""The hub's own texts as pages, and what it tells search engines."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hub.access import open_to_all
from hub.frontpage.openness import towards
from hub.settings import declared, texts

bp = Blueprint("texts", __name__)


@bp.get("/imprint")
@open_to_all
def imprint() -> ResponseReturnValue:
    """Who runs this hub."""
    return _page(texts.TEXTS["imprint"], texts.words(texts.imprint))


@bp.get("/terms")
@open_to_all
def terms() -> ResponseReturnValue:
    """What this hub expects of those who use it."""
    return _page(texts.TEXTS["terms"], texts.words(texts.terms))


@bp.get("/privacy")
@open_to_all
def privacy() -> ResponseReturnValue:
    """What this hub stores about people and sites."""
    return _page(texts.TEXTS["privacytext"], declared.current("privacytext") or default_privacy())


@bp.get("/robots.txt")
@open_to_all
def robots() -> ResponseReturnValue:
    """Where search engines may go."""
    public = towards(current_user).names_somebody
    told = render_template("about/robots.txt", public=public, more=declared.current("robotslines"))
    response = Response(told, mimetype="text/plain")
    response.cache_control.no_store = True
    return response


def default_privacy() -> str:
    """What this software stores, for how long, and who sees it, as a text of ours with this hub's figures."""
    return render_template("about/privacy.txt", kept=_kept)


def _page(text: texts.Text, words: str) -> str:
    return render_template("about/text.html", title=text.declaration.label, words=words)


def _kept(name: str) -> int:
    """For how many days something is kept; 0 for without end."""
    return int(declared.current(name) or 0)

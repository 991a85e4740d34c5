"""The pages where administrators change the hub's settings and texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, ask_for_proof, requires
from hub.admin import menu, overview, waiting
from hub.admin.overview import Condition
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db
from hub.settings import changing, declared, emergency, logo, texts
from hub.settings.declared import Declaration
from hub.settings.forms import LogoForm, SettingsForm, TextForm, default_in_words, settings_form, stored_texts
from hub.settings.sections import Section
from hub.settings.texts import Text
from hub.settings.views import default_privacy
from hub.storage.files import files

bp = Blueprint("settings_admin", __name__)

_ELSEWHERE = {logo.setting.name, *texts.TEXTS}  # changed by acts of their own

menu.add(_("Settings"), "settings_admin.index", Permission.SEE_SETTINGS, position=90)


@dataclass(frozen=True)
class Row:
    """A setting on the page: its default, and whether another value is in force."""

    name: str
    default: str
    differs: bool


def _closed() -> str | None:
    if declared.current("hubenabled"):
        return None
    return gettext("This hub is closed: no site registers, publishes or searches. Open it in the settings.")


def _openness() -> Condition:
    if not declared.current("hubenabled"):
        return Condition(gettext("Closed: no site registers, publishes or searches."), well=False)
    if not emergency.writable():
        return Condition(gettext("Read-only: people search and download, everything else waits."), well=False)
    if not (declared.current("allownewsites") and declared.current("allownewcourses")):
        return Condition(gettext("Open, but not for everything that is new."), well=False)
    return Condition(gettext("Open."))


waiting.warn(_closed, Permission.CHANGE_SETTINGS)
overview.tell(
    _("The hub"),
    _openness,
    "settings_admin.index",
    Permission.SEE_MODERATION,
    opened_with=Permission.SEE_SETTINGS,
    position=10,
)


@bp.get("/admin/settings")
@requires(Permission.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """Every setting with its value, its default and its help."""
    return _page(_form()(data=stored_texts()))


@bp.post("/admin/settings")
@requires(Permission.CHANGE_SETTINGS)
def change() -> ResponseReturnValue:
    """Store all settings, or none when one of them does not fit."""
    form = _form()()
    if changing.grave(form.texts) and not current_user.proved_lately:
        return ask_for_proof()
    try:
        with transaction(db.session):
            changed = changing.change_all(form.texts, by=current_user._get_current_object())
    except changing.SettingsInvalid as error:
        form.complain(error.complaints)
        return _page(form), 422
    _tell(changed)
    return redirect(url_for(".index"))


@bp.post("/admin/settings/reset")
@requires(Permission.CHANGE_SETTINGS)
def reset() -> ResponseReturnValue:
    """Go back to a setting's default."""
    name = declared.declaration(request.form.get("name", "")).name
    if changing.is_grave(name) and not current_user.proved_lately:
        return ask_for_proof()
    with transaction(db.session):
        changed = [name] if changing.reset(name, by=current_user._get_current_object()) else []
        changing.drop_password_of_open_hub(by=current_user._get_current_object())
    _tell(changed)
    return redirect(url_for(".index"))


@bp.post("/admin/settings/logo")
@requires(Permission.CHANGE_SETTINGS)
def upload_logo() -> ResponseReturnValue:
    """Take a new logo: its file is stored between two transactions, so that neither can leave half of it."""
    form = LogoForm()
    if not form.validate():
        return _page(_form()(formdata=None, data=stored_texts()), form), 422
    try:
        picture = logo.read(form.picture.data.stream)
    except HubError as error:
        form.picture.errors = [error.message]
        return _page(_form()(formdata=None, data=stored_texts()), form), 422
    with transaction(db.session):
        logo.promise(picture)
    logo.store(picture, files())
    with transaction(db.session):
        logo.adopt(picture, by=current_user._get_current_object())
    flash(gettext("The logo is changed."), "success")
    return redirect(url_for(".index"))


@bp.post("/admin/settings/logo/remove")
@requires(Permission.CHANGE_SETTINGS)
def remove_logo() -> ResponseReturnValue:
    """Go back to the hub's own sign."""
    with transaction(db.session):
        logo.remove(by=current_user._get_current_object())
    flash(gettext("The logo is removed."), "success")
    return redirect(url_for(".index"))


@bp.get("/admin/settings/texts/<name>")
@requires(Permission.SEE_SETTINGS)
def text(name: str) -> ResponseReturnValue:
    """One of the hub's own texts, to be read and written."""
    found = texts.get_text(name)
    begun = default_privacy() if name == texts.privacytext.name and "begin" in request.args else found.written
    return _text_page(found, TextForm(data={"words": begun}))


@bp.post("/admin/settings/texts/<name>")
@requires(Permission.CHANGE_SETTINGS)
def write_text(name: str) -> ResponseReturnValue:
    """Store the text, or only show how it would look."""
    found, form = texts.get_text(name), TextForm()
    try:
        read = found.declaration.read(form.words.data or "")
    except ValueError as error:
        form.words.errors = [str(error)]
        return _text_page(found, form), 422
    if "preview" in request.form:
        return _text_page(found, form, preview=read)
    with transaction(db.session):
        _tell(changing.change_all({found.name: read}, by=current_user._get_current_object()))
    return redirect(url_for(".text", name=found.name))


@bp.get("/local/hub/admin/settings.php")
@requires(Permission.SEE_SETTINGS)
def former_address() -> ResponseReturnValue:
    """The original's address of this page."""
    return redirect(url_for(".index"), 301)


def _tell(changed: list[str]) -> None:
    if not changed:
        flash(gettext("Nothing was different, so nothing was changed."), "info")
        return
    labels = ", ".join(str(declared.declaration(name).label) for name in changed)
    flash(gettext("Saved: %(labels)s.", labels=labels), "success")


def _form() -> type[SettingsForm]:
    return settings_form(_shown())


def _shown() -> list[Declaration]:
    """What the page offers; a hub that is not private neither shows nor asks its password."""
    hidden = _ELSEWHERE if declared.current("privacy") == "private" else _ELSEWHERE | {"password"}
    return [each for each in declared.declarations().values() if each.name not in hidden]


def _page(form: SettingsForm, logo_form: LogoForm | None = None) -> str:
    return render_template(
        "admin/settings.html",
        form=form,
        sections=[(section, list(_rows(section))) for section in Section],
        texts=texts.TEXTS.values(),
        logo_form=logo_form or LogoForm(formdata=None),
        logo=logo.address(),
    )


def _rows(section: Section) -> Iterator[Row]:
    inside = [each for each in _shown() if each.section is section]
    for each in sorted(inside, key=lambda declaration: declaration.position):
        yield Row(each.name, default_in_words(each), declared.current(each.name) != each.default)


def _text_page(found: Text, form: TextForm, preview: str | None = None) -> str:
    return render_template("admin/settings_text.html", text=found, form=form, preview=preview)

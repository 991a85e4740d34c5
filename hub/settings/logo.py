"""The hub's logo: a picture made anew, named by the setting ``hublogo``."""

from __future__ import annotations

import io
import mimetypes
import secrets
from dataclasses import dataclass
from typing import BinaryIO

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from hub.events.record import Actor, Event, record
from hub.extensions import db
from hub.settings import changing, declared
from hub.settings.models import Setting
from hub.settings.sections import Section
from hub.storage import images, obsolete
from hub.storage.files import Files

SIDE = max(images.THUMBNAILS)  # the longest side of what is kept


def _only_empty(text: str) -> str:
    if text.strip():
        raise ValueError("upload the picture on the settings page; empty text removes it")
    return ""


setting = declared.declare(
    "hublogo",
    _only_empty,
    "",
    label=_("Logo"),
    help=_("The stored picture; upload it on the settings page."),
    section=Section.HUB,
)


@dataclass(frozen=True)
class Logo:
    """A picture that is ready to be stored under its key."""

    key: str
    content: bytes


def read(source: BinaryIO) -> Logo:
    """The picture in an uploaded file, small enough for every page; NotAPicture and PictureTooLarge refuse it."""
    picture = images.read(source)
    ending = picture.content_type.removeprefix("image/")
    return Logo(f"hub/logo-{secrets.token_hex(8)}.{ending}", picture.thumbnails[SIDE])


def store(logo: Logo, storage: Files) -> None:
    """Put the picture into the storage, where nothing names it yet."""
    storage.put(logo.key, io.BytesIO(logo.content))


def promise(logo: Logo) -> None:
    """Note the key before its file is written: a job deletes it if nothing ever names it."""
    obsolete.promise([logo.key])


def adopt(logo: Logo, *, by: Actor) -> None:
    """Make this stored picture the hub's logo."""
    obsolete.keep([logo.key])
    _change(logo.key, by)


def remove(*, by: Actor) -> None:
    """The hub has no logo of its own any more."""
    changing.change(setting.name, "", by=by)


def key() -> str | None:
    """Under which key the logo lies in the storage; nothing when there is none."""
    return declared.current(setting.name) or None


def content_type(logo_key: str) -> str:
    """What kind of picture lies under the key."""
    return mimetypes.guess_type(logo_key)[0] or "image/png"


def address() -> str:
    """Where browsers find the logo, below the hub's address; it changes with the picture. Empty without one."""
    found = key()
    if not found:
        return ""
    return f"/local/hub/webservice/download.php?filetype=hubscreenshot&v={found.rpartition('-')[2]}"


def _change(new: str, by: Actor) -> None:
    before = declared.current(setting.name)
    db.session.merge(Setting(name=setting.name, value=new))
    db.session.flush()
    declared.forget()
    record(Event.SETTING_CHANGED, None, by=by, name=setting.name, before=before, after=new)
    _give_up_former(setting.name, before, new)


def _give_up_former(name: str, before: str, _after: str) -> None:
    if name == setting.name and before:
        obsolete.give_up(sa.select(sa.literal(before)))


changing.followers.append(_give_up_former)

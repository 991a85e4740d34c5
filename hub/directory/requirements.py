"""What a hub needs before a directory can list it: a decision over values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hub.errors import HubError


@dataclass(frozen=True)
class Lack:
    """Something that is missing: the setting that mends it, and what to do."""

    setting: str
    advice: str


class CannotRegisterPrivateHub(HubError):
    """A private hub does not tell the world about itself."""

    key = "cannotregisterprivatehub"


class HubNotReady(HubError):
    """Something that the directory would show is missing."""

    key = "settingsinvalid"


PRIVATE = Lack(
    "privacy",
    _("A private hub cannot be registered. Let everybody search it, or leave it out of the directory."),
)
_NEEDED = {
    "name": _("Give the hub a name."),
    "description": _("Describe the hub in a few sentences."),
    "contactname": _("Name somebody who answers for the hub."),
    "contactemail": _("Give the address at which the directory reaches you."),
}
_NO_DIRECTORY = Lack("directoryurl", _("Write the address of the directory."))
_CLOSED = Lack("hubenabled", _("Open the hub: the directory asks it questions."))


def lacking(told: Mapping[str, str | int], *, directory_url: str, open_: bool) -> Iterator[Lack]:
    """Everything that stands between this hub and the directory, told all at once."""
    if not directory_url:
        yield _NO_DIRECTORY
    if told["privacy"] == "private":
        yield PRIVATE
    for name, advice in _NEEDED.items():
        if not str(told[name]).strip():
            yield Lack(name, advice)
    if not open_:
        yield _CLOSED


def require_nothing(lacks: list[Lack]) -> None:
    """Raise CannotRegisterPrivateHub or HubNotReady unless nothing is lacking."""
    if not lacks:
        return
    advice = " ".join(str(each.advice) for each in lacks)
    raise (CannotRegisterPrivateHub if PRIVATE in lacks else HubNotReady)(advice)

"""How much somebody is told about why a site or a course is listed, or not."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import replace

from hub.access import Permission
from hub.admin import history
from hub.frontpage.openness import Person
from hub.sites import contact_link
from hub.sites.visibility import Answer


class Sight(enum.Enum):
    """Whose eyes these are."""

    MODERATOR = "moderator"  # everything, and who made it so
    CONTACT = "contact"  # everything about the own site but who made it so
    PUBLIC = "public"  # what everybody can see anyway

    @property
    def told(self) -> bool:
        """Whether since when, who can change it, and notes are told."""
        return self is not Sight.PUBLIC

    @property
    def names(self) -> bool:
        """Whether it is told who made it so."""
        return self is Sight.MODERATOR

    def of(self, answers: Sequence[Answer]) -> list[Answer]:
        """What of these answers such eyes may see."""
        if self is Sight.PUBLIC:
            return [answer for answer in answers if answer.rule.blocks]
        return _with_names(answers) if self.names else list(answers)


def _with_names(answers: Sequence[Answer]) -> list[Answer]:
    """People by their user names, not by their numbers."""
    names = history.names({answer.by for answer in answers})
    return [replace(answer, by=names.get(answer.by, answer.by)) for answer in answers]


def sight(person: Person, token: str, site_id: int) -> Sight:
    """Of this person, who may have brought the token that the contact of the site was mailed."""
    if person.may(Permission.SEE_MODERATION):
        return Sight.MODERATOR
    return Sight.CONTACT if token and contact_link.opens(token, site_id) else Sight.PUBLIC

"""Where a course becomes visible: the rules, written once, and the only functions that show and hide.

``Course.listed`` keeps the answer of the rules in the row, so that lists, search and totals need no second look. Only
``refresh`` writes it: whoever changes something that a rule reads calls it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload

from hub.courses.models import Course, Kind, Standing
from hub.events.record import TRUST, Actor, Event, record
from hub.extensions import db
from hub.sites import totals
from hub.sites.models import Site, SiteState


@dataclass(frozen=True)
class Rule:
    """One condition of being visible: as SQL, as a sentence for either answer, and who can change the answer."""

    name: str
    holds: sa.ColumnElement[bool]
    met: LazyString
    broken: LazyString
    changed_by: LazyString


def _its_site(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.select(Site.id).where(Site.id == Course.site_id, *conditions).correlate(Course).exists()


RULES = (
    Rule(
        "published",
        Course.withdrawn_at.is_(None),
        _("Its site publishes it."),
        _("Its site has withdrawn it."),
        _("The site, by publishing the course again."),
    ),
    Rule(
        "kept",
        Course.removed_at.is_(None),
        _("It has not been removed from this hub."),
        _("A moderator has removed it from this hub."),
        _("The site, by publishing the course again; a moderator then decides."),
    ),
    Rule(
        "shown",
        Course.standing.in_((Standing.SHOWN, Standing.TRUSTED)),
        _("A moderator has shown it, or its site is trusted."),
        _("No moderator has shown it, or one has hidden it."),
        _("A moderator, by showing the course or by trusting its site."),
    ),
    Rule(
        "site live",
        _its_site(Site.state == SiteState.LIVE),
        _("Its site is registered here."),
        _("Its site is no longer registered here."),
        _("The administrator of the site, by registering it again."),
    ),
    Rule(
        "site visible",
        _its_site(Site.visible.is_(True)),
        _("Its site is visible."),
        _("Its site is hidden."),
        _("A moderator, by showing the site."),
    ),
    Rule(
        "backup",
        sa.or_(Course.kind != Kind.DOWNLOADABLE, Course.backup_size.is_not(None)),
        _("It has what it offers: a course to join, or a backup that was accepted."),
        _("It is offered for download, but no backup of it has arrived and been accepted."),
        _("The site, by sending the backup; if the site is not trusted, a moderator accepts it."),
    ),
)

MOST_TOLD = 500  # at once: databases take a limited number of values in one statement
followers: list[Callable[[Sequence[int]], None]] = []


@dataclass(frozen=True)
class Answer:
    """What one rule says about one course."""

    rule: Rule
    holds: bool

    @property
    def sentence(self) -> LazyString:
        return self.rule.met if self.holds else self.rule.broken


def predicate() -> sa.ColumnElement[bool]:
    """All rules as one condition on ``course``."""
    return sa.and_(*(rule.holds for rule in RULES))


def why(course_id: int) -> list[Answer]:
    """What each rule says about this course; nothing when there never was such a course."""
    asked = sa.select(*(rule.holds.label(f"rule_{number}") for number, rule in enumerate(RULES)))
    found = db.session.execute(asked.where(Course.id == course_id)).first()
    return [Answer(rule, bool(holds)) for rule, holds in zip(RULES, found, strict=True)] if found else []


def visible() -> sa.Select[Course]:
    """The courses that everybody may see."""
    return sa.select(Course).where(Course.listed)


def including_hidden() -> sa.Select[Course]:
    """All courses that a site publishes and no moderator has removed, visible or not: for moderators and their site."""
    return sa.select(Course).where(live())


def live() -> sa.ColumnElement[bool]:
    """Neither withdrawn by its site nor removed by us: ``Course.live`` as SQL."""
    return sa.and_(Course.withdrawn_at.is_(None), Course.removed_at.is_(None))


def show(course: Course, *, by: Actor, reason: str = "") -> None:
    """Let the course be visible as far as the other rules allow: decided by a moderator, or by trust in its site."""
    decide([course], Standing.TRUSTED if by is TRUST else Standing.SHOWN, by=by, reason=reason)


def hide(course: Course, *, by: Actor, reason: str = "") -> None:
    """Take the course out of sight until a moderator shows it; nothing that its site does undoes that."""
    decide([course], Standing.HIDDEN, by=by, reason=reason)


def decide(courses: Sequence[Course], standing: Standing, *, by: Actor, reason: str = "") -> None:
    """Give these courses this standing, as one decision; those that have it already are left alone."""
    hold([course.id for course in courses])
    undecided = [course for course in courses if course.standing is not standing]
    event = Event.COURSE_HIDDEN if standing is Standing.HIDDEN else Event.COURSE_SHOWN
    for course in undecided:
        course.standing = standing
        record(event, course, by=by, fullname=course.fullname, reason=reason)
    refresh(Course.id.in_([course.id for course in undecided]))


def refresh(*where: sa.ColumnElement[bool]) -> None:
    """Let ``listed`` say what the rules say now, for the courses that ``where`` describes; totals and followers too."""
    changed = db.session.execute(
        sa.update(Course)
        .where(*where, Course.listed != predicate())
        .values(listed=sa.not_(Course.listed))
        .returning(Course.id, Course.kind, Course.listed),
        execution_options={"synchronize_session": "fetch"},
    ).all()
    if not changed:
        return
    steps = dict.fromkeys(Kind, 0)
    for row in changed:
        steps[row.kind] += 1 if row.listed else -1
    totals.adjust(enrollable=steps[Kind.ENROLLABLE], downloadable=steps[Kind.DOWNLOADABLE])
    tell([row.id for row in changed])


def tell(course_ids: Sequence[int]) -> None:
    """Let the followers know, in this transaction, that listing, text or rank of these courses changed."""
    db.session.flush()
    for start in range(0, len(course_ids), MOST_TOLD):
        for follower in followers:
            follower(course_ids[start : start + MOST_TOLD])


def hold(course_ids: Sequence[int]) -> None:
    """Keep courses, and their sites, from changing elsewhere until this transaction ends; see them as they are now.

    Whoever decides about courses does this first. All writers take sites, then courses, then the chain of events:
    otherwise two could wait for each other.
    """
    concerned = sa.select(Course.site_id).where(Course.id.in_(course_ids))
    db.session.execute(sa.select(Site.id).where(Site.id.in_(concerned)).order_by(Site.id).with_for_update(read=True))
    courses = sa.select(Course).options(joinedload(Course.site)).where(Course.id.in_(course_ids)).order_by(Course.id)
    db.session.scalars(courses.with_for_update(of=Course), execution_options={"populate_existing": True}).all()

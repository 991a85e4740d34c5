"""Where a course becomes visible: the rules, written once, and the only functions that show and hide.

``Course.listed`` keeps the answer of the rules in the row, so that lists, search and totals need no second look. Only
``refresh`` writes it: whoever changes something that a rule reads calls it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import joinedload

from hub.courses.models import Course, CourseFile, CourseVersion, FileKind, Kind, Standing, VersionState
from hub.database import Moment
from hub.events.record import TRUST, Actor, Event, record
from hub.extensions import db
from hub.sites import totals
from hub.sites import visibility as site_visibility
from hub.sites.models import Site
from hub.sites.visibility import Answer, Case, Rule, SqlValue


def _its_site(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.select(Site.id).where(Site.id == Course.site_id, *conditions).correlate(Course).exists()


def _of_its_site(value: SqlValue | None) -> SqlValue | None:
    if value is None:
        return None
    return sa.select(value).where(Site.id == Course.site_id).correlate(Course).scalar_subquery()


def _about_its_site(rule: Rule) -> Rule:
    return replace(
        rule, holds=_its_site(rule.holds), begun=_of_its_site(rule.begun), cause=_of_its_site(rule.cause), about="site"
    )


def _newest_backup() -> SqlValue:
    backups = sa.select(sa.func.max(CourseFile.received_at)).where(
        CourseFile.course_id == Course.id, CourseFile.kind == FileKind.BACKUP, CourseFile.waiting.is_(False)
    )
    return backups.correlate(Course).scalar_subquery()


def _waiting_since() -> SqlValue:
    """When the newest change came that waits: its text or a file."""
    version = sa.select(sa.func.max(CourseVersion.received_at)).where(
        CourseVersion.course_id == Course.id, CourseVersion.state == VersionState.WAITING
    )
    file = sa.select(sa.func.max(CourseFile.received_at)).where(CourseFile.course_id == Course.id, CourseFile.waiting)
    return sa.func.coalesce(
        version.correlate(Course).scalar_subquery(), file.correlate(Course).scalar_subquery(), type_=Moment()
    )


OWN_RULES = (
    Rule(
        "published",
        Course.withdrawn_at.is_(None),
        _("Its site publishes it."),
        _("Its site has withdrawn it."),
        _("The site, by publishing the course again."),
        begun=sa.func.coalesce(Course.withdrawn_at, Course.published_at),
        turns=(Event.COURSE_PUBLISHED, Event.COURSE_UNPUBLISHED),
        about="course",
    ),
    Rule(
        "kept",
        Course.removed_at.is_(None),
        _("It has not been removed from this hub."),
        _("A moderator has removed it from this hub."),
        _("The site, by publishing the course again; a moderator then decides."),
        begun=sa.func.coalesce(Course.removed_at, Course.published_at),
        turns=(Event.COURSE_REMOVED,),
        about="course",
    ),
    Rule(
        "shown",
        Course.standing.in_((Standing.SHOWN, Standing.TRUSTED)),
        _("A moderator has shown it, or its site is trusted."),
        _("No moderator has shown it, or one has hidden it."),
        _("A moderator, by showing the course or by trusting its site."),
        begun=Course.published_at,
        turns=(Event.COURSE_SHOWN, Event.COURSE_HIDDEN, Event.COURSE_PUBLISHED),
        about="course",
        cause=sa.cast(Course.standing, sa.Text),
        cases={
            Standing.WAITING.name: Case(
                _("It waits for a moderator to look at it."),
                _("A moderator, by showing the course or by trusting its site."),
            ),
            Standing.HIDDEN.name: Case(_("A moderator has hidden it."), _("A moderator, by showing the course.")),
        },
    ),
    Rule(
        "backup",
        sa.or_(Course.kind != Kind.DOWNLOADABLE, Course.backup_size.is_not(None)),
        _("It has what it offers: a course to join, or a backup that was accepted."),
        _("It is offered for download, but no backup of it has arrived and been accepted."),
        _("The site, by sending the backup; if the site is not trusted, a moderator accepts it."),
        begun=sa.func.coalesce(_newest_backup(), Course.published_at),
        about="course",
    ),
)
RULES = (*OWN_RULES, *map(_about_its_site, site_visibility.RULES))

NOTES = (
    Rule(
        "nothing waits",
        _waiting_since().is_(None),
        _("Visitors see what its site published last."),
        _("A change waits for a moderator: until then visitors see what was approved before."),
        _("A moderator, by approving or refusing the change."),
        begun=sa.func.coalesce(_waiting_since(), Course.modified_at),
        about="course",
        blocks=False,
    ),
)

# What stories above say as well: features add theirs. They change nothing about ``listed``, which they follow.
more_rules: list[Rule] = []

MOST_TOLD = 500  # at once: databases take a limited number of values in one statement
followers: list[Callable[[Sequence[int]], None]] = []


def predicate() -> sa.ColumnElement[bool]:
    """All rules as one condition on ``course``; those about its site as one look at it."""
    return sa.and_(*(rule.holds for rule in OWN_RULES), _its_site(site_visibility.predicate()))


def why(course_id: int) -> list[Answer]:
    """What each rule says about this course; nothing when there never was such a course. Three statements."""
    site_id = db.session.scalar(sa.select(Course.site_id).where(Course.id == course_id))
    if site_id is None:
        return []
    subjects = {"course": course_id, "site": site_id}
    return site_visibility.answers((*RULES, *more_rules, *NOTES), Course.id == course_id, subjects)


def explained(course_id: int) -> list[Answer]:
    """All that decides whether a visitor finds this course: the hub's settings, then each rule."""
    return [*site_visibility.hub_answers(), *why(course_id)]


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

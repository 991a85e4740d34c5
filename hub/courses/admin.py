"""The moderators' pages about courses: the queue, a course with everything about it, acts, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from hub.access import Permission, requires
from hub.admin import history, menu, waiting
from hub.admin.acting import Act, Desk, acts_by_name, perform, together
from hub.courses import differences, listing, moderation, notes, queue, versions, visibility
from hub.courses import waiting as waiting_courses
from hub.courses.forms import CourseForm, QueueFilter
from hub.courses.models import Course, CourseFile, Standing
from hub.database import transaction
from hub.extensions import db
from hub.here import asked_number, asked_page
from hub.paging import page_of

bp = Blueprint("courses_admin", __name__)
SIZE = 20
_KEPT = ("search", "language")  # of the original's parameters: they look, and do nothing
_FORMER_VISIBILITY = {"0": "hidden", "1": "visible", "2": "any", "all": "any"}
_ON_WHAT_WAITS = {"approve", "refuse"}

menu.add(_("Courses"), "courses_admin.index", Permission.SEE_MODERATION, position=10)
waiting.add(_("Courses that wait"), waiting_courses.waiting_count, "courses_admin.index", Permission.SEE_MODERATION)


@bp.get("/admin/courses")
@requires(Permission.SEE_MODERATION)
def index() -> ResponseReturnValue:
    """The queue of what waits, or courses as the filters say."""
    form = QueueFilter(request.args)
    page = page_of(queue.find(form.value), asked_page(), SIZE)
    ids = [course.id for course in page.items]
    return render_template(
        "admin/courses.html",
        form=form,
        page=page,
        acts=DESK.acts,
        changes=versions.waiting_of(ids),
        sent=_courses_with_waiting_files(ids),
        waiting_count=waiting_courses.waiting_count(),
    )


@bp.get("/admin/courses/<int(max=2147483647):course_id>")
@requires(Permission.SEE_MODERATION)
def look(course_id: int) -> ResponseReturnValue:
    """Everything about a course on one page."""
    course = listing.get_including_hidden(course_id)
    version = versions.find_waiting(course)
    stored = _files(course)
    waits = course.live and (
        course.standing is Standing.WAITING or version is not None or any(f.waiting for f in stored)
    )
    return render_template(
        "admin/course.html",
        course=course,
        version=version,
        differences=differences.between(course, version) if version else [],
        files=stored,
        acts=[act for act in DESK.offered(course) if waits or act.name not in _ON_WHAT_WAITS],
        why=visibility.why(course.id),
        notes=notes.as_html(course.creator_notes, course.creator_notes_format),
        lines=history.of(course),
    )


@bp.post("/admin/courses/acts")
@requires(Permission.MODERATE_COURSES)
def act() -> ResponseReturnValue:
    """Do something to a course, or to many."""
    return perform(DESK, back=url_for(".index"))


@bp.get("/admin/courses/<int(max=2147483647):course_id>/edit")
@requires(Permission.MODERATE_COURSES)
def edit_form(course_id: int) -> ResponseReturnValue:
    """The form in which a moderator corrects a listing."""
    course = listing.get_including_hidden(course_id)
    return render_template("admin/course_edit.html", course=course, form=CourseForm(obj=course))


@bp.post("/admin/courses/<int(max=2147483647):course_id>/edit")
@requires(Permission.MODERATE_COURSES)
def edit(course_id: int) -> ResponseReturnValue:
    """Correct a listing."""
    form = CourseForm()
    if not form.validate():
        course = listing.get_including_hidden(course_id)
        return render_template("admin/course_edit.html", course=course, form=form), 422
    with transaction(db.session):
        course = listing.get_including_hidden(course_id)
        moderation.edit(course, form.value, by=current_user._get_current_object())
    flash(gettext("The listing is corrected."), "success")
    return redirect(url_for(".look", course_id=course_id))


@bp.post("/admin/courses/<int(max=2147483647):course_id>/screenshots/<int(max=2147483647):number>/remove")
@requires(Permission.MODERATE_COURSES)
def remove_screenshot(course_id: int, number: int) -> ResponseReturnValue:
    """Take a screenshot away."""
    with transaction(db.session):
        course = listing.get_including_hidden(course_id)
        moderation.remove_screenshot(course, number, by=current_user._get_current_object())
    flash(gettext("The screenshot is removed."), "success")
    return redirect(url_for(".look", course_id=course_id))


@bp.get("/local/hub/admin/managecourses.php")
@requires(Permission.SEE_MODERATION)
def former_list() -> ResponseReturnValue:
    """The original's address of the list; whatever it asked to be done is not done."""
    course_id = asked_number("courseid")
    if course_id:
        return redirect(url_for(".look", course_id=course_id))
    kept: dict[str, Any] = {name: request.args[name] for name in _KEPT if request.args.get(name, "all") != "all"}
    visibility_then = _FORMER_VISIBILITY.get(request.args.get("visibility", ""))
    return redirect(url_for(".index", visibility=visibility_then, site=asked_number("siteid") or None, **kept))


@bp.get("/local/hub/admin/coursesettings.php")
@requires(Permission.SEE_MODERATION)
def former_page() -> ResponseReturnValue:
    """The original's address of a course's page."""
    course_id = asked_number("id")
    return redirect(url_for(".look", course_id=course_id) if course_id else url_for(".index"))


def _files(course: Course) -> Sequence[CourseFile]:
    query = sa.select(CourseFile).where(CourseFile.course_id == course.id)
    return db.session.scalars(query.order_by(CourseFile.kind, CourseFile.waiting, CourseFile.number)).all()


def _courses_with_waiting_files(ids: Sequence[int]) -> set[int]:
    query = sa.select(CourseFile.course_id).where(CourseFile.course_id.in_(ids), CourseFile.waiting)
    return set(db.session.scalars(query))


def _load(ids: Sequence[int]) -> Sequence[Course]:
    return listing.with_sites(sorted(ids))


def _approve_effect(course: Course) -> str:
    if course.standing is Standing.WAITING:
        return gettext("Becomes visible, as its site sent it last.")
    return gettext("What waits of it, text and files, replaces what visitors see.")


def _refuse_effect(course: Course) -> str:
    if course.standing in (Standing.SHOWN, Standing.TRUSTED):
        return gettext("What waits of it is dropped; what visitors see stays as it is.")
    return gettext("It is hidden; nothing that its site does undoes that.")


DESK = Desk(
    acts_by_name(
        Act(
            name="approve",
            label=_("Approve"),
            effect=_approve_effect,
            carry_out=together(moderation.approve_all),
            done=_("Approved: %(count)s."),
            offered=lambda course: course.live,
        ),
        Act(
            name="refuse",
            label=_("Refuse"),
            effect=_refuse_effect,
            carry_out=together(moderation.refuse_all),
            done=_("Refused: %(count)s."),
            offered=lambda course: course.live,
        ),
        Act(
            name="show",
            label=_("Show"),
            effect=lambda course: gettext("Visitors see it, as far as its site and its files allow."),
            carry_out=together(moderation.show_all),
            done=_("Shown: %(count)s."),
            offered=lambda course: course.live and course.standing in (Standing.HIDDEN, Standing.TRUSTED),
        ),
        Act(
            name="hide",
            label=_("Hide"),
            effect=lambda course: gettext("Visitors no longer find it; nothing that its site does undoes that."),
            carry_out=together(moderation.hide_all),
            done=_("Hidden: %(count)s."),
            offered=lambda course: course.live and course.standing in (Standing.SHOWN, Standing.TRUSTED),
        ),
        Act(
            name="remove",
            label=_("Remove"),
            effect=lambda course: gettext("It is taken away with its files; its address says that it is gone."),
            carry_out=together(moderation.remove_all),
            done=_("Removed: %(count)s."),
            dangerous=True,
            needs_reason=True,
            offered=lambda course: course.live,
        ),
    ),
    _load,
    lambda course: course.fullname,
)

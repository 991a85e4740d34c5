"""A course's page, and why it is or is not listed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hub.access import Permission, open_to_all
from hub.courses import addresses, files, following, listing, notes, visibility
from hub.courses.models import Course
from hub.frontpage.openness import require_names
from hub.frontpage.sight import Sight, sight
from hub.here import local
from hub.sites.visibility import verdict
from hub.slugs import slug as slug_of

bp = Blueprint("courses", __name__)
GONE = 410


@bp.get("/courses/<int(max=2147483647):course_id>", defaults={"slug": ""})
@bp.get("/courses/<int(max=2147483647):course_id>/<slug>")
@open_to_all
def show(course_id: int, slug: str) -> ResponseReturnValue:
    """What a visitor wants to know of a course; moderators also see those that are not listed."""
    require_names(current_user)
    try:
        course = _course(course_id)
    except listing.CourseGone:
        return render_template("courses/gone.html"), GONE
    if slug != slug_of(course.fullname):
        return redirect(local(addresses.page(course)), 301)
    return render_template(
        "courses/show.html",
        course=course,
        screenshots=files.screenshots(course),
        notes=notes.as_html(course.creator_notes, course.creator_notes_format),
        link=following.link_of(course),
    )


@bp.get("/courses/<int(max=2147483647):course_id>/why")
@open_to_all
def why(course_id: int) -> ResponseReturnValue:
    """Each rule of being listed: all about it for moderators and the contact of its site, else for what is listed."""
    course = listing.get_including_hidden(course_id)
    eyes = sight(current_user, request.args.get("token", ""), course.site_id)
    if eyes is Sight.PUBLIC:
        require_names(current_user)
        course = listing.get(course_id)
    answers = visibility.explained(course_id)
    page = render_template(
        "courses/why.html",
        course=course,
        answers=eyes.of(answers),
        listed=verdict(answers),
        told=eyes.told,
        names=eyes.names,
    )
    return page, {"Cache-Control": "no-store"}


def _course(course_id: int) -> Course:
    if current_user.may(Permission.SEE_MODERATION):
        return listing.get_including_hidden(course_id)
    return listing.get(course_id)

"""The first page, and what stands around every page."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from hub import here
from hub.courses import addresses as courses
from hub.courses import views as course_views
from hub.frontpage import assets, frame, views, webservice, wording
from hub.here import local
from hub.sites import addresses as sites
from hub.sites import views as site_views

A_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Open the visitors' pages; give all templates their frame, their addresses and their ways of saying values."""
    for pages in (views, course_views, site_views):
        app.register_blueprint(pages.bp)
    app.context_processor(_around)
    app.after_request(_keep_assets)
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals.update(
        local=local,
        same_page=here.same_page,
        without=here.without,
        page_numbers=wording.page_numbers,
        asset=lambda name: local(assets.address(name)),
        course_address=lambda course: local(courses.page(course)),
        picture_address=lambda course, number, *width: local(courses.picture(course, number, *width)),
        backup_address=lambda course: local(courses.backup(course)),
        site_address=lambda site: local(sites.page(site)),
    )


def _around() -> dict[str, Any]:
    try:
        address = request.full_path.rstrip("?")
        return {"frame": frame.around(request.path, address, current_user, request.script_root)}
    except SQLAlchemyError:  # an error page must not break on the error that it reports
        return {"frame": frame.without_database(request.path, request.script_root)}


def _keep_assets(response: Response) -> Response:
    """Browsers may keep a static file for ever: its address changes with its content."""
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response


__all__ = ["init_app", "webservice"]

"""The first page, and what stands around every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from hub.courses import addresses as courses
from hub.frontpage import assets, frame, wording
from hub.sites import addresses as sites

A_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Give templates their frame, their addresses and their ways of saying values."""
    app.context_processor(_around)
    app.after_request(_keep_assets)
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals.update(
        local=local,
        asset=lambda name: local(assets.address(name)),
        course_address=lambda course: local(courses.page(course)),
        picture_address=lambda course, number, **size: local(courses.picture(course, number, **size)),
        backup_address=lambda course: local(courses.backup(course)),
        site_address=lambda site: local(sites.page(site)),
        same_page=same_page,
        page_numbers=wording.page_numbers,
    )


def local(path: str) -> str:
    """The path as a browser has to ask for it, also when the hub lies below a prefix."""
    return request.script_root + path


def same_page(number: int) -> str:
    """The address being answered, with another page number (from 0)."""
    return wording.with_parameters(request.path, _parameters(), page=number or None)


def _parameters() -> Mapping[str, list[str]]:
    return request.args.to_dict(flat=False)


def _around() -> dict[str, Any]:
    try:
        person = current_user._get_current_object() if current_user.is_authenticated else None
        return {"frame": frame.around(request.path, request.full_path.rstrip("?"), person, request.script_root)}
    except SQLAlchemyError:  # an error page must not break on the error that it reports
        return {"frame": frame.without_database(request.path, request.script_root)}


def _keep_assets(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    return response

"""The first page: search, its old addresses, and the pages about the hub itself."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hub import clock, exports, readiness
from hub.access import open_to_all
from hub.accounts import people
from hub.accounts.views import ask_to_sign_in
from hub.courses import addresses, following, listing
from hub.courses.newest import newest
from hub.database import transaction
from hub.extensions import db
from hub.frontpage import charts, figures, filters
from hub.frontpage.figures import Figures
from hub.frontpage.openness import Openness, require_names, towards
from hub.here import asked_number, asked_page, local
from hub.paging import SIZE, Page
from hub.runtime import hub_url
from hub.search import query, results
from hub.search.criteria import CourseCriteria
from hub.sites import totals
from hub.vocabulary import countries, subjects

bp = Blueprint("frontpage", __name__)
NEWEST = 6
NO_LINK = 404
UNAVAILABLE = 503
SEARCHES = frozenset(
    {
        *("search", "downloadable", "language", "audience", "educationallevel", "licence", "subject", "orderby"),
        *("coverage", "page", "submitbutton"),
    }
)


@bp.get("/")
@bp.get("/index.php")
@open_to_all
def index() -> ResponseReturnValue:
    """The start page, the results of a search, or what an old address asks for."""
    if request.args.get("mustbelogged") and not current_user.is_authenticated:
        return ask_to_sign_in()
    if asked_number("messagesent"):
        flash(_("Your message has been sent."), "success")
    if course_id := asked_number("redirectcourseid"):
        return _follow(course_id)
    if course_id := asked_number("courseid"):
        require_names(current_user)
        return redirect(local(addresses.page(listing.get(course_id))))
    if towards(current_user) is not Openness.OPEN:
        return _closed(towards(current_user))
    return _results() if SEARCHES & request.args.keys() else _start()


def _start() -> ResponseReturnValue:
    latest = newest(NEWEST)
    return render_template("frontpage/start.html", newest=latest, totals=totals.read(), subjects=subjects.tree())


def _results() -> ResponseReturnValue:
    criteria = CourseCriteria.from_args(request.args)
    offset = asked_page() * SIZE
    found = query.find(criteria, offset=offset, limit=SIZE)
    page = Page(results.load(found.ids), offset, SIZE, found.total, found.total_is_floor)
    return render_template(
        "frontpage/results.html",
        page=page,
        criteria=criteria,
        choices=filters.choices(criteria),
        orders=filters.orders(),
    )


def _closed(openness: Openness) -> ResponseReturnValue:
    unborn = openness is Openness.CLOSED and not people.anybody()
    return render_template("frontpage/closed.html", openness=openness, unborn=unborn)


def _follow(course_id: int) -> ResponseReturnValue:
    require_names(current_user)
    course = listing.get(course_id)
    with transaction(db.session):
        link = following.follow(course, from_feed=bool(request.args.get("rss")))
    if not link:
        return render_template("frontpage/no_link.html", course=course), NO_LINK
    return redirect(link, 303)


@bp.get("/stats")
@bp.get("/stats/")
@bp.get("/local/hub/top/stats/")
@bp.get("/local/hub/top/stats")
@open_to_all
def statistics() -> ResponseReturnValue:
    """The hub in figures."""
    if not towards(current_user).names_somebody:
        return render_template("about/stats_private.html")
    known = _figures()
    return render_template(
        "about/stats.html",
        figures=known,
        charts=charts.charts(known),
        dots=charts.dots(known),
        map_size=countries.MAP_SIZE,
        ends=charts.ends_of_growth(known),
        share=charts.share,
        columns=charts.columns([count for _end, count in known.growth]),
        width=charts.WIDTH,
        height=charts.HEIGHT,
    )


@bp.get("/stats/<name>.csv")
@open_to_all
def statistics_file(name: str) -> ResponseReturnValue:
    """What one picture of the page of statistics shows, as a file."""
    if not towards(current_user).names_somebody:
        abort(404)
    rows = charts.complete(_figures(), name)
    if rows is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(exports.as_csv(rows, ("value", "count")), mimetype="text/csv", headers=headers)


def _figures() -> Figures:
    known = figures.read(clock.now(), current_app.extensions.get("hub_figures"))
    current_app.extensions["hub_figures"] = known
    return known


@bp.get("/about")
@open_to_all
def about() -> ResponseReturnValue:
    """What this hub is."""
    return render_template("about/about.html", totals=totals.read())


@bp.get("/connect")
@open_to_all
def connect() -> ResponseReturnValue:
    """How a Moodle site joins, by its release."""
    return render_template("about/connect.html", hub_url=hub_url())


@bp.get("/healthz")
@open_to_all
def healthz() -> ResponseReturnValue:
    """This process lives."""
    return _told("ok")


@bp.get("/readyz")
@open_to_all
def readyz() -> ResponseReturnValue:
    """This process can do its work."""
    obstacle = readiness.obstacle()
    return (_told(obstacle), UNAVAILABLE) if obstacle else _told("ok")


@bp.get("/opensearch.xml")
@open_to_all
def opensearch() -> ResponseReturnValue:
    """How a browser adds this hub to its search engines."""
    description = render_template("about/opensearch.xml", hub_url=hub_url())
    return Response(description, mimetype="application/opensearchdescription+xml")


def _told(text: str) -> Response:
    response = Response(text, mimetype="text/plain")
    response.cache_control.no_store = True
    return response

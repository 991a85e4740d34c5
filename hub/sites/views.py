"""The public list of sites, and a site's own page."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from hub import challenge
from hub.access import Permission, open_to_all
from hub.courses import counting, visibility
from hub.courses.models import Course
from hub.database import transaction
from hub.errors import HubError
from hub.extensions import db
from hub.frontpage.forms import LetterForm
from hub.frontpage.openness import require_names, towards
from hub.frontpage.sight import Sight, sight
from hub.frontpage.wording import named
from hub.here import asked_page, local
from hub.paging import page_of
from hub.proxies import neighbourhood
from hub.sites import addresses, directory, letters, listing, totals
from hub.sites import visibility as visibility_of_sites
from hub.sites.models import Site
from hub.slugs import slug as slug_of
from hub.vocabulary import countries

bp = Blueprint("sites", __name__)
SITES_A_PAGE = 60
GONE = 410
COMPLAINT = 422
UNLISTED = 50  # courses on the page that explains


@bp.get("/sites")
@bp.get("/sites/")
@bp.get("/local/hub/top/sites/")
@bp.get("/local/hub/top/sites")
@open_to_all
def index() -> ResponseReturnValue:
    """The sites that let themselves be named, and how many there are in which country."""
    if not towards(current_user).names_somebody:
        return render_template("sites/private.html", totals=totals.read())
    country = _country()
    page = page_of(directory.named(country), asked_page(), SITES_A_PAGE)
    return render_template(
        "sites/index.html",
        page=page,
        country=country,
        countries=directory.countries(),
        totals=totals.read(),
        course_counts=counting.by_site(site.id for site in page.items),
    )


@bp.get("/sites/<int(max=2147483647):site_id>", defaults={"slug": ""})
@bp.get("/sites/<int(max=2147483647):site_id>/<slug>")
@open_to_all
def show(site_id: int, slug: str) -> ResponseReturnValue:
    """A site that lets itself be named, with its courses; moderators see the others too."""
    require_names(current_user)
    site = listing.get(site_id)
    if not site.live:
        return render_template("sites/gone.html"), GONE
    if not named(site) and not current_user.may(Permission.SEE_MODERATION):
        abort(404)
    if slug != slug_of(site.title):
        return redirect(local(addresses.page(site)), 301)
    return render_template(
        "sites/show.html", site=site, contactable=letters.wanted(site), page=page_of(_courses(site), asked_page())
    )


@bp.get("/sites/<int(max=2147483647):site_id>/contact")
@open_to_all
def contact_form(site_id: int) -> ResponseReturnValue:
    """The form in which a visitor writes to a site's contact."""
    return render_template("sites/contact.html", site=_contactable(site_id), form=LetterForm(formdata=None))


@bp.post("/sites/<int(max=2147483647):site_id>/contact")
@open_to_all
def contact(site_id: int) -> ResponseReturnValue:
    """Pass a visitor's letter on."""
    site, form = _contactable(site_id), LetterForm()
    if not form.validate():
        return render_template("sites/contact.html", site=site, form=form), COMPLAINT
    try:
        with transaction(db.session):
            challenge.require("contact", form.challenge.data)
            letters.write(listing.get(site_id), form.value, origin=neighbourhood(request.remote_addr or ""))
    except HubError as error:
        site = listing.get(site_id)
        return render_template("sites/contact.html", site=site, form=form, complaint=error.message), error.status
    flash(gettext("Your letter is on its way."), "success")
    return redirect(local(addresses.page(listing.get(site_id))))


def _contactable(site_id: int) -> Site:
    require_names(current_user)
    site = listing.get(site_id)
    if not named(site) or not letters.wanted(site):
        raise letters.LettersNotWanted
    return site


@bp.get("/sites/<int(max=2147483647):site_id>/why")
@open_to_all
def why(site_id: int) -> ResponseReturnValue:
    """Each rule of being named in the list: all for moderators and the contact, else for a site that is named."""
    site, token = listing.get(site_id), request.args.get("token", "")
    eyes = sight(current_user, token, site_id)
    if eyes is Sight.PUBLIC:
        require_names(current_user)
        _ = named(site) or abort(404)
    answers = visibility_of_sites.why(site_id)
    page = render_template(
        "sites/why.html",
        site=site,
        answers=eyes.of(answers),
        listed=visibility_of_sites.verdict(answers),
        told=eyes.told,
        names=eyes.names,
        unlisted=_unlisted(site) if eyes.told else [],
        token=token,
    )
    return page, {"Cache-Control": "no-store"}


def _unlisted(site: Site) -> Sequence[Course]:
    query = visibility.including_hidden().where(Course.site_id == site.id, sa.not_(Course.listed))
    return db.session.scalars(query.order_by(Course.id.desc()).limit(UNLISTED)).all()


def _courses(site: Site) -> sa.Select[Course]:
    newest = (Course.published_at.desc(), Course.id.desc())
    return visibility.visible().where(Course.site_id == site.id).order_by(*newest).options(joinedload(Course.site))


def _country() -> str:
    code = request.args.get("country", "").strip().upper()
    return code if countries.known(code) else ""

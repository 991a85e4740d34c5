"""Things that happen at the same moment, in real threads on the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from hub import clock
from hub.courses import listing, moderation, publication, visibility
from hub.courses.details import CourseDetails
from hub.courses.models import Course, Standing
from hub.courses.quota import PublicationLimitReached
from hub.database import retrying
from hub.events.record import COMMAND
from hub.events.verifying import broken_links
from hub.extensions import db
from hub.sites import listing as sites
from hub.sites import moderation as site_moderation
from hub.sites import totals
from hub.sites.models import Site
from tests.courses.calling import to_advertise, to_share
from tests.courses.conftest import change
from tests.courses.sending import backup_parts, picture, screenshot_parts, send, zip_archive
from tests.factories import make_course, make_site, make_token


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """What each act gives, all begun at the same moment, each with a session of its own; HubErrors as values."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            start.wait()
            try:
                return act()
            except PublicationLimitReached as error:
                return error

    db.session.remove()
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def publishing(site_id: int, details: CourseDetails) -> Callable[[], int]:
    def publish() -> int:
        return publication.publish(sites.hold(site_id), details, now=clock.now()).id

    return lambda: retrying(db.session, publish)


def counted() -> tuple[int, int]:
    """The courses that are listed, and how many the totals say."""
    db.session.rollback()
    listed = db.session.scalar(db.select(db.func.count()).select_from(Course).where(Course.listed))
    now = totals.read()
    return listed or 0, now.enrollable_count + now.downloadable_count


def test_the_last_place_of_a_day_is_given_once_b_27_b_29(app: Flask, site: Site) -> None:
    change(maxcoursesperday="3")
    for _ in range(2):
        make_course(site)
    share = publishing(site.id, CourseDetails.parse(to_share()))
    outcomes = at_once(app, share, share, share, share)
    assert len([each for each in outcomes if isinstance(each, int)]) == 1


def test_a_course_advertised_twice_at_once_is_one_course_b_29(app: Flask, open_hub: Flask) -> None:
    site_id = make_site(trusted=True).id
    advertise = publishing(site_id, CourseDetails.parse(to_advertise()))
    ids = at_once(app, advertise, advertise, advertise)
    assert len(set(ids)) == 1
    assert counted() == (1, 1)


def test_hiding_a_site_while_it_publishes_leaves_nothing_visible(app: Flask, open_hub: Flask) -> None:
    site_id = make_site(trusted=True).id

    def hide() -> None:
        retrying(db.session, lambda: site_moderation.hide(sites.hold(site_id), by=COMMAND))

    publish = [publishing(site_id, CourseDetails.parse(to_advertise(sitecourseid=number))) for number in range(3)]
    at_once(app, *publish, hide)
    assert counted() == (0, 0)


def test_decisions_and_publications_at_once_keep_log_and_totals_whole(app: Flask, open_hub: Flask) -> None:
    site_id = make_site(confirmed_at=clock.now()).id
    ids = [make_course(db.session.get_one(Site, site_id), course_id_on_site=number).id for number in range(4)]

    def deciding(standing: Standing) -> Callable[[], None]:
        def decide() -> None:
            courses = listing.with_sites(ids)
            act = moderation.hide_all if standing is Standing.HIDDEN else moderation.approve_all
            act(courses, by=COMMAND)

        return lambda: retrying(db.session, decide)

    def trusting() -> None:
        retrying(db.session, lambda: site_moderation.trust(sites.hold(site_id), by=COMMAND))

    changes = [publishing(site_id, CourseDetails.parse(to_advertise(sitecourseid=number))) for number in range(3)]
    at_once(app, deciding(Standing.HIDDEN), deciding(Standing.SHOWN), trusting, *changes)
    listed, total = counted()
    assert listed == total
    assert list(broken_links()) == []
    for course_id in ids:
        answers = visibility.why(course_id)
        assert db.session.get_one(Course, course_id).listed is all(answer.holds for answer in answers)


def test_files_that_arrive_at_once_are_all_kept(app: Flask, open_hub: Flask) -> None:
    site = make_site()
    token = make_token(site)
    course_id = make_course(site, standing=Standing.WAITING).id
    content = picture(size=(40, 30))

    def sending(number: int) -> Callable[[], int]:
        parts = screenshot_parts(token, course_id, content, number)
        return lambda: send(app.test_client(), parts).status_code

    assert at_once(app, *(sending(number) for number in (1, 1, 1, 1))) == [200] * 4
    course = listing.get_including_hidden(course_id)
    assert course.screenshot_count == 1


def test_two_backups_at_once_leave_one(app: Flask, open_hub: Flask) -> None:
    site = make_site()
    token = make_token(site)
    course_id = publishing(site.id, CourseDetails.parse(to_share()))()

    def upload() -> int:
        return send(app.test_client(), backup_parts(token, course_id, zip_archive())).status_code

    assert at_once(app, upload, upload, upload) == [200] * 3
    assert listing.get_including_hidden(course_id).backup_size == len(zip_archive())

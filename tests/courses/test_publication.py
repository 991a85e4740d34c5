"""What a site's publications become, alone and one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub import clock
from hub.courses import files, listing, moderation, publication, versions, waiting
from hub.courses.details import CourseDetails
from hub.courses.models import Course, CourseFile, CourseVersion, Kind, Standing, VersionState
from hub.courses.quota import PublicationLimitReached, PublicationNotAllowed
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.sites.models import Site
from hub.storage.models import ObsoleteFile
from tests.courses.calling import to_advertise, to_share
from tests.courses.conftest import change
from tests.courses.sending import picture
from tests.factories import make_backup, make_course, make_screenshot, make_site


def publish(site: Site, **values: Any) -> Course:
    return publication.publish(site, CourseDetails.parse(to_advertise(**values)), now=clock.now())


def share(site: Site, **values: Any) -> Course:
    return publication.publish(site, CourseDetails.parse(to_share(**values)), now=clock.now())


def events() -> list[str]:
    return list(db.session.scalars(db.select(EventRow.kind).order_by(EventRow.id)))


def version_states() -> list[VersionState]:
    return list(db.session.scalars(db.select(CourseVersion.state).order_by(CourseVersion.number)))


@pytest.fixture
def trusted(open_hub: Flask) -> Site:
    """A site whose courses need no moderator."""
    return make_site(trusted=True)


def test_a_course_of_a_trusted_site_is_visible_at_once_t42(trusted: Site) -> None:
    course = publish(trusted)
    assert (course.listed, course.standing) == (True, Standing.TRUSTED)
    assert events() == [Event.COURSE_PUBLISHED, Event.COURSE_SHOWN]


def test_a_course_of_an_untrusted_site_waits_t42(site: Site) -> None:
    course = publish(site)
    assert (course.listed, course.standing) == (False, Standing.WAITING)
    assert db.session.scalars(waiting.waiting()).all() == [course]


def test_a_course_of_a_site_whose_trust_pauses_waits(open_hub: Flask) -> None:
    assert not publish(make_site(trusted=True, trust_paused=True)).listed


def test_a_shared_course_of_a_trusted_site_is_visible_once_its_backup_is_there(trusted: Site) -> None:
    course = share(trusted)
    assert not course.listed
    assert course.standing is Standing.TRUSTED


def test_a_change_by_an_untrusted_site_waits_while_the_approved_listing_stays(site: Site) -> None:
    course = publish(site)
    moderation.approve(course, by=COMMAND)
    again = publish(site, fullname="Changed")
    assert again is course
    assert course.fullname != "Changed"
    assert course.listed
    version = versions.find_waiting(course)
    assert version is not None
    assert version.fullname == "Changed"
    assert db.session.scalars(waiting.waiting()).all() == [course]
    assert events()[-1] == Event.COURSE_CHANGE_WAITS


def test_a_newer_change_takes_the_place_of_the_one_that_waits(site: Site) -> None:
    course = publish(site)
    moderation.approve(course, by=COMMAND)
    publish(site, fullname="Changed")
    publish(site, fullname="Changed again")
    assert version_states() == [VersionState.SUPERSEDED, VersionState.WAITING]
    moderation.approve(course, by=COMMAND)
    assert (course.fullname, course.listed) == ("Changed again", True)
    assert version_states() == [VersionState.SUPERSEDED, VersionState.CURRENT]


def test_the_approved_text_sent_again_needs_no_moderator_and_ends_the_wait(site: Site) -> None:
    course = publish(site)
    moderation.approve(course, by=COMMAND)
    publish(site)
    assert version_states() == []
    publish(site, fullname="Changed")
    publish(site)
    assert version_states() == [VersionState.SUPERSEDED]
    assert waiting.waiting_count() == 0


def test_a_refused_change_leaves_the_approved_listing(site: Site) -> None:
    course = publish(site)
    moderation.approve(course, by=COMMAND)
    name = course.fullname
    publish(site, fullname="Changed")
    make_screenshot(course, picture(), waits=True)
    moderation.refuse(course, by=COMMAND, reason="advertising")
    assert (course.fullname, course.listed, course.screenshot_count) == (name, True, 0)
    assert version_states() == [VersionState.REFUSED]
    assert waiting.waiting_count() == 0


def test_a_refused_course_is_hidden_for_good(site: Site) -> None:
    course = publish(site)
    moderation.refuse(course, by=COMMAND)
    publish(site, fullname="Changed")
    assert (course.standing, course.fullname, course.listed) == (Standing.HIDDEN, "Changed", False)
    assert waiting.waiting_count() == 0


def test_a_course_that_waits_is_simply_replaced_by_its_change(site: Site) -> None:
    course = publish(site)
    publish(site, fullname="Changed")
    assert course.fullname == "Changed"
    assert version_states() == []


def test_a_trusted_sites_change_is_visible_at_once(trusted: Site) -> None:
    course = publish(trusted)
    publish(trusted, fullname="Changed")
    assert (course.fullname, course.listed) == ("Changed", True)
    assert version_states() == []


def test_a_trusted_site_does_not_undo_a_moderators_hide(trusted: Site) -> None:
    course = publish(trusted)
    moderation.hide(course, by=COMMAND)
    publish(trusted, fullname="Changed")
    assert not course.listed
    publication.unpublish(course)
    publish(trusted, fullname="Changed again")
    assert (course.standing, course.listed) == (Standing.HIDDEN, False)


def test_a_withdrawn_course_comes_back_under_its_number_and_waits_again(site: Site) -> None:
    course = publish(site)
    moderation.approve(course, by=COMMAND)
    publication.unpublish(course)
    assert not course.listed
    again = publish(site)
    assert (again.id, again.live, again.listed) == (course.id, True, False)
    assert again.standing is Standing.WAITING


def test_a_removed_course_comes_back_only_through_a_moderator_even_for_a_trusted_site(trusted: Site) -> None:
    course = publish(trusted)
    moderation.remove(course, by=COMMAND, reason="broken")
    assert publish(trusted).id == course.id
    assert (course.live, course.listed) == (True, False)
    assert db.session.scalars(waiting.waiting()).all() == [course]


def test_withdrawing_gives_up_the_files_b_09(site: Site) -> None:
    course = make_course(site, kind=Kind.DOWNLOADABLE)
    make_screenshot(course, picture())
    make_backup(course, waits=True)
    publication.unpublish(course)
    assert db.session.scalars(db.select(CourseFile)).all() == []
    assert (course.backup_size, course.screenshot_count) == (None, 0)
    obsolete = db.session.scalars(db.select(ObsoleteFile.key)).all()
    assert len(obsolete) == 1 + 1 + 3  # two backups, a screenshot with two thumbnails
    assert events()[-1] == Event.COURSE_UNPUBLISHED


def test_a_site_that_leaves_takes_all_its_courses_along_b_43(site: Site) -> None:
    for _ in range(3):
        make_course(site)
    other = make_course()
    publication.withdraw_all_of(site)
    assert db.session.scalars(db.select(Course.id).where(Course.listed)).all() == [other.id]


def test_outcomes_and_contents_are_replaced_by_a_change_t55(trusted: Site) -> None:
    course = publish(trusted, outcomes=[{"fullname": "Old"}])
    publish(trusted, outcomes=[], contents=[{"moduletype": "activity", "modulename": "quiz", "contentcount": 1}])
    assert course.outcomes == []
    assert [each["modulename"] for each in course.contents] == ["quiz"]


def test_deleting_screenshots_waits_with_the_change_that_asks_for_it(site: Site) -> None:
    course = make_course(site, course_id_on_site=7)
    make_screenshot(course, picture(), 1)
    make_screenshot(course, picture(), 2)
    publish(site, deletescreenshots=1)
    make_screenshot(course, picture("JPEG"), 1, waits=True)
    assert course.screenshot_count == 2
    moderation.approve(course, by=COMMAND)
    (left,) = files.screenshots(course)
    assert (left.number, left.content_type, course.screenshot_count) == (1, "image/jpeg", 1)


def test_a_later_change_does_not_forget_that_screenshots_were_to_be_deleted(site: Site) -> None:
    course = make_course(site, course_id_on_site=7)
    make_screenshot(course, picture(), 1)
    publish(site, deletescreenshots=1)
    publish(site, fullname="Changed")
    moderation.approve(course, by=COMMAND)
    assert files.screenshots(course) == []


def test_waiting_screenshots_are_added_to_the_accepted_ones(site: Site) -> None:
    course = make_course(site)
    make_screenshot(course, picture(), 1)
    make_screenshot(course, picture(), 2)
    make_screenshot(course, picture("JPEG"), 2, waits=True)
    make_screenshot(course, picture("JPEG"), 3, waits=True)
    moderation.approve(course, by=COMMAND)
    kinds = [(file.number, file.content_type) for file in files.screenshots(course)]
    assert kinds == [(1, "image/png"), (2, "image/jpeg"), (3, "image/jpeg")]


def test_screenshots_move_up_when_one_is_removed_t56(site: Site) -> None:
    course = make_course(site)
    keys = [make_screenshot(course, picture(size=(20, 10 + number)), number).key for number in (1, 2, 3)]
    moderation.remove_screenshot(course, 1, by=COMMAND)
    assert [(file.number, file.key) for file in files.screenshots(course)] == [(1, keys[1]), (2, keys[2])]
    assert course.screenshot_count == 2


def test_removing_a_screenshot_that_is_not_there_is_no_error_t57(site: Site) -> None:
    course = make_course(site)
    moderation.remove_screenshot(course, 9, by=COMMAND)
    assert course.screenshot_count == 0


def test_a_site_may_publish_so_many_courses_in_24_hours_t43(site: Site) -> None:
    change(maxcoursesperday="2")
    share(site)
    share(site)
    with pytest.raises(PublicationLimitReached):
        share(site)
    assert publication.left(site, clock.now()) == 0


def test_an_old_publication_does_not_count_t43(site: Site) -> None:
    change(maxcoursesperday="1")
    make_course(site, published_at=clock.now() - timedelta(hours=24, seconds=1))
    assert share(site)


def test_the_sites_own_limit_goes_before_the_hubs_t43(open_hub: Flask) -> None:
    change(maxcoursesperday="1")
    generous, none = make_site(publications_a_day=3), make_site(publications_a_day=0)
    for _ in range(3):
        share(generous)
    with pytest.raises(PublicationLimitReached):
        share(generous)
    with pytest.raises(PublicationNotAllowed):
        share(none)


def test_without_any_limit_a_site_publishes_as_it_likes_b_27(site: Site) -> None:
    change(maxcoursesperday="")
    for _ in range(25):
        share(site)
    assert publication.left(site, clock.now()) is None


def test_changes_do_not_count_and_go_on_when_the_limit_is_reached_b_27(site: Site) -> None:
    change(maxcoursesperday="1")
    for name in ("One", "Two", "Three"):
        assert publish(site, fullname=name).fullname == name


def test_withdrawing_refunds_nothing_b_27(site: Site) -> None:
    change(maxcoursesperday="1")
    publication.unpublish(share(site))
    with pytest.raises(PublicationLimitReached):
        share(site)


def test_removal_by_a_moderator_refunds_nothing_b_27(site: Site) -> None:
    change(maxcoursesperday="1")
    moderation.remove(share(site), by=COMMAND)
    with pytest.raises(PublicationLimitReached):
        share(site)


def test_a_course_that_comes_back_counts_as_a_publication_b_27(site: Site) -> None:
    change(maxcoursesperday="1")
    course = make_course(site, course_id_on_site=7, published_at=clock.now() - timedelta(days=3))
    publication.unpublish(course)
    publish(site)
    with pytest.raises(PublicationLimitReached):
        share(site)


def test_other_sites_publications_do_not_count_b_14(site: Site) -> None:
    change(maxcoursesperday="1")
    make_course()
    assert share(site)


def test_a_visible_course_is_found_a_hidden_one_not_and_a_withdrawn_one_was_here(site: Site) -> None:
    course = make_course(site)
    assert listing.get(course.id) is course
    moderation.hide(course, by=COMMAND)
    with pytest.raises(listing.CourseNotFound) as not_found:
        listing.get(course.id)
    publication.unpublish(course)
    with pytest.raises(listing.CourseGone) as gone:
        listing.get(course.id)
    assert (not_found.value.status, gone.value.status) == (404, 410)
    assert listing.get_including_hidden(course.id) is course
    with pytest.raises(listing.CourseNotFound):
        listing.get_including_hidden(4711)


def test_courses_come_in_the_order_asked_for_with_their_sites(site: Site) -> None:
    ids = [make_course(site).id for _ in range(3)]
    found = listing.with_sites([ids[2], 4711, ids[0]])
    assert [course.id for course in found] == [ids[2], ids[0]]
    assert found[0].site is site

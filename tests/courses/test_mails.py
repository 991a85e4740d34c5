"""When moderators hear that courses wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import people
from hub.courses import mails, moderation, publication
from hub.courses.details import CourseDetails
from hub.courses.jobs import remind_of_waiting_courses
from hub.courses.models import Course
from hub.events.record import COMMAND
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.sites.models import Site
from tests.courses.calling import to_advertise
from tests.courses.conftest import change
from tests.factories import make_site

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def publish(site: Site, at: timedelta, course_id: int = 7) -> Course:
    with clock.fixed(START + at):
        details = CourseDetails.parse(to_advertise(sitecourseid=course_id))
        course = publication.publish(site, details, now=clock.now())
        db.session.commit()
        return course


def subjects() -> list[str]:
    return list(db.session.scalars(db.select(OutgoingMail.subject).order_by(OutgoingMail.id)))


def test_the_first_course_that_waits_is_told_at_once(site: Site) -> None:
    change(contactemail="moderators@hub.test", name="Hub & Söhne")
    publish(site, timedelta(0))
    (mail,) = db.session.scalars(db.select(OutgoingMail)).all()
    assert (mail.recipient, mail.subject) == ("moderators@hub.test", "Hub & Söhne: a course waits for you")
    assert "Course advertise Ünïcode & it" in mail.body
    assert f"from {site.name} ({site.url})" in mail.body
    assert "http://hub.test/admin/courses" in mail.body


def test_every_moderator_who_wants_it_is_told(site: Site) -> None:
    for name, role in (("ada", Role.ADMINISTRATOR), ("max", Role.MODERATOR), ("eve", Role.AUDITOR)):
        people.create(name, f"{name}@hub.test", "a long password", role, by=COMMAND)
    publish(site, timedelta(0))
    recipients = db.session.scalars(db.select(OutgoingMail.recipient)).all()
    assert recipients == ["ada@hub.test", "max@hub.test"]


def test_more_courses_are_told_at_most_hourly(site: Site) -> None:
    change(contactemail="moderators@hub.test")
    for minute in (0, 1, 59):
        publish(site, timedelta(minutes=minute), course_id=minute)
    assert len(subjects()) == 1
    publish(site, timedelta(minutes=61), course_id=61)
    assert subjects()[1:] == ["Moodle course hub: 4 courses wait for you"]


def test_an_empty_queue_makes_the_next_course_news_again(site: Site) -> None:
    change(contactemail="moderators@hub.test")
    moderation.approve(publish(site, timedelta(0)), by=COMMAND)
    publish(site, timedelta(minutes=5), course_id=8)
    assert len(subjects()) == 2


def test_what_came_during_the_pause_is_told_by_the_job_once(site: Site) -> None:
    change(contactemail="moderators@hub.test")
    publish(site, timedelta(0))
    publish(site, timedelta(minutes=5), course_id=8)
    for minute, told in ((10, 1), (60, 2), (125, 2), (300, 2)):
        with clock.fixed(START + timedelta(minutes=minute)):
            remind_of_waiting_courses()
        assert len(subjects()) == told


def test_the_job_says_nothing_when_moderators_were_quick(site: Site) -> None:
    change(contactemail="moderators@hub.test")
    publish(site, timedelta(0))
    moderation.approve(publish(site, timedelta(minutes=5), course_id=8), by=COMMAND)
    db.session.commit()
    with clock.fixed(START + timedelta(hours=2)):
        mails.remind_of_waiting()
    assert len(subjects()) == 1


def test_a_change_of_an_approved_course_is_told_too(site: Site) -> None:
    change(contactemail="moderators@hub.test")
    moderation.approve(publish(site, timedelta(0)), by=COMMAND)
    db.session.commit()
    with clock.fixed(START + timedelta(minutes=3)):
        changed = CourseDetails.parse(to_advertise(fullname="Changed"))
        publication.publish(site, changed, now=clock.now())
    assert len(subjects()) == 2


def test_a_trusted_sites_course_makes_no_mail(open_hub: Flask) -> None:
    change(contactemail="moderators@hub.test")
    publish(make_site(trusted=True), timedelta(0))
    assert subjects() == []

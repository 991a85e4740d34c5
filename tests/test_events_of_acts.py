"""Every privileged act leaves one event, of its own kind: each is done through its page, by the person who may."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from hub import clock
from hub.access import Role
from hub.accounts import admin as people_admin
from hub.accounts import invitations, people, totp
from hub.accounts.models import User
from hub.admin import savedviews, undoing
from hub.admin.acting import Desk
from hub.courses import admin as courses_admin
from hub.courses import versions
from hub.courses.details import CourseDetails
from hub.courses.models import Course, Kind, Standing
from hub.database import transaction
from hub.events.models import EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.mail import admin as mail_admin
from hub.mail import outbox
from hub.registration import desks, moving, replacing
from hub.registration.arrival import Arrival
from hub.registration.models import Block
from hub.settings import declared
from hub.sites import acts as site_acts
from hub.sites import identity, matters, moderation, notes
from hub.sites.details import SiteDetails
from hub.sites.models import MatterKind, Site
from tests.admin.test_logo import picture
from tests.admin.test_settings import filled
from tests.courses.calling import to_advertise
from tests.courses.sending import picture as screenshot
from tests.factories import make_backup, make_course, make_screenshot, make_site
from tests.fakes import FakeProbe
from tests.support.pages import PASSWORD, Visitor, visitor
from tests.test_access import reviewed

_numbers = itertools.count(1)

ELSEWHERE = "tests/directory/test_life.py"  # needs a directory that answers
NOT_PRIVILEGED = "looks, and changes nothing"


def ids_of(*rows: Any) -> dict[str, Any]:
    """The form of an act on these rows; they are stored."""
    db.session.commit()
    return {"ids": [row.id for row in rows], "reason": "because", "confirmed": "1"}


def site(**values: Any) -> dict[str, Any]:
    return ids_of(make_site(confirmed_at=clock.now(), **values))


def course(**values: Any) -> dict[str, Any]:
    return ids_of(make_course(**values))


def changed_course(standing: Standing) -> dict[str, Any]:
    """A course with a change that waits."""
    found = make_course(standing=standing)
    versions.hold(found, CourseDetails.parse(to_advertise()), now=clock.now())
    return ids_of(found)


def course_with_new_file() -> dict[str, Any]:
    found = make_course(kind=Kind.DOWNLOADABLE)
    make_backup(found, b"\x1f\x8bnew", waits=True)
    return ids_of(found)


def person(name: str = "", role: Role = Role.AUDITOR, **values: Any) -> User:
    name = name or f"bea{next(_numbers)}"
    user = people.create(name, f"{name}@hub.test", PASSWORD, role, by=COMMAND)
    for column, value in values.items():
        setattr(user, column, value)
    db.session.commit()
    return user


def with_factor() -> User:
    user, secret = person(), totp.new_secret()
    totp.set_up(user, secret, pyotp.TOTP(secret).at(clock.now()))
    return user


def invited() -> Any:
    return invitations.invite("carl@hub.test", Role.MODERATOR, by=COMMAND)[0]


def mail() -> Any:
    return outbox.queue("test-mail", "ada@hub.test")


def asking_to_move() -> Any:
    mover, url = make_site(), "https://new.example.org"
    told = {"url": url, "name": mover.name, "contactemail": "new@example.org"}
    details = SiteDetails.parse(told)
    return moving.ask(mover, moving.Destination(details, identity.url_key(url), "secret", "http://hub.test", "::1"))


def asking_for_place() -> Any:
    holder = make_site()
    details = SiteDetails.parse({"url": holder.url, "name": "Fresh", "contactemail": "fresh@example.org"})
    return replacing.ask(holder, Arrival(details, holder.url_key, "fresh", "http://hub.test", address="::1")).attempt


Line = tuple[Callable[[], dict[str, Any]], Event]

SITES: dict[str, Line] = {
    "show": (lambda: site(visible=False), Event.SITE_SHOWN),
    "hide": (site, Event.SITE_HIDDEN),
    "trust": (site, Event.SITE_TRUSTED),
    "untrust": (lambda: site(trusted=True, prioritised=True), Event.SITE_DISTRUSTED),
    "prioritise": (site, Event.SITE_PRIORITISED),
    "unprioritise": (lambda: site(trusted=True, prioritised=True), Event.SITE_UNPRIORITISED),
    "quota": (lambda: site() | {"publications_a_day": "3"}, Event.SITE_QUOTA_CHANGED),
    "check": (site, Event.SITE_CHECK_ASKED),
    "message": (lambda: site() | {"subject": "Hello", "text": "How are you?"}, Event.SITE_MESSAGED),
    "remove": (site, Event.SITE_REMOVED),
    "remove-with-courses": (site, Event.SITE_REMOVED),
    "block": (site, Event.SECRET_BLOCKED),
}
COURSES: dict[str, Line] = {
    "approve": (lambda: changed_course(Standing.SHOWN), Event.COURSE_CHANGE_APPROVED),
    "refuse": (lambda: changed_course(Standing.SHOWN), Event.COURSE_CHANGE_REFUSED),
    "show": (lambda: course(standing=Standing.HIDDEN), Event.COURSE_SHOWN),
    "hide": (course, Event.COURSE_HIDDEN),
    "remove": (course, Event.COURSE_REMOVED),
}
APPROVALS: list[Line] = [
    (lambda: course(standing=Standing.WAITING), Event.COURSE_SHOWN),
    (lambda: changed_course(Standing.TRUSTED), Event.COURSE_SHOWN),
    (lambda: changed_course(Standing.HIDDEN), Event.COURSE_SHOWN),
    (course_with_new_file, Event.COURSE_CHANGE_APPROVED),
]
REFUSALS: list[Line] = [
    (lambda: course(standing=Standing.WAITING), Event.COURSE_HIDDEN),
    (lambda: changed_course(Standing.HIDDEN), Event.COURSE_CHANGE_REFUSED),
    (course_with_new_file, Event.COURSE_CHANGE_REFUSED),
]
PEOPLE: dict[str, Line] = {
    **{f"make-{role.value}": (lambda: ids_of(person()), Event.ROLE_CHANGED) for role in Role},
    "make-auditor": (lambda: ids_of(person(role=Role.MODERATOR)), Event.ROLE_CHANGED),
    "send-reset": (lambda: ids_of(person()), Event.PASSWORD_RESET_ASKED),
    "end-sessions": (lambda: ids_of(person()), Event.SESSIONS_ENDED),
    "ban": (lambda: ids_of(person()), Event.USER_BANNED),
    "unban": (lambda: ids_of(person(banned=True)), Event.USER_UNBANNED),
    "delete": (lambda: ids_of(person()), Event.USER_DELETED),
    "remove-factors": (lambda: ids_of(with_factor()), Event.FACTORS_REMOVED),
}
INVITATIONS: dict[str, Line] = {
    "send-again": (lambda: ids_of(invited()), Event.INVITATION_SENT_AGAIN),
    "withdraw": (lambda: ids_of(invited()), Event.INVITATION_WITHDRAWN),
}
MAILS: dict[str, Line] = {
    "retry": (lambda: ids_of(mail()), Event.MAIL_RETRIED),
    "cancel": (lambda: ids_of(mail()), Event.MAIL_CANCELLED),
}
MOVES: dict[str, Line] = {
    "accept": (lambda: ids_of(asking_to_move()), Event.SITE_MOVED),
    "refuse": (lambda: ids_of(asking_to_move()), Event.SITE_MOVE_REFUSED),
    "block": (lambda: ids_of(asking_to_move()), Event.SITE_MOVE_BLOCKED),
    "ask-again": (lambda: ids_of(asking_to_move()), Event.CONFIRMATION_ASKED_AGAIN),
}
ATTEMPTS: dict[str, Line] = {
    "accept": (lambda: ids_of(asking_for_place()), Event.SITE_REPLACED),
    "refuse": (lambda: ids_of(asking_for_place()), Event.URL_ATTEMPT_DENIED),
    "block": (lambda: ids_of(asking_for_place()), Event.URL_ATTEMPT_BLOCKED),
    "ask-again": (lambda: ids_of(asking_for_place()), Event.CONFIRMATION_ASKED_AGAIN),
}
TABLES: dict[str, tuple[Desk[Any], dict[str, Line]]] = {
    "/admin/sites/acts": (site_acts.DESK, SITES),
    "/admin/courses/acts": (courses_admin.DESK, COURSES),
    "/admin/people/acts": (people_admin.DESK, PEOPLE),
    "/admin/people/invitations/acts": (people_admin.INVITATIONS, INVITATIONS),
    "/admin/mail/acts": (mail_admin.DESK, MAILS),
    "/admin/sites/moves/acts": (desks.MOVES, MOVES),
    "/admin/sites/attempts/acts": (desks.ATTEMPTS, ATTEMPTS),
}


@pytest.fixture
def ada(app: Flask) -> Visitor:
    """An administrator of an open hub; every site answers."""
    app.extensions["hub_probe"] = FakeProbe()
    with transaction(db.session):
        declared.change("hubenabled", "1")
        person("ada", Role.ADMINISTRATOR)
    return visitor(app).sign_in("ada")


def newest() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.max(EventRow.id))) or 0


def left_by_ada(since: int) -> list[str]:
    me = db.session.scalars(sa.select(User).where(User.username == "ada")).one().actor
    asked = sa.select(EventRow.kind).where(EventRow.id > since, EventRow.actor == me).order_by(EventRow.id)
    return list(db.session.scalars(asked))


def assert_one_event(ada: Visitor, path: str, act: str, lines: Iterable[Line]) -> None:
    for prepare, kind in lines:
        form = prepare()
        before = newest()
        ada.post(path, act=act, **form)
        assert left_by_ada(before) == [kind.value], (path, act)


@pytest.mark.parametrize("path", TABLES)
def test_each_act_of_each_desk_leaves_one_event_of_its_own_kind(ada: Visitor, path: str) -> None:
    desk, table = TABLES[path]
    assert set(table) == set(desk.acts), "each act has its line"
    for act, line in table.items():
        assert_one_event(ada, path, act, [line])


def test_approving_and_refusing_leave_one_event_whatever_waits(ada: Visitor) -> None:
    assert_one_event(ada, "/admin/courses/acts", "approve", APPROVALS)
    assert_one_event(ada, "/admin/courses/acts", "refuse", REFUSALS)


def test_a_site_removed_with_its_courses_leaves_one_event_for_each_of_them(ada: Visitor) -> None:
    gone = make_site()
    make_course(gone)
    make_course(gone)
    form, before = ids_of(gone), newest()
    ada.post("/admin/sites/acts", act="remove-with-courses", **form)
    kinds = left_by_ada(before)
    assert sorted(kinds) == [Event.COURSE_REMOVED.value] * 2 + [Event.SITE_REMOVED.value]


def test_an_act_that_changes_nothing_leaves_no_event(ada: Visitor) -> None:
    form = site(trusted=True)
    before = newest()
    ada.post("/admin/sites/acts", act="trust", **form)
    assert left_by_ada(before) == []


def a_matter() -> int:
    matter = matters.open_matter(make_site(), MatterKind.NEW_NAME)
    db.session.commit()
    return matter.id


def a_note(ada: Visitor) -> Any:
    me = db.session.scalars(sa.select(User).where(User.username == "ada")).one()
    with transaction(db.session):
        return notes.write(make_site(), "A note", by=me)


def a_view() -> int:
    me = db.session.scalars(sa.select(User).where(User.username == "ada")).one()
    with transaction(db.session):
        return savedviews.save("sites", "Mine", "state=left", owner=me).id


def an_undoable_act() -> str:
    found = make_site()
    with transaction(db.session), undoing.together():
        moderation.hide(found, by=COMMAND)
    return undoing.of(found)[0].batch


def a_block() -> int:
    attempt = asking_for_place()
    replacing.block(attempt, by=COMMAND)
    db.session.commit()
    return db.session.scalars(sa.select(Block.id)).one()


def a_stored(row: Any) -> Any:
    db.session.commit()
    return row


def with_screenshot() -> Course:
    found = make_course()
    make_screenshot(found, screenshot())
    return found


def edited(page: Visitor, path: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    """What the form of this page would send with these changes."""
    form = page.get(path).page.xpath(f"//form[@action='{path}']")[0]
    values = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return path, values | changes


Door = Callable[[Visitor], tuple[str, dict[str, Any]]]

DOORS: dict[str, tuple[Door, Event]] = {
    "/admin/courses/<>/edit": (
        lambda ada: edited(ada, f"/admin/courses/{make_course().id}/edit", fullname="Algebra"),
        Event.COURSE_EDITED,
    ),
    "/admin/courses/<>/screenshots/<>/remove": (
        lambda ada: (f"/admin/courses/{a_stored(with_screenshot()).id}/screenshots/1/remove", {}),
        Event.FILE_REMOVED,
    ),
    "/admin/environment/mail": (lambda ada: ("/admin/environment/mail", {}), Event.MAIL_TESTED),
    "/admin/events/export": (lambda ada: ("/admin/events/export", {"format": "csv"}), Event.EVENTS_EXPORTED),
    "/admin/events/verify": (lambda ada: ("/admin/events/verify", {}), Event.EVENTS_VERIFIED),
    "/admin/people/invite": (
        lambda ada: ("/admin/people/invite", {"email": "dora@hub.test", "role": "auditor"}),
        Event.PERSON_INVITED,
    ),
    "/admin/personal-data/erase": (
        lambda ada: ("/admin/personal-data/erase", {"address": "sid@school.test"}),
        Event.PERSONAL_DATA_ERASED,
    ),
    "/admin/personal-data/export": (
        lambda ada: ("/admin/personal-data/export", {"address": "sid@school.test"}),
        Event.PERSONAL_DATA_EXPORTED,
    ),
    "/admin/settings": (
        lambda ada: ("/admin/settings", filled(ada, maxcoursesperday="7")),
        Event.SETTING_CHANGED,
    ),
    "/admin/settings/reset": (
        lambda ada: ("/admin/settings/reset", {"name": "maxcoursesperday"}),
        Event.SETTING_CHANGED,
    ),
    "/admin/settings/logo": (
        lambda ada: ("/admin/settings/logo", {"picture": (picture(), "one.png")}),
        Event.SETTING_CHANGED,
    ),
    "/admin/settings/logo/remove": (lambda ada: ("/admin/settings/logo/remove", {}), Event.SETTING_CHANGED),
    "/admin/settings/texts/<>": (
        lambda ada: ("/admin/settings/texts/imprint", {"words": "Ada, Example Street 1"}),
        Event.SETTING_CHANGED,
    ),
    "/admin/sites/<>/edit": (
        lambda ada: edited(ada, f"/admin/sites/{make_site().id}/edit", name="Another name"),
        Event.SITE_EDITED,
    ),
    "/admin/sites/<>/matters/<>/close": (
        lambda ada: (f"/admin/sites/{newest_site()}/matters/{a_matter()}/close", {}),
        Event.SITE_MATTER_CLOSED,
    ),
    "/admin/sites/<>/notes": (
        lambda ada: (f"/admin/sites/{make_site().id}/notes", {"text": "A note"}),
        Event.SITE_NOTE_WRITTEN,
    ),
    "/admin/sites/<>/notes/<>": (
        lambda ada: (note_path(a_note(ada)), {"text": "Another note"}),
        Event.SITE_NOTE_EDITED,
    ),
    "/admin/sites/export": (lambda ada: ("/admin/sites/export", {"format": "csv"}), Event.SITES_EXPORTED),
    "/admin/sites/undo/<>": (lambda ada: (f"/admin/sites/undo/{an_undoable_act()}", {}), Event.SITE_ACT_UNDONE),
    "/admin/sites/views": (
        lambda ada: ("/admin/sites/views", {"name": "Left", "query": "state=left"}),
        Event.VIEW_SAVED,
    ),
    "/admin/sites/views/<>": (lambda ada: (f"/admin/sites/views/{a_view()}", {"shared": "1"}), Event.VIEW_CHANGED),
    "/admin/sites/blocks/<>/lift": (lambda ada: (f"/admin/sites/blocks/{a_block()}/lift", {}), Event.BLOCK_LIFTED),
    "/admin/sites/moves/<>/examine": (
        lambda ada: (f"/admin/sites/moves/{a_stored(asking_to_move()).id}/examine", {}),
        Event.CONFIRMATION_EXAMINED,
    ),
    "/admin/sites/attempts/<>/examine": (
        lambda ada: (f"/admin/sites/attempts/{a_stored(asking_for_place()).id}/examine", {}),
        Event.CONFIRMATION_EXAMINED,
    ),
}
OTHERS = {
    "/admin/personal-data": NOT_PRIVILEGED,
    "/admin/directory/register": ELSEWHERE,
    "/admin/directory/stay": ELSEWHERE,
    "/admin/directory/unregister": ELSEWHERE,
    "/admin/directory/update": ELSEWHERE,
    "/local/hub/admin/confirmregistration.php": ELSEWHERE,
}
DELETIONS: dict[str, tuple[Door, Event]] = {
    "a note": (lambda ada: (note_path(a_note(ada)), {"act": "delete"}), Event.SITE_NOTE_DELETED),
    "a view": (lambda ada: (f"/admin/sites/views/{a_view()}", {"act": "delete"}), Event.VIEW_DELETED),
}


def newest_site() -> int:
    """The number that the next site gets: it is made after this."""
    return (db.session.scalar(sa.select(sa.func.max(Site.id))) or 0) + 1


def note_path(note: Any) -> str:
    return f"/admin/sites/{note.site_id}/notes/{note.id}"


def plain(rule: str) -> str:
    """An address of the reviewed table without the names of its gaps."""
    return re.sub(r"<[^>]*>", "<>", rule)


def test_each_door_of_the_rooms_that_takes_a_form_has_its_line() -> None:
    there = {plain(door.rule) for door in reviewed() if door.method == "POST" and door.permission is not None}
    assert there == {*TABLES, *DOORS, *OTHERS}


def test_each_other_privileged_act_leaves_one_event_of_its_own_kind(ada: Visitor) -> None:
    for name, (prepare, kind) in (DOORS | DELETIONS).items():
        path, form = prepare(ada)
        before = newest()
        answer = ada.send("POST", path, data={"csrf_token": ada.token(), **form})
        assert answer.status in (200, 302), f"{name}: {answer.status}"
        assert left_by_ada(before) == [kind.value], name

"""Who gets which file of a course, and how it comes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from PIL import Image

from hub import clock
from hub.access import Role
from hub.courses import downloads, files, moderation, publication
from hub.courses.models import Course, Kind, Standing
from hub.events.record import COMMAND
from hub.extensions import db
from hub.sites import moderation as sites
from hub.storage.files import files as storage
from tests.admin.conftest import signed_in
from tests.courses.conftest import change
from tests.courses.sending import DOWNLOAD, gzip_archive, picture
from tests.factories import BACKUP, make_backup, make_course, make_screenshot, make_site, make_token


@pytest.fixture
def shared(open_hub: Flask) -> Course:
    """A visible course with a backup and two screenshots."""
    course = make_course(kind=Kind.DOWNLOADABLE, shortname="shareSN")
    make_screenshot(course, picture("JPEG", (1600, 900)), 1)
    make_screenshot(course, picture("PNG", (300, 700)), 2)
    db.session.commit()
    return course


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def get(client: FlaskClient, query: dict[str, Any] | str, **headers: str) -> Any:
    """The whole answer, read to its end, with nothing remembered of the request before."""
    g.pop("_login_user", None)
    return client.get(DOWNLOAD, query_string=query, headers=headers, buffered=True)


def backup(client: FlaskClient, course: Course, **more: Any) -> Any:
    return get(client, {"filetype": "backup", "courseid": course.id, **more})


def screenshot(client: FlaskClient, course: Course, **more: Any) -> Any:
    return get(client, {"courseid": course.id, "filetype": "screenshot", **more})


def is_empty_404(answer: Any) -> bool:
    return bool(answer.status_code == 404 and answer.data == b"" and answer.headers["Content-Length"] == "0")


def test_a_visible_courses_screenshot_is_public_assertion_069(client: FlaskClient, shared: Course) -> None:
    answer = screenshot(client, shared)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert size_of(answer.data) == (150, 84)


def test_the_second_screenshot_comes_in_full_size_assertion_070(client: FlaskClient, shared: Course) -> None:
    answer = screenshot(client, shared, imagewidth="original", screenshotnumber=2)
    assert (answer.mimetype, size_of(answer.data)) == ("image/png", (300, 700))


@pytest.mark.parametrize(
    ("asked", "width"),
    [("150", 150), ("480", 480), ("9999", 480), ("1", 150), ("0", 150), ("", 150), ("151", 150), ("abc", 150)],
)
def test_thumbnails_come_in_fixed_sizes_only_b_22(client: FlaskClient, shared: Course, asked: str, width: int) -> None:
    before = set(storage().keys())
    answer = screenshot(client, shared, imagewidth=asked, imageheight="77")
    assert size_of(answer.data)[0] == width
    assert set(storage().keys()) == before


def test_a_backup_comes_as_it_is_assertion_071(client: FlaskClient, shared: Course) -> None:
    answer = get(client, f"filetype=backup&courseid={shared.id}", **{"User-Agent": ""})
    assert (answer.status_code, answer.data) == (200, BACKUP)
    assert answer.headers["Content-Length"] == str(len(BACKUP))
    assert answer.headers["Content-Type"] == "application/vnd.moodle.backup"
    assert not set(answer.headers.keys()) & {"Content-Encoding", "Location", "Transfer-Encoding"}
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="shareSN.mbz"')


@pytest.mark.parametrize("token", ["", "unknown", "publichub"])
def test_a_token_beside_a_public_download_does_no_harm_assertion_072(
    client: FlaskClient, shared: Course, token: str
) -> None:
    assert backup(client, shared, token=token).data == BACKUP


@pytest.mark.parametrize(
    "query",
    [
        "filetype=backup&courseid=4711",
        "filetype=backup&courseid=",
        "filetype=backup&courseid=abc",
        "filetype=backup&courseid=-1",
        "filetype=backup&courseid=99999999999999999999",
        "filetype=backup",
        "filetype=zzz&courseid=1",
        "filetype=screenshot&courseid=1&screenshotnumber=3",
        "filetype=screenshot&courseid=1&screenshotnumber=0",
        "filetype=screenshot&courseid=1&screenshotnumber=x",
        "",
    ],
)
def test_what_is_not_there_is_an_empty_404_assertion_073(client: FlaskClient, shared: Course, query: str) -> None:
    assert is_empty_404(get(client, query))


def test_a_missing_backup_is_an_empty_404_assertion_073(client: FlaskClient, open_hub: Flask) -> None:
    assert is_empty_404(backup(client, make_course(kind=Kind.DOWNLOADABLE, backup=None)))


def test_a_file_that_the_storage_lost_is_an_empty_404(client: FlaskClient, shared: Course) -> None:
    stored = files.backup(shared)
    assert stored is not None
    storage().delete(stored.key)
    assert is_empty_404(backup(client, shared))


def test_there_is_always_a_logo_assertion_074(client: FlaskClient, app: Flask) -> None:
    answer = get(client, "filetype=hubscreenshot")
    assert (answer.status_code, answer.mimetype, size_of(answer.data)) == (200, "image/png", (1, 1))


@pytest.mark.parametrize("gone", ["hidden", "withdrawn", "removed", "site hidden", "site left", "waiting", "closed"])
def test_what_visitors_do_not_see_cannot_be_downloaded_b_09_b_33_t46(
    client: FlaskClient, shared: Course, gone: str
) -> None:
    token = make_token(shared.site)
    if gone == "hidden":
        moderation.hide(shared, by=COMMAND)
    elif gone == "withdrawn":
        publication.unpublish(shared)
    elif gone == "removed":
        moderation.remove(shared, by=COMMAND)
    elif gone == "site hidden":
        sites.hide(shared.site, by=COMMAND)
    elif gone == "site left":
        publication.withdraw_all_of(shared.site)
    elif gone == "waiting":
        shared.standing, shared.listed = Standing.WAITING, False
    db.session.commit()
    if gone == "closed":
        change(hubenabled="0")
    for answer in (backup(client, shared), backup(client, shared, token=token), screenshot(client, shared)):
        assert is_empty_404(answer)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_moderators_may_have_hidden_and_waiting_files_t46(
    app: Flask, client: FlaskClient, shared: Course, role: Role
) -> None:
    moderation.hide(shared, by=COMMAND)
    make_backup(shared, gzip_archive(b"waiting"), waits=True)
    db.session.commit()
    assert is_empty_404(backup(client, shared, waiting=1))
    browser = signed_in(app, role).client
    assert backup(browser, shared).data == BACKUP
    assert backup(browser, shared, waiting=1).data == gzip_archive(b"waiting")


def test_a_waiting_file_is_not_for_visitors_of_a_visible_course(client: FlaskClient, shared: Course) -> None:
    make_backup(shared, gzip_archive(b"waiting"), waits=True)
    db.session.commit()
    assert is_empty_404(backup(client, shared, waiting=1))
    assert backup(client, shared).data == BACKUP


def test_a_private_hub_gives_files_to_sites_and_signed_in_people_only_t45(
    app: Flask, client: FlaskClient, shared: Course
) -> None:
    token = make_token(make_site())
    change(privacy="private")
    for answer in (backup(client, shared), backup(client, shared, token="publichub"), screenshot(client, shared)):
        assert is_empty_404(answer)
    assert backup(client, shared, token=token).data == BACKUP
    assert backup(signed_in(app, Role.AUDITOR).client, shared).data == BACKUP


@pytest.mark.parametrize(
    ("shortname", "plain", "full"),
    [
        ("shareSN", "shareSN.mbz", "shareSN.mbz"),
        ("Zwölf Übungen", "Zwolf Ubungen.mbz", "Zw%C3%B6lf%20%C3%9Cbungen.mbz"),
        ('a"b\\c/d;e', "a_b c d_e.mbz", "a%22b%20c%20d%3Be.mbz"),
        ("../../etc/passwd", "etc passwd.mbz", "etc%20passwd.mbz"),
        ("数学", "course-{id}.mbz", "%E6%95%B0%E5%AD%A6.mbz"),
        ("", "course-{id}.mbz", "course-{id}.mbz"),
        ("x" * 300, "x" * 100 + ".mbz", "x" * 100 + ".mbz"),
    ],
)
def test_a_backup_is_named_after_the_course_safely_t47(
    client: FlaskClient, open_hub: Flask, shortname: str, plain: str, full: str
) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE, shortname=shortname[:255])
    expected = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}".replace("{id}", str(course.id))
    assert backup(client, course).headers["Content-Disposition"] == expected


def test_a_broken_download_can_be_resumed(client: FlaskClient, shared: Course) -> None:
    query = f"filetype=backup&courseid={shared.id}"
    rest = get(client, query, Range=f"bytes={len(BACKUP) - 10}-")
    assert (rest.status_code, rest.data) == (206, BACKUP[-10:])
    assert rest.headers["Content-Length"] == "10"
    whole = get(client, query)
    assert whole.headers["Accept-Ranges"] == "bytes"
    unchanged = get(client, query, **{"If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_a_range_beyond_the_file_is_no_page(client: FlaskClient, shared: Course) -> None:
    answer = get(client, f"filetype=backup&courseid={shared.id}", Range="bytes=99999-")
    assert (answer.status_code, answer.data) == (416, b"")


def test_downloads_are_counted_without_saying_by_whom(client: FlaskClient, shared: Course) -> None:
    query = f"filetype=backup&courseid={shared.id}&remotemoodleurl=https%3A%2F%2Fsomebody.example.org"
    for _ in range(3):
        etag = get(client, query).headers["ETag"]
    get(client, query, Range="bytes=5-")
    get(client, query, **{"If-None-Match": etag})
    client.head(f"{DOWNLOAD}?{query}", buffered=True)
    screenshot(client, shared)
    db.session.rollback()
    assert downloads.total(shared.id) == 3


def test_two_days_are_counted_apart(open_hub: Flask) -> None:
    course = make_course()
    today = clock.now().date()
    for day in (today, today, today.replace(year=2020)):
        downloads.count(course.id, day)
    assert downloads.total(course.id) == 3


def test_files_are_served_by_get_only(client: FlaskClient, shared: Course) -> None:
    assert client.post(DOWNLOAD, data={"filetype": "backup", "courseid": shared.id}).status_code == 405

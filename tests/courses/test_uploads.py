"""What happens to files that sites send."""

from __future__ import annotations

import itertools
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.courses import files, moderation
from hub.courses.models import Course, CourseFile, FileKind, Kind, Standing
from hub.events.models import EventDetails, EventRow
from hub.events.record import COMMAND, Event
from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.sites.models import Site
from hub.storage.files import files as storage
from hub.storage.jobs import sweep
from hub.tokens import issuing
from hub.tokens.issuing import Reason
from tests.courses.conftest import change
from tests.courses.sending import (
    UPLOAD,
    backup_parts,
    body_of,
    gzip_archive,
    picture,
    screenshot_parts,
    send,
    send_body,
    zip_archive,
)
from tests.factories import make_course, make_screenshot, make_site, make_token


def advertised(site: Site, **values: object) -> Course:
    return make_course(site, **{"standing": Standing.WAITING, **values})


def shared(site: Site, **values: object) -> Course:
    return make_course(site, **{"kind": Kind.DOWNLOADABLE, "backup": None, "standing": Standing.WAITING, **values})


def rows() -> list[CourseFile]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(db.select(CourseFile).order_by(CourseFile.number)))


def nothing_kept(app: Flask) -> bool:
    incoming = app.config["DATA_FOLDER"] / "incoming"
    return not rows() and not list(storage().keys()) and not list(incoming.glob("*.part"))


def test_a_screenshot_in_the_order_of_moodle_is_stored_assertion_059(
    client: FlaskClient, site: Site, token: str
) -> None:
    course = advertised(site)
    answer = send(client, screenshot_parts(token, course.id, picture()))
    assert answer.status_code == 200
    (row,) = rows()
    assert (row.kind, row.number, row.width, row.height) == (FileKind.SCREENSHOT, 1, 640, 400)
    db.session.refresh(course)
    assert course.screenshot_count == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_the_parts_come_in_any_order_assertion_060(
    client: FlaskClient, site: Site, token: str, order: tuple[int, ...]
) -> None:
    course = shared(site)
    parts = backup_parts(token, course.id, zip_archive())
    assert send(client, [parts[each] for each in order]).status_code == 200
    assert len(rows()) == 1


def test_the_path_on_the_sites_server_is_kept_nowhere_assertion_061(
    app: Flask, client: FlaskClient, site: Site, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    course = shared(site)
    with caplog.at_level(logging.DEBUG):
        send(client, backup_parts(token, course.id, gzip_archive()))
        answer = send(client, backup_parts(token, course.id, b"no archive"))
    assert "moodledata" not in caplog.text + answer.text
    database = app.config["DATA_FOLDER"] / "hub.sqlite"
    if database.exists():
        assert b"moodledata" not in database.read_bytes()
    assert not [key for key in storage().keys() if "moodledata" in key]  # noqa: SIM118  # a storage is no mapping
    details = db.session.scalars(db.select(EventDetails.details)).all()
    assert "moodledata" not in str(details)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_known_by_its_content_assertion_062(
    client: FlaskClient, site: Site, token: str, file_format: str
) -> None:
    assert send(client, screenshot_parts(token, advertised(site).id, picture(file_format))).status_code == 200
    assert rows()[0].content_type == ("image/jpeg" if file_format in ("JPEG", "WEBP") else "image/png")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"",
        b"GIF89a",
        picture()[:200],
        b"%PDF-1.4",
        gzip_archive(),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_kept_assertion_062_b_10(
    app: Flask, client: FlaskClient, site: Site, token: str, content: bytes
) -> None:
    answer = send(client, screenshot_parts(token, advertised(site).id, content))
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "picture" in answer.text
    assert nothing_kept(app)


@pytest.mark.parametrize("content", [zip_archive(), gzip_archive()])
def test_backups_of_both_formats_make_a_course_downloadable_after_moderation_assertion_063_t48(
    client: FlaskClient, site: Site, token: str, content: bytes
) -> None:
    course = shared(site)
    assert send(client, backup_parts(token, course.id, content)).status_code == 200
    db.session.refresh(course)
    assert (course.backup_size, course.listed) == (len(content), False)
    moderation.approve(course, by=COMMAND)
    db.session.commit()
    assert course.listed


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\x1f\x8b", b"\x1f\x8b\x09" + bytes(40), b"<html>", picture()],
)
def test_what_is_no_archive_is_refused_with_the_reason_in_the_log_b_21(
    app: Flask, client: FlaskClient, site: Site, token: str, content: bytes
) -> None:
    course = shared(site)
    answer = send(client, backup_parts(token, course.id, content))
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "zip or gzip" in answer.text
    assert nothing_kept(app)
    refused = db.session.scalar(db.select(EventRow).where(EventRow.kind == Event.FILE_REFUSED))
    assert refused is not None
    assert (refused.subject_id, refused.actor) == (course.id, f"site:{site.id}")


def test_a_received_file_is_in_the_log_with_its_checksum_b_21(client: FlaskClient, site: Site, token: str) -> None:
    send(client, backup_parts(token, shared(site).id, zip_archive()))
    event = db.session.scalar(db.select(EventRow).where(EventRow.kind == Event.FILE_RECEIVED))
    assert event is not None
    details = db.session.get_one(EventDetails, event.id).details
    assert details["sha256"] == rows()[0].sha256


def test_files_of_another_sites_course_are_out_of_reach_assertion_064_t37(
    app: Flask, client: FlaskClient, token: str
) -> None:
    course = advertised(make_site())
    answer = send(client, screenshot_parts(token, course.id, picture()))
    assert answer.status_code == 403
    assert nothing_kept(app)


def test_a_foreign_site_replaces_no_screenshot_t37(client: FlaskClient, token: str) -> None:
    course = make_course()
    before = make_screenshot(course, picture()).key
    db.session.commit()
    send(client, screenshot_parts(token, course.id, picture("JPEG")))
    assert [row.key for row in rows()] == [before]


@pytest.mark.parametrize("bad", ["", "unknown", "publichub", "x" * 40])
def test_an_unknown_token_is_refused_and_nothing_kept_assertion_065_t36(
    app: Flask, client: FlaskClient, site: Site, bad: str
) -> None:
    answer = send(client, backup_parts(bad, shared(site).id, zip_archive()))
    assert answer.status_code == 403
    assert nothing_kept(app)


def test_a_revoked_token_is_refused_assertion_065(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    course = shared(site)
    issuing.revoke_all(site.id, Reason.SITE_UNREGISTERED)
    db.session.commit()
    assert send(client, backup_parts(token, course.id, zip_archive())).status_code == 403
    assert nothing_kept(app)


@pytest.mark.parametrize("number", ["0", "-1", "abc", "", "11", "1.5", "９", " 1", "99999999999"])
def test_a_screenshot_number_is_from_1_to_10_assertion_068_b_20(
    app: Flask, client: FlaskClient, site: Site, token: str, number: str
) -> None:
    answer = send(client, screenshot_parts(token, advertised(site).id, picture(), number))
    assert answer.status_code == 400
    assert "screenshotnumber" in answer.text
    assert nothing_kept(app)


def test_ten_screenshots_are_taken_b_20_t56(client: FlaskClient, site: Site, token: str) -> None:
    course = advertised(site)
    content = picture(size=(20, 10))
    answers = [send(client, screenshot_parts(token, course.id, content, number)).status_code for number in range(1, 11)]
    assert answers == [200] * 10
    assert [row.number for row in rows()] == list(range(1, 11))


@pytest.mark.parametrize("course_id", ["12abc", "", "-1", "1.0", "0x1", "99999999999999", "1 or 1=1"])
def test_a_course_id_is_a_whole_number_b_21(app: Flask, client: FlaskClient, token: str, course_id: str) -> None:
    answer = send(client, screenshot_parts(token, course_id, picture()))
    assert answer.status_code == 400
    assert nothing_kept(app)


def test_the_number_may_be_missing_and_is_then_1(client: FlaskClient, site: Site, token: str) -> None:
    parts = [part for part in screenshot_parts(token, advertised(site).id, picture()) if part[0] != "screenshotnumber"]
    assert send(client, parts).status_code == 200
    assert rows()[0].number == 1


def test_a_number_beyond_the_next_one_becomes_the_next_one_assertion_044(
    client: FlaskClient, site: Site, token: str
) -> None:
    course = advertised(site)
    send(client, screenshot_parts(token, course.id, picture(), 2))
    send(client, screenshot_parts(token, course.id, picture(), 7))
    assert [row.number for row in rows()] == [1, 2]


def test_the_same_number_again_replaces_the_screenshot(client: FlaskClient, site: Site, token: str) -> None:
    course = advertised(site)
    send(client, screenshot_parts(token, course.id, picture()))
    first_key = rows()[0].key
    send(client, screenshot_parts(token, course.id, picture("JPEG")))
    (second,) = rows()
    assert (second.number, second.content_type) == (1, "image/jpeg")
    assert first_key != second.key


@pytest.mark.parametrize("parts", [[], [("filetype", "backup")], [("filetype", "film"), ("courseid", "1")]])
def test_an_upload_that_does_not_say_what_it_is_gets_a_sentence(
    client: FlaskClient, open_hub: Flask, parts: list[tuple[str, str]]
) -> None:
    answer = send(client, list(parts))
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"


def test_a_request_that_is_no_multipart_form_is_refused(client: FlaskClient, open_hub: Flask) -> None:
    answer = client.post(UPLOAD, data={"filetype": "backup", "courseid": "4", "token": "xxxx"})
    assert answer.status_code == 400
    assert "multipart/form-data" in answer.text


def test_an_upload_that_breaks_off_leaves_nothing(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    course = shared(site)
    whole = body_of(backup_parts(token, course.id, zip_archive()))
    for length in (0, 10, 150, len(whole) // 2, len(whole) - 4):
        assert send_body(client, whole[:length]).status_code == 400
    assert nothing_kept(app)


def test_endless_headers_of_a_part_are_refused(app: Flask, client: FlaskClient, open_hub: Flask) -> None:
    start = body_of([("filetype", "backup")])[:40]
    assert send_body(client, start + b"X-Endless: " + b"a" * 3_000_000).status_code == 400
    assert nothing_kept(app)


def test_a_file_beyond_the_limit_is_refused_b_21(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    change(maxbackupsize="2000", maxscreenshotsize="3000000")
    content = gzip_archive(bytes(range(256)) * 40) + b"x" * 2000
    answer = send(client, backup_parts(token, shared(site).id, content))
    assert answer.status_code == 413
    assert "2000" in answer.text
    assert nothing_kept(app)


def test_the_limit_of_screenshots_holds_even_when_the_type_comes_last_b_21(
    app: Flask, client: FlaskClient, site: Site, token: str
) -> None:
    change(maxscreenshotsize="500")
    parts = screenshot_parts(token, advertised(site).id, picture(size=(900, 700)))
    assert send(client, parts[1:] + parts[:1]).status_code == 413
    assert nothing_kept(app)


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(client: FlaskClient, open_hub: Flask) -> None:
    change(maxbackupsize="1000", maxscreenshotsize="1000")
    answer = send_body(client, b"x" * 500_000)
    assert (answer.status_code, answer.mimetype) == (413, "text/plain")


def test_an_untrusted_site_sends_only_so_many_bytes_a_day(
    app: Flask, client: FlaskClient, site: Site, token: str
) -> None:
    change(maxuploadbytesperday="500")
    course = shared(site)
    content = gzip_archive(b"x") + bytes(200)
    assert send(client, backup_parts(token, course.id, content)).status_code == 200
    assert send(client, backup_parts(token, course.id, content)).status_code == 200
    answer = send(client, backup_parts(token, course.id, content))
    assert answer.status_code == 429
    assert "500" in answer.text
    assert len(rows()) == 1


def test_a_trusted_site_sends_more_bytes_a_day(client: FlaskClient, open_hub: Flask) -> None:
    change(maxuploadbytesperday="10")
    site = make_site(trusted=True)
    assert send(client, backup_parts(make_token(site), shared(site).id, zip_archive())).status_code == 200


def test_no_file_is_taken_that_would_fill_the_disk(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    change(mindiskspace=str(2**50))
    assert send(client, backup_parts(token, shared(site).id, zip_archive())).status_code == 503
    assert nothing_kept(app)


def test_a_closed_hub_takes_no_file_b_19(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    course = shared(site)
    change(hubenabled="0")
    answer = send(client, backup_parts(token, course.id, zip_archive()))
    assert answer.status_code == 503
    assert "switched off" in answer.text
    assert nothing_kept(app)


@pytest.mark.parametrize("gone", ["withdrawn_at", "removed_at"])
def test_a_course_that_is_gone_takes_no_file_b_21(
    app: Flask, client: FlaskClient, site: Site, token: str, gone: str
) -> None:
    course = shared(site)
    setattr(course, gone, course.published_at)
    db.session.commit()
    assert send(client, backup_parts(token, course.id, zip_archive())).status_code == 410
    assert nothing_kept(app)


def test_an_advertised_course_takes_no_backup(app: Flask, client: FlaskClient, site: Site, token: str) -> None:
    assert send(client, backup_parts(token, advertised(site).id, zip_archive())).status_code == 400
    assert nothing_kept(app)


def test_what_an_untrusted_site_sends_after_approval_waits_for_a_moderator(
    client: FlaskClient, site: Site, token: str
) -> None:
    course = shared(site, standing=Standing.SHOWN)
    send(client, backup_parts(token, course.id, zip_archive()))
    db.session.refresh(course)
    assert (rows()[0].waiting, course.backup_size, course.listed) == (True, None, False)
    moderation.approve(course, by=COMMAND)
    db.session.commit()
    assert (rows()[0].waiting, course.listed) == (False, True)


def test_a_waiting_file_is_in_the_queue_and_moderators_are_told(client: FlaskClient, site: Site, token: str) -> None:
    change(contactemail="moderators@hub.test")
    course = make_course(site)
    send(client, screenshot_parts(token, course.id, picture()))
    db.session.rollback()
    assert [each.id for each in db.session.scalars(moderation.waiting())] == [course.id]
    assert db.session.scalars(db.select(OutgoingMail.name)).all() == ["course-waiting"]


def test_what_a_trusted_site_sends_is_there_at_once(client: FlaskClient, open_hub: Flask) -> None:
    site = make_site(trusted=True)
    course = shared(site, standing=Standing.TRUSTED)
    send(client, backup_parts(make_token(site), course.id, zip_archive()))
    db.session.refresh(course)
    assert course.listed


def test_a_hidden_course_stays_hidden_whatever_its_site_sends(client: FlaskClient, open_hub: Flask) -> None:
    site = make_site(trusted=True)
    course = shared(site, standing=Standing.HIDDEN)
    send(client, backup_parts(make_token(site), course.id, zip_archive()))
    db.session.refresh(course)
    assert (course.backup_size is not None, course.listed) == (True, False)


def test_a_replaced_file_is_deleted_from_the_storage_by_the_job(client: FlaskClient, site: Site, token: str) -> None:
    course = shared(site)
    send(client, backup_parts(token, course.id, zip_archive()))
    send(client, backup_parts(token, course.id, gzip_archive()))
    assert len(list(storage().keys())) == 2
    assert sweep() == 1
    assert [row.key for row in rows()] == list(storage().keys())
    backup = files.backup(course)
    assert backup is not None
    assert storage().size(backup.key) == len(gzip_archive())

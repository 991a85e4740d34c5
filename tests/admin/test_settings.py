"""The page of settings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from hub.events.models import EventDetails, EventRow
from hub.events.record import Event
from hub.extensions import db
from hub.settings import declared, password, texts
from tests.support.pages import Visitor


def filled(page: Visitor, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the settings page, with these changes."""
    form = page.get("/admin/settings").page.xpath("//form[@action='/admin/settings']")[0]
    values = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return {name: value for name, value in (values | changes).items() if value is not None}


def changed() -> list[dict[str, Any]]:
    query = sa.select(EventDetails.details).join(EventRow, EventRow.id == EventDetails.event_id)
    return list(db.session.scalars(query.where(EventRow.kind == Event.SETTING_CHANGED.value).order_by(EventRow.id)))


def test_every_declared_setting_is_on_the_page_with_label_and_help(administrator: Visitor) -> None:
    page = administrator.get("/admin/settings")
    for name, each in declared.declarations().items():
        if name not in ("hublogo", *texts.TEXTS):
            assert page.page.xpath(f"//*[@name='{name}']"), name
            assert str(each.help) in page.words, name


def test_saving_what_was_shown_changes_nothing(administrator: Visitor) -> None:
    before = {name: declared.current(name) for name in declared.declarations()}
    administrator.post("/admin/settings", **filled(administrator))
    assert {name: declared.current(name) for name in declared.declarations()} == before
    assert changed() == []


def test_each_change_is_an_event_with_before_and_after(administrator: Visitor) -> None:
    administrator.post("/admin/settings", **filled(administrator, hubenabled="y", maxcoursesperday="0"))
    assert declared.current("hubenabled") is True
    assert declared.current("maxcoursesperday") == 0
    assert sorted((each["name"], each["before"], each["after"]) for each in changed()) == [
        ("hubenabled", False, True),
        ("maxcoursesperday", 20, 0),
    ]


def test_an_empty_number_means_no_limit_where_the_setting_says_so(administrator: Visitor) -> None:
    administrator.post("/admin/settings", **filled(administrator, maxcoursesperday=""))
    assert declared.current("maxcoursesperday") is None
    assert administrator.get("/admin/settings").page.xpath("//input[@name='maxcoursesperday']/@value") == [""]


def test_when_one_value_does_not_fit_nothing_is_saved_and_the_complaint_stands_beside_it(
    administrator: Visitor,
) -> None:
    answer = administrator.post(
        "/admin/settings", status=422, **filled(administrator, name="New name", maxwscourseresult="0", contactemail="x")
    )
    assert declared.current("name") != "New name"
    complaints = answer.page.xpath("//ul[@id='maxwscourseresult-errors']/li/text()")
    assert complaints == ["write a number of 1 or more"]
    assert answer.page.xpath("//ul[@id='contactemail-errors']/li")
    assert answer.page.xpath("//input[@name='name']/@value") == ["New name"]
    assert changed() == []


def test_an_invented_choice_is_refused(administrator: Visitor) -> None:
    answer = administrator.post("/admin/settings", status=422, **filled(administrator, privacy="everything"))
    assert "choose one of private, public, search" in answer.words


def test_the_hub_password_is_never_shown_kept_when_left_empty_and_removed_when_asked(
    administrator: Visitor,
) -> None:
    administrator.post("/admin/settings", **filled(administrator, password="open sesame"))
    assert (password.fits("open sesame"), password.fits("open"), password.fits("")) == (True, False, False)
    page = administrator.get("/admin/settings")
    assert "open sesame" not in page.text
    administrator.post("/admin/settings", **filled(administrator))
    assert password.fits("open sesame")
    administrator.post("/admin/settings", **filled(administrator, remove_password="y"))
    assert declared.current("password") == ""
    assert "open sesame" not in str(changed())
    assert "argon2" not in str(changed())


def test_a_hub_that_is_not_private_has_no_password(administrator: Visitor) -> None:
    administrator.post("/admin/settings", **filled(administrator, password="open sesame", privacy="search"))
    assert declared.current("password") == ""


def test_an_auditor_sees_the_settings_and_changes_none(app: Flask, auditor: Visitor) -> None:
    page = auditor.get("/admin/settings")
    assert page.page.xpath("//fieldset[@disabled]")
    assert not page.page.xpath("//form[@action='/admin/settings']//button[@type='submit']")
    auditor.post("/admin/settings", status=403, hubenabled="y")
    assert declared.current("hubenabled") is False


def test_a_moderator_neither_sees_nor_changes_settings(moderator: Visitor) -> None:
    moderator.get("/admin/settings", status=403)
    moderator.post("/admin/settings", status=403, hubenabled="y")

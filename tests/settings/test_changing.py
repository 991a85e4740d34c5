"""Settings are changed as a whole, by page and by command: sections, defaults, followers, proofs, the password."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import transaction
from hub.events.models import EventDetails
from hub.events.record import COMMAND
from hub.extensions import db
from hub.settings import changing, declared, password
from hub.settings.models import Setting
from hub.settings.sections import Section
from tests.admin.conftest import administrator  # noqa: F401  # fixture
from tests.admin.test_settings import filled
from tests.support.pages import Visitor


@pytest.fixture
def told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Any]]:
    """What a follower of the settings is told."""
    seen: list[tuple[str, Any, Any]] = []
    monkeypatch.setattr(changing, "followers", [*changing.followers, lambda *change: seen.append(change)])
    return seen


def run(app: Flask, *arguments: str, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["settings", *arguments])
    assert result.exit_code == status, result.output
    db.session.rollback()
    declared.forget()
    return str(result.output)


def test_the_settings_of_the_original_are_all_there_but_feeds(app: Flask) -> None:
    wanted = {"name", "hubenabled", "privacy", "language", "description", "contactname", "contactemail", "hublogo"}
    wanted |= {"password", "maxwscourseresult", "maxcoursesperday", "searchfornologin", "challengeregistration"}
    assert wanted <= set(declared.declarations())
    assert all(each.help and each.label for each in declared.declarations().values())


def test_every_section_of_the_page_has_a_heading_and_help(app: Flask, administrator: Visitor) -> None:  # noqa: F811
    page = administrator.get("/admin/settings")
    used = {each.section for each in declared.declarations().values()}
    for section in used:
        assert page.page.xpath(f"//h2[@id='{section.value}']/text()") == [section.title]
        assert section.help in page.words
    jumps = [f"#{each.value}" for each in Section if each in used]
    assert page.page.xpath("//nav[@class='jumps']//a/@href") == [*jumps, "#logo"]


def test_a_follower_is_told_what_changed_in_the_same_transaction(told: list[Any]) -> None:
    with transaction(db.session):
        changing.change_all({"privacy": "search", "name": "Moodle course hub"}, by=COMMAND)
    assert told == [("privacy", "private", "search")]
    with transaction(db.session):
        changing.reset("privacy", by=COMMAND)
    assert told[-1] == ("privacy", "search", "private")


def test_a_setting_shows_its_default_and_goes_back_to_it(administrator: Visitor) -> None:  # noqa: F811
    administrator.post("/admin/settings", **filled(administrator, maxcoursesperday="7"))
    page = administrator.get("/admin/settings").page
    buttons = page.xpath("//button[@form='reset']")
    assert [each.get("value") for each in buttons] == ["maxcoursesperday"]
    assert buttons[0].get("aria-label") == "Back to the default: Courses per site and day"
    assert "Default: 20" in page.xpath("string(//button[@form='reset']/..)")
    answer = administrator.post("/admin/settings/reset", name="maxcoursesperday")
    assert answer.location == "/admin/settings"
    assert declared.current("maxcoursesperday") == 20
    assert db.session.get(Setting, "maxcoursesperday") is None
    details = db.session.scalars(sa.select(EventDetails.details).order_by(EventDetails.event_id.desc())).first()
    assert details == {"name": "maxcoursesperday", "before": 7, "after": 20}
    administrator.post("/admin/settings/reset", status=400, name="nosuchsetting")


def test_saving_says_what_was_saved(administrator: Visitor) -> None:  # noqa: F811
    administrator.post("/admin/settings", **filled(administrator, name="North", maxcoursesperday="7"))
    assert "Saved: Name, Courses per site and day." in administrator.get("/admin/settings").words
    administrator.post("/admin/settings", **filled(administrator))
    assert "Nothing was different" in administrator.get("/admin/settings").words


def test_privacy_and_password_change_only_after_a_fresh_proof(
    app: Flask,
    administrator: Visitor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long_ago = property(lambda _user: False)
    monkeypatch.setattr("hub.accounts.models.User.proved_lately", long_ago)
    for change in ({"privacy": "search"}, {"password": "open sesame"}):
        asked = administrator.post("/admin/settings", status=200, **filled(administrator, **change))
        kept = asked.page.xpath("//textarea[@name='maxcoursesperday']/text()")
        assert [each.strip() for each in kept] == ["20"], "the form goes on after the proof"
        assert (declared.current("privacy"), declared.current("password")) == ("private", "")
    administrator.post("/admin/settings", **filled(administrator, name="North"))
    assert declared.current("name") == "North"


def test_an_open_hub_neither_shows_nor_keeps_a_password(administrator: Visitor) -> None:  # noqa: F811
    administrator.post("/admin/settings", **filled(administrator, password="open sesame"))
    assert password.asked()
    administrator.post("/admin/settings", **filled(administrator, privacy="public"))
    assert declared.current("password") == ""
    page = administrator.get("/admin/settings")
    assert page.page.xpath("//input[@name='password']") == []
    administrator.post("/admin/settings", **filled(administrator), password="sneaked in")
    assert declared.current("password") == ""


def test_a_hub_that_became_public_asks_for_no_password_even_if_one_is_stored(app: Flask) -> None:
    with transaction(db.session):
        declared.change("password", "open sesame")
    assert not password.fits("")
    with transaction(db.session):
        declared.change("privacy", "search")
    assert password.fits("")


def test_commands_list_get_set_and_reset(app: Flask) -> None:
    listed = json.loads(run(app, "list", "--json"))
    assert {each["name"] for each in listed} == set(declared.declarations())
    assert {"name", "value", "default", "section", "help"} == set(listed[0])
    assert run(app, "set", "maxcoursesperday", "5") == "maxcoursesperday is now 5.\n"
    assert run(app, "get", "maxcoursesperday") == "5\n"
    assert json.loads(run(app, "reset", "maxcoursesperday", "--json"))[0]["value"] == 20
    assert "write a whole number" in run(app, "set", "maxcoursesperday", "many", status=1)
    assert "There is no setting 'nothing'" in run(app, "reset", "nothing", status=1)


def test_commands_never_tell_the_password(app: Flask) -> None:
    assert run(app, "set", "password", "open sesame") == "password is now (not shown).\n"
    assert run(app, "get", "password") == "(not shown)\n"
    assert "argon2" not in run(app, "list", "--json")
    run(app, "set", "privacy", "search")
    assert "only a private hub" in run(app, "set", "password", "open sesame", status=1)

"""What holds for every page of the rooms, above all for those who hear them or move by keyboard."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask

from hub.database import transaction
from hub.events.record import COMMAND, Event, record
from hub.extensions import db
from hub.mail import outbox
from tests.factories import make_course, make_site
from tests.support.pages import Answer, Visitor

ROOMS = {
    "overview": "/admin/",
    "sites": "/admin/sites?state=live",
    "confirmations": "/admin/sites/matters",
    "courses": "/admin/courses?visibility=any",
    "people": "/admin/people",
    "roles": "/admin/people/roles",
    "invite": "/admin/people/invite",
    "events": "/admin/events",
    "mail": "/admin/mail",
    "personal data": "/admin/personal-data",
    "directory": "/admin/directory",
    "settings": "/admin/settings",
    "environment": "/admin/environment",
    "account": "/account",
    "factors": "/account/factors",
}


@pytest.fixture
def rooms(app: Flask, administrator: Visitor) -> dict[str, Answer]:
    """Every room with something in it."""
    site, other = make_site(name="École du Nord", language="fr"), make_site(name="Southern School")
    course = make_course(site, standing="WAITING")
    with transaction(db.session):
        record(Event.SITE_HIDDEN, other, by=COMMAND, reason="odd")
        outbox.queue("test-mail", "eve@example.org")
    things = {"a site": f"/admin/sites/{site.id}", "correct it": f"/admin/sites/{site.id}/edit"}
    things |= {"a course": f"/admin/courses/{course.id}", "who is listed": f"/sites/{site.id}/why"}
    return {name: administrator.get(path) for name, path in (ROOMS | things).items()}


def offending(rooms: dict[str, Answer], path: str) -> dict[str, list[object]]:
    """What this path selects on each page that has any of it."""
    found = {name: answer.page.xpath(path) for name, answer in rooms.items()}
    return {name: each for name, each in found.items() if each}


def test_no_form_complains_before_anything_was_sent(rooms: dict[str, Answer]) -> None:
    assert offending(rooms, "//*[@aria-invalid='true'] | //ul[@class='errors'] | //*[@role='alert']") == {}


def test_headings_go_down_one_step_at_a_time(rooms: dict[str, Answer]) -> None:
    for name, answer in rooms.items():
        orders = [int(each.tag[1]) for each in answer.page.xpath("//main//*[self::h1 or self::h2 or self::h3]")]
        assert orders[0] == 1, name
        assert [(upper, lower) for upper, lower in pairwise(orders) if lower > upper + 1] == [], name


def test_tables_have_a_name_and_their_headings_say_what_they_head(rooms: dict[str, Answer]) -> None:
    assert offending(rooms, "//table")
    assert offending(rooms, "//th[not(@scope)]") == {}
    assert offending(rooms, "//table[not(caption) and not(ancestor::*[@aria-label or @aria-labelledby])]") == {}


def test_every_field_has_a_label_and_no_address_is_used_twice_in_a_page(rooms: dict[str, Answer]) -> None:
    unlabelled = (
        "//*[self::input[not(@type='hidden' or @type='submit')] or self::select or self::textarea]"
        "[not(@aria-label) and not(ancestor::label) and not(@id = //label/@for)]"
    )
    assert offending(rooms, unlabelled) == {}
    assert offending(rooms, "//*[@id and @id = preceding::*/@id]") == {}


def test_buttons_of_things_in_a_list_name_the_thing(
    app: Flask, administrator: Visitor, rooms: dict[str, Answer]
) -> None:
    for name in ("German ones", "French ones"):
        administrator.post("/admin/sites/views", name=name, query="language=de")
    rooms["sites with views"] = administrator.get("/admin/sites?state=live")
    for name, answer in rooms.items():
        forms = answer.page.xpath("//main//form[.//button[not(@form)]]")
        buttons = [button for form in forms for button in form.xpath(".//button")]
        names = [button.get("aria-label") or " ".join(button.text_content().split()) for button in buttons]
        assert sorted(names) == sorted(set(names)), name


def test_a_site_is_named_in_its_language(rooms: dict[str, Answer]) -> None:
    for name in ("overview", "sites"):
        assert rooms[name].page.xpath("//a[.='École du Nord']/@lang") == ["fr"], name
    assert rooms["a site"].page.xpath("//h1/@lang") == ["fr"]


def test_cards_on_a_phone_say_each_column(rooms: dict[str, Answer]) -> None:
    """Where the heading row is out of sight, a cell names its column or needs the whole width of its card."""
    speaking = "@data-label or contains(@class, 'whole') or contains(@class, 'tick') or contains(@class, 'when') or b"
    assert offending(rooms, "//table[contains(@class, 'cards')]//td")
    assert offending(rooms, f"//table[contains(@class, 'cards')]//tbody//td[not({speaking})]") == {}

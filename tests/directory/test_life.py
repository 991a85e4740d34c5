"""The whole life of a registration: asked, confirmed, updated, left, begun again, in the room and by command."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xmlrpc.client import Fault

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image

from hub import clock
from hub.accounts.models import User
from hub.directory import handover, membership
from hub.directory.models import Membership
from hub.directory.steps import State
from hub.errors import HubError
from hub.events.models import EventRow
from hub.extensions import db
from hub.settings import declared
from hub.tokens import issuing
from hub.tokens.services import Service
from tests.courses.calling import xmlrpc_call
from tests.directory.conftest import Room, assert_whole, change, kinds, live_tokens, mails, row, state, work
from tests.directory.played import NEW_TOKEN, PlayedDirectory
from tests.factories import make_course, make_site
from tests.support.pages import Visitor, counted_statements, visitor

TOLD = {
    "name": "Hub & Söhne",
    "description": "Courses for all: 100 % free?",
    "hublogo": 0,
    "url": "http://hub.test",
    "language": "en",
    "sites": 1,
    "courses": 1,
    "enrollablecourses": 1,
    "downloadablecourses": 0,
    "contactname": "Ada Ärmel",
    "contactemail": "ada@hub.test",
    "privacy": "search",
}


def brought(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def press_register(room: Room) -> str:
    return str(room.browser.post("/admin/directory/register", status=303).location)


def test_each_act_leaves_one_event_of_its_own_kind_by_whoever_did_it(room: Room) -> None:
    way_back = room.register()
    acts = {
        "directory asked": lambda: None,  # that was it
        "directory confirmed": lambda: room.confirm(way_back),
        "directory updated": lambda: room.act("update"),
        "directory leaving": lambda: room.act("unregister"),
    }
    ada, seen = db.session.scalars(sa.select(User)).one().actor, 0
    for kind, act in acts.items():
        act()
        mine = sa.select(EventRow.kind).where(EventRow.actor == ada, EventRow.kind.startswith("directory"))
        left = list(db.session.scalars(mine.order_by(EventRow.id)))
        assert left[seen:] == [kind]
        seen = len(left)
    assert kinds()[-1] == "left"  # which the directory has heard


def test_a_hub_joins_is_asked_tells_and_leaves(room: Room, directory: PlayedDirectory) -> None:
    make_course(make_site())
    location = press_register(room)
    assert location.startswith(
        directory.url + handover.PAGE + "?url=http%3A%2F%2Fhub.test&name=Hub%20%26%20S%C3%B6hne&"
    )
    carried = brought(location)
    assert {name: str(value) for name, value in TOLD.items()} == {name: carried[name] for name in TOLD}
    assert state() is State.ASKED
    assert "not confirmed yet" in room.words()

    asked = xmlrpc_call(room.browser.client, carried["token"], "hub_get_info")
    assert asked == TOLD

    room.confirm(directory.way_back(list(carried.items())))
    assert state() is State.CONFIRMED
    assert "This hub is registered with the directory." in room.words()
    work()
    assert directory.calls == [("hubdirectory_update_hub_info", [TOLD])]
    assert row().updated_at is not None

    assert "has taken the update" in room.act("update")
    assert "This hub has left the directory." in room.act("unregister")
    assert directory.calls[-1] == ("hubdirectory_unregister_hub", [])
    assert state() is None
    assert row().ended_because == "unregistered"
    with pytest.raises(Fault, match="invalidtoken"):
        xmlrpc_call(room.browser.client, carried["token"], "hub_get_info")
    assert kinds() == ["asked", "confirmed", "updated", "leaving", "left"]
    assert_whole()


def test_the_directory_fetches_the_logo_where_sites_do(room: Room, directory: PlayedDirectory) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (90, 60), "teal").save(picture, "PNG")
    picture.seek(0)
    room.browser.post("/admin/settings/logo", picture=(picture, "logo.png"))
    room.join()
    work()
    ((_name, (told,)),) = directory.calls
    assert told["hublogo"] == 1
    answer = room.browser.client.application.test_client().get(
        "/local/hub/webservice/download.php?filetype=hubscreenshot"
    )
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.data)).size == (90, 60)


def test_after_any_end_the_hub_registers_anew_with_another_token(room: Room, directory: PlayedDirectory) -> None:
    tokens = []
    for end in ("unregister", "force", "withdraw"):
        directory.known = True
        tokens.append(brought(press_register(room))["token"])
        if end != "withdraw":
            room.confirm(directory.way_back([("url", "http://hub.test"), ("token", tokens[-1])]))
        room.act("unregister", **({"force": "1"} if end == "force" else {}))
        assert state() is None
        assert_whole()
    room.join()
    assert len(set(tokens)) == 3
    assert state() is State.CONFIRMED
    assert "Earlier registrations" in room.words()


def test_whoever_asks_twice_goes_to_the_directory_with_the_same_token_and_news(room: Room) -> None:
    first = brought(press_register(room))
    change(name="Another name")
    second = brought(press_register(room))
    assert (first["token"], second["name"]) == (second["token"], "Another name")
    assert kinds() == ["asked"]


def test_of_the_token_only_its_hash_is_kept_once_it_is_confirmed_and_the_directorys_is_sealed(room: Room) -> None:
    way_back = room.register()
    token = brought(way_back)["token"]
    assert token not in row().token
    room.confirm(way_back)
    found = row()
    assert found.token == ""
    assert NEW_TOKEN not in found.directory_token
    bearer = issuing.find_bearer(token)
    assert bearer is not None
    assert (bearer.token_id, bearer.service) == (found.token_id, Service.DIRECTORY)


def test_another_directory_in_the_settings_withdraws_what_waits_and_leaves_alone_what_is_confirmed(room: Room) -> None:
    press_register(room)
    change(directoryurl="https://other.example.org/hubs/")
    assert press_register(room).startswith("https://other.example.org/hubs/local/hubdirectory/hubregistration.php?")
    assert kinds() == ["asked", "withdrawn", "asked"]
    assert live_tokens() == 1


def test_the_form_may_lead_to_the_directory_and_nowhere_else(room: Room, directory: PlayedDirectory) -> None:
    policy = room.browser.get("/admin/directory").headers["Content-Security-Policy"]
    assert f"form-action 'self' {directory.url};" in policy


def test_the_room_says_everything_that_is_told_and_everything_that_is_missing(room: Room) -> None:
    words = room.words()
    for told in ("Hub & Söhne", "Courses for all: 100 % free?", "Ada Ärmel", "ada@hub.test", "http://hub.test"):
        assert told in words
    change(privacy="private", description="", contactname="", directoryurl="")
    words = room.words()
    for advice in ("A private hub cannot", "Describe the hub", "Name somebody", "Write the address"):
        assert advice in words
    assert "Register this hub" not in words
    assert "A private hub cannot be registered" in room.act("register")
    assert state() is None


def test_the_room_asks_the_database_the_same_few_questions_whatever_happened(joined: Room) -> None:
    for _ in range(2):
        joined.act("unregister")
        joined.directory.known = True
        joined.join()
    with counted_statements() as few:
        joined.words()
    for _ in range(3):
        joined.act("unregister")
        joined.directory.known = True
        joined.join()
    with counted_statements() as many:
        joined.words()
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "changed", [{"token": "x" * 40}, {"url": "https://evil.example"}, {"url": ""}, {"newtoken": ""}]
)
def test_a_confirmation_that_does_not_fit_is_refused_in_plain_words_and_changes_nothing(
    changed: dict[str, str], room: Room
) -> None:
    given = brought(room.register()) | changed
    page = room.browser.post("/local/hub/admin/confirmregistration.php", status=400, **given)
    assert "does not belong to a registration that waits" in page.words
    assert "wrongtoken" in page.text
    assert state() is State.ASKED
    assert kinds() == ["asked"]
    assert_whole()


def test_a_foreign_link_binds_the_hub_to_no_directory(room: Room) -> None:
    link = "/local/hub/admin/confirmregistration.php?newtoken=abc&url=https://evil.example&token=" + "a" * 40
    room.browser.get(link, status=400)
    press_register(room)
    room.browser.get(link, status=400)
    assert state() is State.ASKED


def test_looking_at_the_confirmation_confirms_nothing_and_the_button_needs_our_own_form(room: Room) -> None:
    way_back = urlsplit(room.register())
    page = room.browser.get(f"{way_back.path}?{way_back.query}")
    assert page.headers["Cache-Control"] == "no-store"
    assert state() is State.ASKED
    room.browser.send("POST", way_back.path, data=brought(way_back.geturl()))
    assert state() is State.ASKED


def test_the_way_back_leads_through_the_sign_in_page_without_losing_anything(room: Room, hub: Flask) -> None:
    way_back = urlsplit(room.register())
    path = f"{way_back.path}?{way_back.query}"
    guest = visitor(hub)
    asked = str(guest.send("GET", path).location)
    assert asked.startswith("/login?next=")
    back = guest.post(asked, username="ada", password="correct horse battery").location
    assert back == path
    assert "Confirm the registration" in guest.get(str(back)).words


def test_a_confirmation_sent_twice_is_one_and_another_one_is_refused(room: Room) -> None:
    given = brought(room.register())
    address = "/local/hub/admin/confirmregistration.php"
    room.browser.post(address, **given)
    room.browser.post(address, **given)
    room.browser.post(address, status=400, **given | {"newtoken": "another"})
    assert kinds() == ["asked", "confirmed"]
    assert membership.opened(row().directory_token) == NEW_TOKEN
    room.browser.get(f"{address}?token={given['token']}&newtoken=x&url={given['url']}", status=302)


def test_what_is_no_letter_or_digit_is_dropped_from_the_tokens_as_the_original_did(room: Room) -> None:
    given = brought(room.register())
    address = "/local/hub/admin/confirmregistration.php"
    room.browser.post(address, **given | {"newtoken": " ab-c/../1 ", "token": f" {given['token']}\n"})
    assert membership.opened(row().directory_token) == "abc1"


def test_a_registration_that_nobody_confirms_expires(room: Room) -> None:
    way_back = room.register()
    with clock.fixed(clock.now() + timedelta(days=13)):
        work()
        assert state() is State.ASKED
    with clock.fixed(clock.now() + timedelta(days=15)):
        work()
    assert state() is None
    assert "does not belong" in room.browser.get(way_back.removeprefix("http://hub.test"), status=400).words
    assert kinds() == ["asked", "expired"]
    assert_whole()


def test_the_directory_is_told_daily_and_soon_after_a_change(joined: Room, directory: PlayedDirectory) -> None:
    work()
    work()
    assert len(directory.calls) == 1
    with clock.fixed(clock.now() + timedelta(days=1, minutes=1)):
        work()
        assert len(directory.calls) == 2
        change(description="New words", maxcoursesperday="7")
        work()
        change(maxcoursesperday="8")
        work()
    assert [arguments[0]["description"] for _name, arguments in directory.calls[1:]] == [
        TOLD["description"],
        "New words",
    ]
    assert kinds() == ["asked", "confirmed"]  # what the hub does by itself is in the row, not in the log


def test_t_64_a_hub_that_becomes_private_leaves_and_other_changes_never_make_it_leave(
    joined: Room, directory: PlayedDirectory
) -> None:
    change(privacy="public", name="Another")
    work()
    assert state() is State.CONFIRMED
    change(privacy="private")
    assert state() is State.LEAVING
    work()
    assert state() is None
    assert directory.calls[-1][0] == "hubdirectory_unregister_hub"
    assert kinds() == ["asked", "confirmed", "leaving", "left"]
    assert mails() == []


def test_a_hub_that_becomes_private_withdraws_what_waits(room: Room) -> None:
    way_back = room.register()
    change(privacy="private")
    assert state() is None
    room.browser.get(way_back.removeprefix("http://hub.test"), status=400)
    assert kinds() == ["asked", "withdrawn"]


def test_an_auditor_looks_and_does_nothing_and_a_moderator_does_not_even_look(
    joined: Room, auditor: Visitor, moderator: Visitor
) -> None:
    page = auditor.get("/admin/directory")
    assert not page.page.xpath("//main//form")
    moderator.get("/admin/directory", status=403)
    for who in (auditor, moderator):
        for act in ("register", "update", "unregister", "stay"):
            who.post(f"/admin/directory/{act}", status=403)
        who.post("/local/hub/admin/confirmregistration.php", status=403)
        who.get("/admin/directory/unregister", status=403)
    assert state() is State.CONFIRMED


def test_the_originals_address_leads_to_the_room_and_does_nothing(joined: Room) -> None:
    for query in ("", "?unregister=1&confirm=1&sesskey=x", "?update=1"):
        assert joined.browser.get(f"/local/hub/admin/register.php{query}", status=302).location == "/admin/directory"
    assert state() is State.CONFIRMED


@pytest.mark.parametrize("force", [False, True])
def test_before_leaving_the_page_says_what_will_happen(joined: Room, force: bool) -> None:
    page = joined.browser.get("/admin/directory/unregister")
    assert "The directory is told to list this hub no more" in page.words
    assert "nobody tells the directory" in page.words
    joined.act("unregister", **({"force": "1"} if force else {}))
    assert [name for name, _ in joined.directory.calls] == ([] if force else ["hubdirectory_unregister_hub"])
    assert kinds()[2:] == (["forgotten"] if force else ["leaving", "left"])
    assert_whole()


# By command.


def run(hub: Flask, *arguments: str, code: int = 0) -> Any:
    """What the command prints: an object of its JSON, or its words."""
    done = FlaskCliRunner(hub).invoke(args=["directory", *arguments])
    assert done.exit_code == code, done.output
    db.session.rollback()
    return json.loads(done.output)[0] if "--json" in arguments else done.output


def test_the_whole_life_by_command(hub: Flask, directory: PlayedDirectory) -> None:
    assert run(hub, "status", "--json")["state"] == "none"
    address = run(hub, "register").splitlines()[-1]
    given = brought(address)
    assert run(hub, "register", "--json")["address"] == address
    assert run(hub, "status").startswith(f"asked: {directory.url}")
    assert "does not belong" in run(hub, "confirm", "--token", "wrong", "--newtoken", NEW_TOKEN, code=1)
    confirmed = run(hub, "confirm", "--token", given["token"], "--newtoken", NEW_TOKEN, "--json")
    assert (confirmed["state"], confirmed["directory"], confirmed["problem"]) == ("confirmed", directory.url, "")
    assert "has taken the update" in run(hub, "update")
    directory.stop()
    assert "keeps trying by itself" in run(hub, "unregister", code=1)
    assert "Is the web server running?" in run(hub, "status", "--json")["problem"]
    assert "stays registered" in run(hub, "stay")
    assert "The hub tries again by itself" in run(hub, "update", code=1)
    assert "the directory was not told" in run(hub, "unregister", "--force")
    assert "registered with no directory" in run(hub, "unregister", code=1)
    assert kinds() == ["asked", "confirmed", "updated", "leaving", "stayed", "forgotten"]


def test_the_command_says_what_is_missing(hub: Flask) -> None:
    change(privacy="private", contactname="")
    assert "private hub cannot be registered" in run(hub, "register", code=1)
    assert len(run(hub, "status", "--json")["lacking"]) == 2
    assert "missing: Name somebody" in run(hub, "status")


def test_a_withdrawn_registration_by_command_calls_nobody(hub: Flask, directory: PlayedDirectory) -> None:
    run(hub, "register")
    assert "withdrawn" in run(hub, "unregister")
    assert (directory.calls, state()) == ([], None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://directory.example.org/ ", "https://directory.example.org"),
        ("http://d.test/a/", "http://d.test/a"),
        ("", ""),
    ],
)
def test_the_address_of_the_directory_is_kept_without_its_last_slash(app: Flask, typed: str, kept: str) -> None:
    change(directoryurl=typed)
    assert db.session.scalar(sa.text("select count(*) from directory_membership")) == 0
    assert declared.current("directoryurl") == kept


@pytest.mark.parametrize(
    "typed", ["directory", "ftp://d.test", "https://d.test/?a=1", "https://u:p@d.test", "https://d.test/" + "x" * 300]
)
def test_what_is_no_address_of_a_directory_is_refused(app: Flask, typed: str) -> None:
    with pytest.raises(HubError):
        change(directoryurl=typed)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 0

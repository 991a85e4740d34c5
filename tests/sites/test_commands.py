"""hub sites and hub secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from hub import clock
from hub.events.models import EventDetails, EventRow
from hub.extensions import db
from hub.sites import matters
from hub.sites.models import BlockedSecret, MatterKind, Site, SiteState
from tests.factories import make_course, make_site

URL = "https://moodle.example.org/Moodle"


@pytest.fixture
def site(app: Flask) -> Site:
    return make_site(url=URL, name="A site", confirmed_at=clock.now())


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=list(arguments))
    db.session.rollback()
    return result


def listed(app: Flask, *arguments: str) -> list[dict[str, Any]]:
    return json.loads(run(app, "sites", "list", "--json", *arguments).output)


def test_the_list_in_json_has_the_agreed_keys(app: Flask, site: Site) -> None:
    assert listed(app) == [
        {
            "id": site.id,
            "url": URL,
            "name": "A site",
            "visible": True,
            "trusted": False,
            "prioritised": False,
            "state": "live",
        }
    ]


@pytest.mark.parametrize(
    ("act", "changed"),
    [
        ("hide", {"visible": False}),
        ("trust", {"trusted": True}),
        ("prioritise", {"trusted": True, "prioritised": True}),
    ],
)
def test_an_act_prints_one_line_and_shows_in_the_list(
    app: Flask, site: Site, act: str, changed: dict[str, bool]
) -> None:
    result = run(app, "sites", act, "HTTP://MOODLE.example.org/Moodle/", "--reason", "because")
    assert result.exit_code == 0
    assert result.output.count("\n") == 1
    assert changed.items() <= listed(app)[0].items()
    reasons = [details["reason"] for details in db.session.scalars(sa.select(EventDetails.details))]
    assert set(reasons) == {"because"}
    assert set(db.session.scalars(sa.select(EventRow.actor))) == {"command"}


def test_acts_have_their_opposites(app: Flask, site: Site) -> None:
    before = listed(app)
    for act in ("hide", "show", "trust", "prioritise", "unprioritise", "untrust"):
        assert run(app, "sites", act, URL).exit_code == 0
    assert listed(app) == before


def test_an_operator_trusts_a_new_site_without_further_questions(app: Flask) -> None:
    make_site(url=URL)
    assert run(app, "sites", "trust", URL).exit_code == 0
    assert listed(app)[0]["trusted"] is True


@pytest.mark.parametrize("act", ["show", "hide", "trust", "untrust", "prioritise", "unprioritise", "remove"])
@pytest.mark.parametrize("url", ["https://unknown.example.org", "no url", ""])
def test_an_unknown_site_ends_in_a_sentence_and_a_status(app: Flask, site: Site, act: str, url: str) -> None:
    result = run(app, "sites", act, url)
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    assert "Error: " in result.output


def test_removing_leaves_the_list_and_takes_the_courses_that_were_meant(app: Flask, site: Site) -> None:
    course = make_course(site)
    assert run(app, "sites", "remove", URL, "--with-courses", "--reason", "spam").exit_code == 0
    assert listed(app) == []
    assert [row["state"] for row in listed(app, "--state", "removed")] == ["removed"]
    db.session.refresh(course)
    assert course.removed_at is not None


def test_blocking_a_secret_removes_its_site(app: Flask, site: Site) -> None:
    result = run(app, "secrets", "block", URL, "--reason", "stolen")
    assert result.exit_code == 0
    assert db.session.scalars(sa.select(BlockedSecret.secret_hash)).all() == [site.secret_hash]
    assert listed(app, "--state", "all")[0]["state"] == SiteState.REMOVED.value


def test_the_list_can_be_narrowed(app: Flask, site: Site) -> None:
    make_site(url="https://french.example.org", name="Un site", country_code="FR", language="fr_ca", trusted=True)
    for narrowed in (["--search", "FRENCH"], ["--country", "fr"], ["--language", "fr"], ["--trusted"]):
        assert [row["name"] for row in listed(app, *narrowed)] == ["Un site"]
    assert [row["name"] for row in listed(app, "--untrusted")] == ["A site"]
    assert listed(app, "--hidden") == []
    assert "Un site" in run(app, "sites", "list").output


def test_many_sites_are_acted_on_at_once_or_none(app: Flask, site: Site) -> None:
    other = make_site(confirmed_at=clock.now())
    assert run(app, "sites", "hide", URL, other.url, "https://nobody.example").exit_code == 1
    assert [each["visible"] for each in listed(app)] == [True, True]
    assert run(app, "sites", "hide", URL, other.url).output.count("is hidden.") == 2
    assert [each["visible"] for each in listed(app)] == [False, False]


def test_each_filter_and_order_of_the_page_is_an_option(app: Flask, site: Site) -> None:
    make_site(name="Other", country_code="NO", moodle_release="3.9", figures={"users": 4}, contact_email="x@y.example")
    for options in (["--country", "no"], ["--version", "3"], ["--contact", "X@"], ["--search", "OTH"]):
        assert [each["name"] for each in listed(app, *options)] == ["Other"], options
    assert [each["name"] for each in listed(app, "--sort", "users", "--descending")] == ["Other", "A site"]
    assert listed(app, "--waiting") == listed(app, "--since", "2999-01-01") == listed(app, "--prioritised") == []


def test_the_acts_of_the_page_are_commands(app: Flask, site: Site) -> None:
    for arguments in (
        ["quota", URL, "--courses", "3", "--megabytes", "5"],
        ["prioritise", URL, "--until", "2999-12-31", "--reason", "a festival"],
        ["note", URL, "Spoke to them"],
        ["message", URL, "--subject", "Hello", "--text", "Please look."],
        ["edit", URL, "--name", "New name", "--country", "NO"],
    ):
        assert run(app, "sites", *arguments).exit_code == 0, arguments
    db.session.expire_all()
    row = db.session.get_one(Site, site.id)
    assert (row.publications_a_day, row.bytes_a_day, row.name, row.country_code) == (3, 5_000_000, "New name", "NO")
    assert row.prioritised_until is not None
    assert run(app, "sites", "edit", URL, "--country", "ZZZ").exit_code == 1
    assert run(app, "sites", "prioritise", URL, "--until", "2001-01-01").exit_code == 1


def test_the_newest_act_is_undone_also_of_a_site_that_was_removed(app: Flask, site: Site) -> None:
    run(app, "sites", "hide", URL)
    run(app, "sites", "remove", URL, "--reason", "spam")
    undone = run(app, "sites", "undo", URL).output
    assert "remove" in undone
    assert "has to register again" in undone
    assert [each["visible"] for each in listed(app)] == [False]
    assert run(app, "sites", "undo", URL).exit_code == 0
    assert [each["visible"] for each in listed(app)] == [True]
    assert run(app, "sites", "undo", URL).exit_code == 1


def test_the_list_leaves_as_a_file_with_an_event(app: Flask, site: Site) -> None:
    header, row = run(app, "sites", "export").output.splitlines()
    assert header.startswith("id,url,name,state")
    assert URL in row
    assert json.loads(run(app, "sites", "export", "--format", "json", "--country", "NO").output) == []
    kinds = db.session.scalars(sa.select(EventRow.kind).where(EventRow.actor == "command")).all()
    assert kinds == ["sites exported"] * 2


def test_the_views_are_listed(app: Flask) -> None:
    assert json.loads(run(app, "sites", "views", "--json").output) == []


def test_what_waits_about_sites_is_listed_and_dealt_with(app: Flask, site: Site) -> None:
    matter = matters.open_matter(site, MatterKind.RETURNED)
    db.session.commit()
    number = matter.id
    assert [row["id"] for row in json.loads(run(app, "sites", "matters", "--json").output)] == [number]
    assert run(app, "sites", "close-matter", URL, str(number)).exit_code == 0
    assert json.loads(run(app, "sites", "matters", "--json").output) == []
    assert run(app, "sites", "close-matter", URL, "4711").exit_code == 1


def test_notes_are_written_and_listed(app: Flask, site: Site) -> None:
    assert run(app, "sites", "note", URL, "Known from the conference").exit_code == 0
    [note] = json.loads(run(app, "sites", "notes", URL, "--json").output)
    assert (note["actor"], note["text"]) == ("command", "Known from the conference")

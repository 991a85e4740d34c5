"""The hub's own texts: written with a little markup, shown safely, linked when there are any."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.database import transaction
from hub.extensions import db
from hub.settings import declared, markup
from tests.admin.conftest import administrator, auditor, moderator  # noqa: F401  # fixtures
from tests.support.pages import Visitor, visitor

IMPRINT = """## Who we are
Hub Association
Main Street 1, Town

- **Ada** and *Bob*
- [our site](https://example.org/a?b=1&c=2), mail@example.org or https://example.org/x.

1. First
2. Second
"""
SHOWN = (
    "<h2>Who we are</h2>\n<p>Hub Association<br>Main Street 1, Town</p>\n"
    "<ul><li><strong>Ada</strong> and <em>Bob</em></li>"
    '<li><a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">our site</a>, '
    '<a href="mailto:mail@example.org" rel="noopener noreferrer">mail@example.org</a> or '
    '<a href="https://example.org/x" rel="noopener noreferrer">https://example.org/x</a>.</li></ul>\n'
    "<ol><li>First</li><li>Second</li></ol>"
)


def change(**settings: str) -> None:
    with transaction(db.session):
        for name, text in settings.items():
            declared.change(name, text)


@pytest.fixture
def guest(app: Flask) -> Visitor:
    """Somebody who looks around on an open hub."""
    change(hubenabled="1", privacy="search", name="Hub & friends")
    return visitor(app)


def test_the_markup_makes_headings_lists_links_and_emphasis() -> None:
    assert markup.html(IMPRINT) == SHOWN


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](//evil.example)",
        '[x](https://a"onmouseover=alert(1))',
        "**<b onclick=x>**",
        "## <svg/onload=alert(1)>",
        "mail<script>@example.org",
    ],
)
def test_nothing_else_becomes_html(hostile: str) -> None:
    shown = str(markup.html(hostile))
    for forbidden in ("<script", "<img", "<svg", "<b ", 'href="javascript', 'href="//', '" onmouseover', '"onmouse'):
        assert forbidden not in shown, shown


@pytest.mark.parametrize("piece", ["[", "*", "a@", "**a", "[a](", "https://", "- ", "\n\n", "a.a@a."])
@pytest.mark.timeout(60)
def test_no_text_takes_long(piece: str) -> None:
    """A search that begins anew at each character would need an hour for this."""
    assert str(markup.html(piece * (300_000 // len(piece)))).count(piece[0]) != 1


def test_what_is_not_written_has_no_page_and_no_link(guest: Visitor) -> None:
    for path in ("/imprint", "/terms"):
        guest.get(path, 404)
    assert guest.get("/about").page.xpath("//footer//a[@href='/imprint' or @href='/terms']") == []


def test_what_is_written_has_a_page_that_every_footer_leads_to(guest: Visitor) -> None:
    change(imprint=IMPRINT, terms="Be kind.")
    assert guest.get("/imprint").page.xpath("string(//main//ul/li[1])") == "Ada and Bob"
    assert "Be kind." in guest.get("/terms").words
    assert guest.get("/about").page.xpath("//footer//a/text()")[-2:] == ["Imprint", "Terms of use"]


def test_the_privacy_text_of_the_hub_itself_names_the_hub_its_contact_and_how_long(guest: Visitor) -> None:
    change(contactname="Ada <Lovelace>", keepmails="100", keepmailtexts="1", keepevents="0")
    page = guest.get("/privacy")
    words = page.words
    assert "What Hub & friends stores about people and sites" in words
    assert "Ada <Lovelace> answers for this hub." in words
    assert "What a mail said is kept for: 1 day. That it was sent, and to whom, is kept for: 100 days." in words
    assert "The events themselves are kept for: no fixed time." in words
    assert len(page.page.xpath("//main//h2")) == 8


def test_an_own_privacy_text_can_begin_with_the_hubs(guest: Visitor, administrator: Visitor) -> None:  # noqa: F811
    room = administrator.get("/admin/settings/texts/privacytext?begin=1")
    shown = guest.get("/privacy").page.xpath("string(//main//h2[1])")
    assert f"## {shown}" in room.page.xpath("string(//textarea)")


def test_an_own_privacy_text_takes_its_place(guest: Visitor) -> None:
    change(privacytext="We keep nothing.")
    page = guest.get("/privacy")
    assert page.words == "Privacy We keep nothing."


def test_an_administrator_looks_first_and_then_saves(guest: Visitor, administrator: Visitor) -> None:  # noqa: F811
    room = "/admin/settings/texts/imprint"
    looked = administrator.post(room, status=200, words=IMPRINT, preview="1")
    assert (
        looked.page.xpath("string(//section[@aria-labelledby='preview']//h2[2] | //section//div//h2)") == "Who we are"
    )
    assert looked.page.xpath("string(//textarea)").strip() == IMPRINT.strip()
    guest.get("/imprint", 404)
    administrator.post(room, words=IMPRINT)
    guest.get("/imprint")
    assert administrator.get(room).page.xpath("string(//textarea)").strip() == IMPRINT.strip()
    too_long = administrator.post(room, status=422, words="x" * 30_001)
    assert "at most 30000" in too_long.page.xpath("string(//ul[@id='words-errors'])")


def test_auditors_read_the_texts_and_moderators_do_not(
    guest: Visitor,
    auditor: Visitor,  # noqa: F811
    moderator: Visitor,  # noqa: F811
) -> None:
    change(terms="Be kind.")
    room = "/admin/settings/texts/terms"
    assert "Be kind." in auditor.get(room).words
    assert auditor.get(room).page.xpath("//main//textarea") == []
    auditor.post(room, status=403, words="Be unkind.")
    moderator.get(room, 403)
    auditor.get("/admin/settings/texts/name", 404)


def robots(guest: Visitor) -> list[str]:
    return guest.send("GET", "/robots.txt").text.splitlines()


def test_search_engines_stay_away_from_doors_and_read_what_administrators_add(guest: Visitor) -> None:
    change(robotslines="# ours\nUser-agent: Greedy\nDisallow: /")
    lines = robots(guest)
    assert {"Disallow: /admin/", "Disallow: /doctor", "Disallow: /registration/"} < set(lines)
    assert "Disallow: /" not in lines[: lines.index("# ours")]
    assert lines[-3:] == ["# ours", "User-agent: Greedy", "Disallow: /"]


def test_on_a_private_hub_search_engines_stay_away_from_everything(guest: Visitor) -> None:
    change(robotslines="Allow: /", privacy="private")
    assert robots(guest) == ["User-agent: *", "Disallow: /"]


def test_a_line_that_no_search_engine_knows_is_refused(app: Flask) -> None:
    with pytest.raises(declared.SettingInvalid, match="Disallow: /path, not 'Please stay away'"):
        declared.change("robotslines", "Disallow: /x\nPlease stay away")

"""Mails to the contact of a site speak five languages, and each of them says the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables
from lxml import html

from hub.database import transaction
from hub.extensions import db
from hub.mail import outbox
from hub.mail.compose import as_html, compose
from hub.settings import declared
from tests.factories import make_site

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
LANGUAGES = ("de", "es", "fr", "pt")
TO_MODERATORS = {"site-changed", "site-disowned", "site-moving", "site-registered", "site-stranger"}
TO_CONTACTS = sorted({path.name for path in TEMPLATES.glob("site-*")} - TO_MODERATORS)
TRANSLATIONS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.??.txt"))
ALONE = re.compile(r"{{ (link|doctor|url) }}")  # a page of the hub: a button in the HTML part
PARSER = Environment()
MOMENT = datetime(2031, 2, 3, 4, 5, tzinfo=UTC)
LETTER = SimpleNamespace(name="Vera", email="vera@example.net", subject="Your course", text="May I?\n\nVera")
SITE = SimpleNamespace(
    title="A school",
    url="https://school.example",
    contact_name="Ada",
    contact_email="ada@example.org",
    unreachable_since=MOMENT,
    failure_count=7,
    heard_at=MOMENT,
    visible=True,
)
ALL_SAID = {
    "site": SITE,
    "outcome": "accepted",
    "reason": "spam",
    "blocked": True,
    "address": "192.0.2.7",
    "for_moderators": False,
    "days": 14,
    "day": MOMENT,
    "cause": "No answer came.",
    "link": "https://hub.test/link",
    "doctor": "https://hub.test/doctor",
    "new_url": "https://new.example",
    "newcomer": "https://newcomer.example",
    "topic": "Your courses",
    "text": "Please look.",
    "letter": LETTER,
}
LITTLE_SAID = ALL_SAID | {
    "site": SimpleNamespace(**vars(SITE) | {"contact_name": "", "heard_at": None, "visible": False}),
    "outcome": "expired",
    "reason": "",
    "blocked": False,
    "address": "",
}
BRANCHES = [ALL_SAID, LITTLE_SAID, ALL_SAID | {"outcome": "refused"}, ALL_SAID | {"for_moderators": True}]
FACTS = re.compile(r"https?://[^\s),]+|\S+@example\.\w+|\d+(?:[.-]\d+)*")  # what is the same in all languages


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


def used(name: str) -> set[str]:
    """The variables of a template, and what it takes of them: ``site``, ``site.title``."""
    tree = PARSER.parse(source(name))
    taken = {f"{each.node.name}.{each.attr}" for each in tree.find_all(nodes.Getattr) if hasattr(each.node, "name")}
    return find_undeclared_variables(tree) | taken


def conditions(name: str) -> list[str]:
    return sorted(repr(each.test) for each in PARSER.parse(source(name)).find_all(nodes.If))


def english(name: str) -> str:
    return re.sub(r"\.\w\w\.txt$", ".txt", name)


def facts(text: str) -> list[str]:
    return sorted(FACTS.findall(text))


@pytest.mark.parametrize("name", TO_CONTACTS)
def test_a_mail_to_the_contact_of_a_site_is_there_in_every_language(name: str) -> None:
    parts = [path.name.removesuffix(".txt") for path in (TEMPLATES / name).glob("*.txt") if "." not in path.stem]
    wanted = {f"{part}.{language}.txt" for part in parts for language in LANGUAGES}
    assert wanted <= {path.name for path in (TEMPLATES / name).iterdir()}


@pytest.mark.parametrize("part", ["why", "button"])
def test_what_all_mails_share_is_there_in_every_language(part: str) -> None:
    assert {f"{part}.{language}.txt" for language in LANGUAGES} <= set(TRANSLATIONS)


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_a_translation_uses_what_the_english_text_uses_and_asks_what_it_asks(name: str) -> None:
    assert used(name) == used(english(name))
    assert conditions(name) == conditions(english(name))


@pytest.mark.parametrize("name", TRANSLATIONS)
def test_in_a_translation_the_same_links_stand_alone_in_the_same_order(name: str) -> None:
    text = source(name)
    links = [line for line in text.splitlines() if ALONE.search(line)]
    assert links == [line for line in source(english(name)).splitlines() if ALONE.search(line)]
    assert all(ALONE.fullmatch(line) for line in links)


def test_no_line_of_a_text_is_too_long_and_no_subject_has_two() -> None:
    for path in TEMPLATES.rglob("*.txt"):
        lines = path.read_text().splitlines()
        assert max(map(len, lines)) <= 120, path
        assert len(lines) == 1 or not path.name.startswith(("subject", "button")), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_branch_of_a_translation_says_the_facts_of_the_english_text(app: Flask, language: str) -> None:
    for name in TO_CONTACTS:
        for values in BRANCHES:
            original, mail = compose(name, values, ["en"]), compose(name, values, [language])
            assert (mail.language, mail.subject.count("\n")) == (language, 0), name
            assert mail.body != original.body, name
            assert (facts(mail.subject), facts(mail.body)) == (facts(original.subject), facts(original.body)), name
            assert not re.search(r"{[{%]|None|\n\n\n", mail.body), name


@pytest.fixture
def hub_in_spanish(app: Flask) -> None:
    with transaction(db.session):
        declared.change("language", "es")


@pytest.mark.usefixtures("hub_in_spanish")
@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        *(("pt_br", "pt"), ("de_du", "de"), ("fr_ca", "fr"), ("es_mx", "es"), ("PT-PT", "pt"), ("en_us", "en")),
        *(("eu", "es"), ("", "es"), ("nonsense", "es")),  # the hub's
    ],
)
def test_a_pack_for_a_region_is_its_language_and_an_unknown_one_the_hubs(language: str, spoken: str) -> None:
    with transaction(db.session):
        mail = outbox.queue("site-message", "ada@example.org", site=make_site(language=language), topic="x", text="x")
    assert mail.language == spoken


def test_where_we_have_neither_the_sites_language_nor_the_hubs_it_is_english(app: Flask) -> None:
    with transaction(db.session):
        declared.change("language", "eu")
        mail = outbox.queue("site-message", "ada@example.org", site=make_site(language="fi"), topic="x", text="x")
    assert mail.language == "en"


@pytest.mark.parametrize(("hubs", "spoken"), [("de", "de"), ("eu", "en")])
def test_moderators_are_not_written_to_in_the_language_of_the_site(app: Flask, hubs: str, spoken: str) -> None:
    with transaction(db.session):
        declared.change("language", hubs)
        declared.change("contactemail", "hub@example.org")
        site = make_site(language="fr")
        (mail,) = outbox.queue_to_moderators("site-url-taken", site=site, newcomer="", link="", days=7)
    assert mail.language == spoken


@pytest.mark.parametrize(
    ("language", "label"),
    [
        *(("en", "Open the page"), ("fr", "Ouvrir la page"), ("de", "Seite öffnen")),
        *(("es", "Abrir la página"), ("pt", "Abrir a página"), ("ar", "Open the page")),
    ],
)
def test_the_button_speaks_the_language_of_the_mail(app: Flask, language: str, label: str) -> None:
    made = html.document_fromstring(as_html("S", "Look:\nhttp://hub.test/x\n", language))
    assert made.xpath("//a/text()") == [label]

"""Every mail has text and HTML, says why it came, and speaks the language of the site where we have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from lxml import html

from hub.database import transaction
from hub.extensions import db
from hub.mail import jobs, outbox
from hub.mail.html import page
from hub.registration import mails
from hub.settings import declared
from hub.sites.models import Site
from tests.factories import make_site
from tests.support.smtp import Mail, MailServer

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
ALL = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
GREETING = {
    "mail/greeting/subject.txt": "Good morning",
    "mail/greeting/body.txt": "Good morning, {{ site.title }}.",
    "mail/greeting/subject.fr.txt": "Bonjour",
    "mail/greeting/body.fr.txt": "Bonjour, {{ site.title }}.",
    "mail/nobodys/subject.txt": "Good morning",
    "mail/nobodys/body.txt": "Good morning.",
    "mail/greeting/subject.ar.txt": "صباح الخير",
    "mail/greeting/body.ar.txt": "صباح الخير\n\nhttp://hub.test/x",
}


@dataclass(frozen=True)
class Spoken:
    id: int | None
    language: str
    title: str = "A school"


@pytest.fixture
def greeting(app: Flask, mail_server: MailServer) -> Iterator[None]:
    """A mail in three languages, and a server that takes it."""
    loader = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader([DictLoader(GREETING), loader])
    app.extensions["mail"].server, app.extensions["mail"].port = "127.0.0.1", mail_server.port
    yield
    app.jinja_env.loader = loader


@pytest.fixture
def site(app: Flask) -> Site:
    with transaction(db.session):
        return make_site(name="Lycée Valmont", language="fr_ca", contact_email="ada@example.org")


def received(mail_server: MailServer) -> Mail:
    jobs.deliver()
    return mail_server.messages[-1]


def made(text: str) -> html.HtmlElement:
    return html.document_fromstring(
        page(text, subject="S", language="en", direction="ltr", hub_url="https://hub.test", button="Open the page")
    )


@pytest.mark.parametrize("name", ALL)
def test_every_mail_has_subject_and_text_and_each_translation_is_whole(name: str) -> None:
    files = {path.name for path in (TEMPLATES / name).iterdir()}
    assert {"subject.txt", "body.txt"} <= files
    translated = {each.removeprefix("body.").removesuffix("txt") for each in files if each.startswith("body.")}
    assert {f"subject.{each}txt" for each in translated} == {each for each in files if each.startswith("subject.")}


@pytest.mark.usefixtures("greeting")
def test_a_mail_about_a_site_speaks_its_language_and_else_the_hubs(site: Site, mail_server: MailServer) -> None:
    with transaction(db.session):
        outbox.queue("greeting", "ada@example.org", site=site)
        declared.change("language", "ar")
        outbox.queue("greeting", "ada@example.org", site=make_site(language="xx"))
        declared.change("language", "de")
        outbox.queue("greeting", "ada@example.org", site=make_site(language=""))
    jobs.deliver()
    assert [mail["Subject"] for mail in mail_server.messages] == ["Bonjour", "صباح الخير", "Good morning"]
    assert [html.document_fromstring(mail.html).attrib["dir"] for mail in mail_server.messages] == ["ltr", "rtl", "ltr"]


@pytest.mark.usefixtures("greeting")
def test_text_and_html_both_say_who_sent_the_mail_and_why(site: Site, mail_server: MailServer) -> None:
    with transaction(db.session):
        outbox.queue("greeting", "ada@example.org", site=site)
    mail = received(mail_server)
    assert "multipart/alternative" in [part.get_content_type() for part in mail.walk()]
    for words in (mail.get_content(), html.document_fromstring(mail.html).text_content()):
        assert "Bonjour, Lycée Valmont." in words
        assert "comme contact du site Moodle Lycée Valmont" in " ".join(words.split())


@pytest.mark.usefixtures("greeting")
def test_moderators_hear_why_they_get_a_mail_and_where_they_choose() -> None:
    with transaction(db.session):
        declared.change("contactemail", "hub@example.org")
        (mail,) = outbox.queue_to_moderators("site-disowned", site=make_site(), link="")
        other = outbox.queue("nobodys", "ada@example.org")
    assert "because you look after Moodle course hub" in mail.body
    assert "http://hub.test/account" in mail.body
    assert "has sent this mail by itself" in other.body


@pytest.mark.usefixtures("greeting")
def test_a_hostile_name_changes_no_header_and_is_no_markup(mail_server: MailServer) -> None:
    name = "School\r\nBcc: everybody@example.org\r\n\r\n<script>alert(1)</script>\x00"
    with transaction(db.session):
        site = make_site(contact_email="ada@example.org")
        site.name = " ".join(name.replace("\x00", "").split())  # as a site's name is read at the border
        mails.site_welcome(site)
        with pytest.raises(outbox.MailRefused):
            outbox.queue("site-removed", "ada@example.org\nBcc: x@example.org", site=site, link="", reason="")
    mail = received(mail_server)
    assert mail["Bcc"] is None
    assert [each.addr_spec for each in mail["To"].addresses] == [Address(addr_spec="ada@example.org").addr_spec]
    assert len(mail_server.envelopes[-1].rcpt_tos) == 1
    assert "<script" not in mail.html
    assert "Bcc: everybody@example.org" in mail.get_content()


def test_facts_lists_and_words_become_what_they_look_like() -> None:
    mail = made("Hello\nthere,\n\nthe site\n  A school\n  https://school.test\nhas moved.\n\n- one\n- two\n")
    assert mail.xpath("//p/text()") == ["Hello there,", "the site", "A school", "https://school.test", "has moved."]
    assert mail.xpath("//ul/li/text()") == ["one", "two"]


@pytest.mark.usefixtures("greeting")
def test_a_line_longer_than_mail_servers_take_arrives_whole(app: Flask, mail_server: MailServer) -> None:
    title = "Schule für " + "x" * 3000
    with transaction(db.session):
        outbox.queue("greeting", "ada@example.org", site=Spoken(None, "fr", title))
    assert title in received(mail_server).get_content()
    assert title in received(mail_server).html


def test_only_an_address_of_the_hub_becomes_a_button() -> None:
    mail = made(
        "Look:\nhttps://hub.test/x?y=1&z\n\nhttps://hub.test.evil.example/x\n\nand https://inside.example too\n"
    )
    buttons = [each for each in mail.xpath("//a") if each.text == "Open the page"]
    assert [each.attrib["href"] for each in buttons] == ["https://hub.test/x?y=1&z"]
    assert [each.text for each in mail.xpath("//a")] == ["Open the page", "https://hub.test.evil.example/x"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Open https://hub.test/registration/site?token=abc now", "Open https://hub.test/registration/site… now"),
        ("https://hub.test/invitations/abcdefghijklmnopqrst0123\n", "https://hub.test/invitations…\n"),
        ("https://hub.test/reset#secret", "https://hub.test/reset…"),
        ("The site https://school.test/moodle has moved.", "The site https://school.test/moodle has moved."),
    ],
)
def test_what_a_link_could_open_is_hidden_from_other_eyes(text: str, shown: str) -> None:
    assert outbox.masked(text) == shown


@pytest.mark.usefixtures("greeting")
def test_a_sent_mail_keeps_its_words_and_loses_what_its_links_open(site: Site, mail_server: MailServer) -> None:
    with transaction(db.session):
        mails.site_welcome(site)
    jobs.deliver()
    (kept,) = outbox.history_of(site)
    assert "token=" in mail_server.messages[-1].get_content()
    assert "Lycée Valmont" in kept.body
    assert "token=" not in kept.body

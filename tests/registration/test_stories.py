"""Sites that move, are copied, reinstalled, restored, sold or hijacked, each trying every proof there is.

Each story is a row of a table: what becomes of the registered site, proof by proof. Whoever is not of the site's own
people never gets a token of it, a course or its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub import clock
from hub.courses.models import Course
from hub.events.record import COMMAND
from hub.extensions import db
from hub.jobs import schedule
from hub.outgoing.txt_records import TxtRecords
from hub.registration import leaving, moving, replacing
from hub.sites import moderation
from hub.sites.models import Site, SiteState
from hub.tokens import issuing
from tests.factories import make_course
from tests.fakes import FakeProbe
from tests.registration.conftest import Handed, call, forms, link_in, mails, query, register, submit, update
from tests.registration.web import FakeWeb, Placing
from tests.support.dns import NameServer

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROOFS = ("mail", "file", "txt", "meta", "moderator", "none")
OWNERS, STRANGERS = "ada@school.example", "mallory@evil.example"  # mailboxes

STAYS = dict.fromkeys(PROOFS, "stays")
AT_ONCE = dict.fromkeys(PROOFS, "continues")


@dataclass
class Scene:
    """One registered site with a shown course and a token in use, and somebody else who does something."""

    visitor: FlaskClient
    web: FakeWeb
    names: NameServer
    proof: str

    @property
    def host(self) -> str:
        return f"{self.proof}.school.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def elsewhere(self) -> str:
        return f"http://{self.proof}.elsewhere.example"

    @property
    def secret(self) -> str:
        return f"the shared secret {self.host}"

    def open(self) -> None:
        """The site registers, is trusted, publishes, and its token is in use."""
        token = self.arrive(self.url, self.secret, name="The school", contactemail=OWNERS)
        self.token = Handed.over(token).token
        assert self.opens(self.token)
        self.site = db.session.scalars(sa.select(Site).where(Site.url == self.url)).one().id
        site = db.session.get_one(Site, self.site)
        moderation.trust(site, by=COMMAND)
        self.course = make_course(site).id
        db.session.commit()

    def arrive(self, url: str, secret: str, **values: str) -> TestResponse:
        """Somebody registers a site in a browser."""
        return self.visitor.get(query(url=url, token=secret, **values), environ_overrides={"REMOTE_ADDR": "192.0.2.9"})

    def claim_move(self, url: str, secret: str, **values: str) -> TestResponse:
        page = self.arrive(url, secret, **values)
        return submit(self.visitor, forms(page.text)[1]) if page.status_code == 200 else page

    def opens(self, token: str) -> bool:
        """Whether the token is one of a registered site, first use included."""
        answer = call(self.visitor, token, "hub_site_is_registered", siteurl="", sitesecret="")
        return answer is False or answer is True

    def outcome(self, got: str | None) -> str:
        """What became of the site, in a word, and of whoever came."""
        db.session.rollback()
        site, course = db.session.get_one(Site, self.site), db.session.get_one(Course, self.course)
        owner = issuing.find_bearer(got).site_id if got and issuing.find_bearer(got) else None
        kept = (site.live, course.listed, course.site_id, site.trust_in_force) == (True, True, site.id, True)
        if owner is None:
            same = kept and site.url == self.url and site.name == "The school" and self.opens(self.token)
            return "stays" if same else "damaged"
        if owner == site.id:
            return "continues" if kept else "continues, but not as it was"
        newcomer = db.session.get_one(Site, owner)
        if newcomer.name == "The school" or newcomer.trusted or course.site_id != site.id:
            return "robbed"
        return "another beside it" if kept else "address only" if not course.listed else "damaged"


Act = Callable[[Scene], "TestResponse | None"]


@dataclass(frozen=True)
class Story:
    """Who comes, what he controls, and what the table says becomes of it."""

    name: str
    comes: Act  # somebody does something; the page that the hub answers with
    controls: frozenset[str]  # of "mail" (the owners' mailbox) and "host" (the registered address)
    expected: dict[str, str]
    own_people: bool = True  # a moderator who looks well finds out
    back: Act | None = None  # registers again afterwards, when it is not the same as ``comes``
    mailboxes: tuple[str, ...] = field(default=(STRANGERS,))


def moves(scene: Scene) -> TestResponse:
    return scene.claim_move(scene.elsewhere, scene.secret, name="The school", contactemail=OWNERS)


def claims_a_move(scene: Scene) -> TestResponse:
    return scene.claim_move(scene.elsewhere, scene.secret, name="Mallory's", contactemail=STRANGERS)


def reinstalled(scene: Scene) -> TestResponse:
    return scene.arrive(scene.url, f"a fresh secret {scene.host}", name="Fresh Moodle", contactemail=STRANGERS)


def registers_where_he_lives(scene: Scene) -> TestResponse:
    return scene.arrive(scene.url, scene.secret)


def known_by_https(scene: Scene) -> TestResponse:
    return scene.arrive(scene.url.replace("http:", "https:"), scene.secret)


def another_path(scene: Scene) -> TestResponse:
    return scene.claim_move(f"{scene.url}/moodle", scene.secret)


def copied(scene: Scene, url: str = "") -> TestResponse:
    """The copy says so, fetches a new secret and registers with it."""
    renewed = submit(scene.visitor, forms(scene.arrive(url or scene.elsewhere, scene.secret).text)[0])
    assert "renewregistration.php" in renewed.headers["Location"]
    return renamed(scene, url)


def renamed(scene: Scene, url: str = "") -> TestResponse:
    return scene.arrive(url or scene.elsewhere, f"a secret of the copy's own {scene.host}", name="A copy")


def neighbour(scene: Scene) -> TestResponse:
    """Two installations of one host share the secret, as a cloned one does that was never told so."""
    return copied(scene, f"{scene.url}/second")


def neighbour_again(scene: Scene) -> TestResponse:
    return renamed(scene, f"{scene.url}/second")


def told_by_update(scene: Scene) -> None:
    """A staging copy has the token of the site in its database, and its cron tells where it lives."""
    assert update(scene.visitor, scene.token, url=scene.elsewhere, name="The school", contactemail=OWNERS) is True


def changes_the_contact_first(scene: Scene) -> TestResponse:
    """Whoever has stolen the token tells another contact, then claims to have moved."""
    assert update(scene.visitor, scene.token, url=scene.url, name="The school", contactemail=STRANGERS) is True
    return scene.claim_move(scene.elsewhere, scene.secret, name="Mallory's", contactemail=STRANGERS)


def brings_the_secret_to_his_own_address(scene: Scene) -> TestResponse:
    """He registers a site of his own, and then says that the other one's secret belongs there."""
    scene.arrive(scene.elsewhere, f"mallory's own {scene.host}", name="Mallory's", contactemail=STRANGERS)
    return scene.arrive(scene.elsewhere, scene.secret, name="Mallory's", contactemail=STRANGERS)


def nothing_more(scene: Scene) -> None:
    return None


MAIL, HOST = frozenset({"mail"}), frozenset({"host"})
BY_PLACING = {"file": "continues", "txt": "continues", "meta": "continues"}
ADDRESS_ONLY = {"file": "address only", "txt": "address only", "meta": "address only"}

STORIES = [
    Story("moved", moves, MAIL | HOST, {**AT_ONCE, "none": "stays"}),
    Story("moved, the mailbox dead", moves, HOST, STAYS | BY_PLACING | {"moderator": "continues"}),
    Story("moved, the old domain given up", moves, MAIL, STAYS | {"mail": "continues", "moderator": "continues"}),
    Story("moved, nothing left of the old", moves, frozenset(), STAYS | {"moderator": "continues"}),
    Story("cloned", copied, MAIL | HOST, dict.fromkeys(PROOFS, "another beside it"), back=renamed),
    Story("staging copy with the token", told_by_update, frozenset(), STAYS, own_people=False, back=nothing_more),
    Story(
        "two sites that share a secret",
        neighbour,
        frozenset(),
        dict.fromkeys(PROOFS, "another beside it"),
        back=neighbour_again,
    ),
    Story(
        "reinstalled",
        reinstalled,
        MAIL | HOST,
        STAYS | ADDRESS_ONLY | {"mail": "continues", "moderator": "continues"},
    ),
    Story("reinstalled, the mailbox dead", reinstalled, HOST, STAYS | ADDRESS_ONLY | {"moderator": "continues"}),
    Story("restored from a backup", registers_where_he_lives, MAIL | HOST, AT_ONCE),
    Story("from http to https", known_by_https, MAIL | HOST, AT_ONCE),
    Story("another path", another_path, MAIL | HOST, AT_ONCE, back=lambda scene: known_path(scene)),
    Story("hijacker with the secret", claims_a_move, frozenset(), STAYS, own_people=False),
    Story("hijacker with a secret of his own", reinstalled, frozenset(), STAYS, own_people=False),
    Story("hijacker who changed the contact", changes_the_contact_first, frozenset(), STAYS, own_people=False),
    Story(
        "hijacker who brings the secret to his own site",
        brings_the_secret_to_his_own_address,
        frozenset(),
        STAYS,
        own_people=False,
        back=nothing_more,
    ),
    Story("the domain got another owner", reinstalled, HOST, STAYS | ADDRESS_ONLY, own_people=False),
]


def known_path(scene: Scene) -> TestResponse:
    return scene.arrive(f"{scene.url}/moodle", scene.secret)


@pytest.fixture(scope="module")
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def world(hub: Flask, probe: FakeProbe, name_server: NameServer) -> tuple[FlaskClient, FakeWeb, NameServer]:
    """Everybody answers; what is placed in this web and this DNS is found."""
    name_server.forget()
    web = FakeWeb()
    hub.extensions["outgoing"] = web
    hub.extensions["hub_txt_records"] = TxtRecords(["127.0.0.1"], name_server.port)
    return hub.test_client(), web, name_server


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_what_becomes_of_a_site_by_each_proof(world: Any, story: Story) -> None:
    with clock.fixed(START):
        found = {proof: play(story, Scene(*world, proof)) for proof in PROOFS}
    assert found == story.expected


def play(story: Story, scene: Scene) -> str:
    """The story by one proof, with a second registration at the end, and all deadlines passed."""
    scene.open()
    if scene.proof == "mail" and "mail" not in story.controls:
        mailboxes = story.mailboxes
    else:
        mailboxes = (*story.mailboxes, OWNERS)
    page = story.comes(scene)
    got = token_in(page) or try_to_prove(story, scene, page, mailboxes)
    got = token_in((story.back or story.comes)(scene)) or got
    if got is None:
        wait_for_two_weeks()
    return scene.outcome(got)


def token_in(page: TestResponse | None) -> str | None:
    if page is None or page.status_code != 303 or "newtoken=" not in page.headers["Location"]:
        return None
    return Handed.over(page).token


def try_to_prove(story: Story, scene: Scene, page: TestResponse | None, mailboxes: tuple[str, ...]) -> str | None:
    if scene.proof == "mail":
        return token_in(by_mail(scene, mailboxes))
    if scene.proof == "moderator":
        return decide(scene, accept=story.own_people)
    if scene.proof == "none" or page is None or "/registration/proof" not in page.text:
        return None
    return token_in(place(scene, page, at_home="host" in story.controls))


def by_mail(scene: Scene, mailboxes: tuple[str, ...]) -> TestResponse | None:
    """He reads the mail that he can read, and says yes to everything in it."""
    asking = [mail for mail in mails() if mail.name in ("site-url-taken", "site-move-asked")]
    readable = [mail for mail in asking if mail.recipient in mailboxes and scene.host.split(".")[0] in mail.body]
    for mail in readable:
        yes = [
            form
            for form in forms(scene.visitor.get(link_in(mail)).text)
            if form.get("decision") == "accept" or "freshmoodletokenconf" in form
        ]
        return submit(scene.visitor, yes[0])
    return None


def decide(scene: Scene, *, accept: bool) -> None:
    """A moderator who sees whether these are the site's own people."""
    site, now = db.session.get_one(Site, scene.site), clock.now()
    if (move := moving.find_waiting(site)) is not None:
        (moving.admit if accept else moving.refuse)(move, by=COMMAND)
    for attempt in db.session.scalars(replacing.waiting(now)).all():
        (replacing.admit_by_moderator if accept else replacing.block)(attempt, by=COMMAND)
    db.session.commit()


def place(scene: Scene, page: TestResponse, *, at_home: bool) -> TestResponse:
    """He places the proof at the registered address if he can; else where he can, and says that it is there."""
    link = next(each for each in page.text.split('"') if each.startswith("/registration/proof"))
    shown = scene.visitor.get(link.replace("&amp;", "&"))
    placing = Placing.read(shown.text)

    def mine(address: str) -> str:
        return address if at_home else address.replace(scene.host, f"{scene.proof}.elsewhere.example")

    if scene.proof == "file":
        scene.web.pages[mine(placing.file_url)] = placing.file_content.encode()
    elif scene.proof == "meta":
        scene.web.pages[mine(scene.url)] = placing.front_page()
    else:
        scene.names.records[mine(placing.txt_name)] = [placing.txt_value]
    answer = submit(scene.visitor, forms(shown.text)[0])
    assert answer.status_code in ((303,) if at_home else (409, 422)), answer.text
    return answer


def wait_for_two_weeks() -> None:
    with clock.fixed(clock.now() + timedelta(days=15)):
        for job in ("expire-attempts", "expire-moves"):
            schedule.get_job(job).act()


@pytest.mark.parametrize("removed", [True, False])
def test_a_site_that_comes_back_is_not_trusted_and_its_courses_are_not_shown(world: Any, removed: bool) -> None:
    scene = Scene(*world, "none")
    scene.open()
    site = db.session.get_one(Site, scene.site)
    if removed:
        leaving.remove(site, by=COMMAND, reason="spam", with_courses=False)
    else:
        leaving.unregister(site)
    db.session.commit()
    stranger = token_in(reinstalled(scene))
    assert stranger is not None
    assert scene.outcome(stranger) == "address only"
    back = registers_where_he_lives(scene)
    assert (back.status_code, token_in(back)) == (409, None)
    assert db.session.get_one(Site, scene.site).state is (SiteState.REMOVED if removed else SiteState.UNREGISTERED)


def test_nothing_of_one_asker_opens_anything_for_another(world: Any) -> None:
    scene = Scene(*world, "file")
    scene.open()
    placing = Placing.read(scene.visitor.get(proof_link(reinstalled(scene))).text)
    scene.web.pages[placing.file_url] = placing.file_content.encode()
    other = scene.arrive(scene.url, "another secret", name="Mallory's")
    shown = scene.visitor.get(proof_link(other))
    other_placing = Placing.read(shown.text)
    assert (other_placing.file_url, other_placing.file_content) != (placing.file_url, placing.file_content)
    assert submit(scene.visitor, forms(shown.text)[0]).status_code == 422
    assert scene.outcome(None) == "stays"


def proof_link(page: TestResponse) -> str:
    return next(each for each in page.text.split('"') if each.startswith("/registration/proof")).replace("&amp;", "&")


def test_after_a_move_without_a_browser_the_mail_says_how_to_register_again_and_it_works(world: Any) -> None:
    scene = Scene(*world, "mail")
    scene.open()
    told_by_update(scene)
    answer = by_mail(scene, (OWNERS,))
    assert answer is not None
    assert answer.status_code == 200
    assert "register it with" in mails("site-move-decided", OWNERS)[0].body
    again = register(scene.visitor, url=scene.elsewhere, token=scene.secret)
    assert scene.opens(again.token)
    assert not scene.opens(scene.token)
    assert scene.outcome(again.token) == "continues"

"""An open hub, a world of sites that all answer, and a browser that brings sites."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.extensions import db
from hub.mail.models import OutgoingMail
from hub.settings import declared
from hub.sites.models import Site, SiteMatter
from tests.fakes import FakeProbe

REGISTRATION = "/local/hub/siteregistration.php"
SERVICES = "/local/hub/webservice/webservices.php"
SECRET = "Zx3fK9qLw8mRt2vBn7yHc5jDp4sGa6eUwww.example.org:8080"
SITE_URL = "https://www.example.org:8080"


@pytest.fixture
def hub(app: Flask) -> Flask:
    """The application, opened to everybody, its pages in the language of the tests."""
    change(hubenabled="1", privacy="search", name="The test hub", contactemail="moderator@hub.test")
    return app


@pytest.fixture
def probe(hub: Flask) -> FakeProbe:
    """A world in which every site answers."""
    hub.extensions["hub_probe"] = FakeProbe()
    return hub.extensions["hub_probe"]


@pytest.fixture
def visitor(hub: Flask, probe: FakeProbe) -> FlaskClient:
    """The browser of a site's administrator."""
    return hub.test_client()


def change(**settings: str) -> None:
    for name, value in settings.items():
        declared.change(name, value)
    db.session.commit()


def query(**values: Any) -> str:
    """The address that a site's redirect leads to."""
    given = {"url": SITE_URL, "token": SECRET} | values
    return f"{REGISTRATION}?{urlencode({name: value for name, value in given.items() if value is not None})}"


@dataclass(frozen=True)
class Handed:
    """What a redirect to a site says."""

    location: str

    @classmethod
    def over(cls, response: TestResponse) -> Handed:
        assert response.status_code == 303, response.text
        return cls(response.headers["Location"])

    @property
    def values(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.location).query))

    @property
    def page(self) -> str:
        return self.location.partition("?")[0]

    @property
    def token(self) -> str:
        return self.values["newtoken"]


def register(visitor: FlaskClient, **values: Any) -> Handed:
    """A registration that succeeds at once."""
    return Handed.over(visitor.get(query(**values)))


def forms(page: str) -> list[dict[str, str]]:
    """The hidden fields of each form of a page's main part, ``_action`` being where it leads."""
    main = page[page.index("<main") : page.index("</main>")]
    found = []
    for attributes, content in re.findall(r"<form([^>]*)>(.*?)</form>", main, re.DOTALL):
        action = re.search(r'action="([^"]*)"', attributes)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', content))
        found.append(
            {"_action": unescape(action[1]) if action else ""}
            | {unescape(name): unescape(value) for name, value in fields.items()}
        )
    return found


def submit(visitor: FlaskClient, form: dict[str, str]) -> TestResponse:
    return visitor.post(form["_action"], data={name: value for name, value in form.items() if name != "_action"})


def call(visitor: FlaskClient, token: str, function: str, method: str = "POST", **arguments: Any) -> Any:
    """The answer to a REST call, as JSON."""
    values = {"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json"} | arguments
    if method == "GET":
        response = visitor.get(f"{SERVICES}?{urlencode(values)}")
    else:
        response = visitor.post(SERVICES, data=values)
    assert response.status_code == 200
    return json.loads(response.data)


def siteinfo(**values: Any) -> dict[str, Any]:
    """An update's details in PHP's brackets; the URL of the site unless another is given."""
    given = {"url": SITE_URL, "contactemail": "admin@www.example.org"} | values
    return {f"siteinfo[{name}]": value for name, value in given.items() if value is not None}


def update(
    visitor: FlaskClient, token: str, *, timestamp: int | None = None, signature: str = "", **values: Any
) -> Any:
    extra: dict[str, Any] = {} if timestamp is None else {"timestamp": timestamp, "signature": signature}
    return call(visitor, token, "hub_update_site_info", **siteinfo(**values), **extra)


def only_site() -> Site:
    db.session.rollback()
    return db.session.scalars(sa.select(Site)).one()


def site_of(url: str) -> Site:
    db.session.rollback()
    return db.session.scalars(sa.select(Site).where(Site.url == url).order_by(Site.id.desc())).first()


def count(row: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(row)) or 0


def mails(name: str = "", to: str = "") -> list[OutgoingMail]:
    db.session.rollback()
    found = db.session.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id))
    return [mail for mail in found if (not name or mail.name == name) and (not to or mail.recipient == to)]


def link_in(mail: OutgoingMail) -> str:
    """The path and query of the hub's own link in a mail."""
    found = re.search(r"http://hub\.test(/(?:registration|local)/\S+)", mail.body)
    assert found, mail.body
    return found[1]


def matters() -> list[SiteMatter]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(SiteMatter).where(SiteMatter.closed_at.is_(None))))

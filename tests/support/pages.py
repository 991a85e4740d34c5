"""A browser without scripts: follows the hub's own forms, tokens included, and hands back parsed pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from lxml import html

from hub.extensions import db
from hub.settings import declared

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    """An answer, parsed when it is a page."""

    status: int
    location: str | None
    text: str
    headers: Any = None

    @property
    def page(self) -> html.HtmlElement:
        return html.document_fromstring(self.text)

    @property
    def words(self) -> str:
        """What a reader sees of the content, in one line."""
        return " ".join(self.page.xpath("string(//main)").split())

    def hidden(self, name: str) -> list[str]:
        """The values of the hidden or ticked fields of this name."""
        return [str(each) for each in self.page.xpath(f"//input[@name='{name}']/@value")]


@dataclass
class Visitor:
    """Somebody at a browser."""

    client: FlaskClient

    def get(self, path: str, status: int = 200) -> Answer:
        """The page at this address, which must answer with this status."""
        answer = self._answer("GET", path)
        assert answer.status == status, answer.text
        if status == 200:
            assert len(answer.page.xpath("//h1")) == 1, "a page has one heading of the first order"
            assert_forms_are_whole(answer.page)
        return answer

    def post(self, path: str, status: int = 302, **fields: Any) -> Answer:
        """The answer to a form, sent with the token that the hub gave this browser."""
        answer = self._answer("POST", path, data={"csrf_token": self.token(), **fields})
        assert answer.status == status, answer.text
        return answer

    def send(self, method: str, path: str, **options: Any) -> Answer:
        """The answer to any request, without a token of our own accord."""
        return self._answer(method, path, **options)

    def token(self) -> str:
        """The token of any form of ours, as this browser's session has it."""
        account = self._answer("GET", "/account")
        page = account if account.status == 200 else self._answer("GET", "/login")
        return page.hidden("csrf_token")[0]

    def sign_in(self, username: str, password: str = PASSWORD) -> Visitor:
        """Sign in through the form."""
        self.post("/login", username=username, password=password)
        return self

    def _answer(self, method: str, path: str, **options: Any) -> Answer:
        """One request, in an application context of its own as on a server; then the test reads everything anew."""
        with self.client.application.app_context():
            response = self.client.open(path, method=method, **options)
            text = response.get_data(as_text=True)
            response.close()
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
            declared.forget()
        return Answer(response.status_code, response.headers.get("Location"), text, response.headers)


def assert_forms_are_whole(page: html.HtmlElement) -> None:
    """Every form says where it goes, and every one that acts carries its token."""
    for form in page.xpath("//form"):
        assert form.get("action"), html.tostring(form)[:300]
        if form.get("method", "get").lower() == "post":
            assert form.xpath(".//input[@name='csrf_token']"), html.tostring(form)[:300]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def visitor(app: Flask) -> Visitor:
    """Somebody new, with a browser of their own."""
    return Visitor(app.test_client())

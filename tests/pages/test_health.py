"""What machines ask: does the process live, can it work?"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub.extensions import db


def test_a_living_process_says_so_without_the_database(client: FlaskClient, app: Flask) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "ok", "no-store")


def test_a_hub_whose_database_is_current_is_ready(client: FlaskClient) -> None:
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ok")


def test_a_hub_whose_database_is_of_another_version_is_not_ready_and_says_what_to_do(
    client: FlaskClient, app: Flask
) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "hub upgrade" in answer.text


def test_a_hub_whose_database_has_gone_lives_is_not_ready_and_still_answers_with_a_page(
    client: FlaskClient, app: Flask
) -> None:
    db.session.remove()
    db.engine.dispose()
    app.testing = False
    sa.event.listen(db.engine, "do_connect", _refuse)
    try:
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        broken = client.get("/")
        assert broken.status_code == 503
        assert "cannot answer at the moment" in broken.text
    finally:
        sa.event.remove(db.engine, "do_connect", _refuse)


def _refuse(*_arguments: object) -> None:
    raise sa.exc.OperationalError("connect", {}, Exception("no database here"))

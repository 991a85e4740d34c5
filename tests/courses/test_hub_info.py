"""What the hub says about itself by web service."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.courses.models import Kind, Standing
from hub.extensions import db
from hub.tokens import issuing
from hub.tokens.services import Service
from tests.courses.calling import rest_call, xmlrpc_call
from tests.courses.conftest import Counting, change
from tests.factories import make_course, make_site, make_token


def test_the_hub_says_name_address_and_totals_assertion_096_t40_t41(client: FlaskClient, open_hub: Flask) -> None:
    change(name="Hub & Söhne", description="<b>Courses</b> for all", contactname="Ada", contactemail="ada@hub.test")
    site = make_site()
    make_course(site)
    make_course(site, kind=Kind.DOWNLOADABLE)
    make_course(site, standing=Standing.HIDDEN)
    assert rest_call(client, "publichub", "hub_get_info") == {
        "name": "Hub & Söhne",
        "description": "Courses for all",
        "hublogo": 0,
        "url": "http://hub.test",
        "language": "en",
        "sites": 1,
        "courses": 2,
        "enrollablecourses": 1,
        "downloadablecourses": 1,
    }


def test_a_fresh_hub_says_it_too_b_38(client: FlaskClient, open_hub: Flask) -> None:
    assert xmlrpc_call(client, "publichub", "hub_get_info")["hublogo"] == 0


@pytest.mark.parametrize("who", ["publichub", "site"])
def test_only_the_directory_hears_whom_to_contact(client: FlaskClient, open_hub: Flask, who: str) -> None:
    change(contactname="Ada", contactemail="ada@hub.test")
    token = who if who == "publichub" else make_token(make_site())
    private = {"contactname", "contactemail", "privacy"}
    assert not xmlrpc_call(client, token, "hub_get_info").keys() & private
    directory = issuing.issue(Service.DIRECTORY)
    db.session.commit()
    told: dict[str, Any] = xmlrpc_call(client, directory, "hub_get_info")
    assert (told["contactname"], told["contactemail"], told["privacy"]) == ("Ada", "ada@hub.test", "search")


def test_nothing_is_counted_for_the_answer(client: FlaskClient, open_hub: Flask, statements: Counting) -> None:
    make_course()
    with statements() as seen:
        xmlrpc_call(client, "publichub", "hub_get_info")
    assert not [each for each in seen if "count(" in each.lower()]
    assert len([each for each in seen if each.lstrip().upper().startswith("SELECT")]) <= 3

"""Bodies that real Moodles sent are understood, to the letter."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from hub.webservices.exchange import Wire
from tests.webservices.demo import ADDRESS, OLD, Received, T, Xmlrpc, recorded

ZEND = ("2.8.5", T, "Zend_XmlRpc_Client")
EXTENSION = ("3.3.1", OLD, "MoodleBot/1.0")
DONE = "<methodResponse><params><param><value><boolean>1</boolean></value></param></params></methodResponse>"


@pytest.mark.parametrize(("release", "token", "agent"), [ZEND, EXTENSION])
def test_a_recorded_publication_is_read(
    xmlrpc: Xmlrpc, received: Received, release: str, token: str, agent: str
) -> None:
    answer = xmlrpc(recorded(release, "advertise-publish-hub_register_courses"), token, agent)
    assert answer.endswith(
        "<methodResponse><params><param><value><array><data><value><int>11</int></value></data></array></value></param>"
        "</params></methodResponse>"
    )
    (course,) = received["hub_register_courses"]["courses"]  # type: ignore[misc]  # whatever was received
    assert course["fullname"] == "Course advertise Ünïcode & it"
    assert course["description"] == 'A description "q" ü & more\nsecond line'
    assert course["creatornotes"] == "<p>Notes</p>"
    assert (course["creatornotesformat"], course["sitecourseid"], course["enrollable"]) == (1, 2, True)
    assert {"moduletype": "activity", "modulename": "resource", "contentcount": 2} in course["contents"]
    assert course["outcomes"] == ()


@pytest.mark.parametrize(("release", "token", "agent"), [ZEND, EXTENSION])
def test_a_recorded_update_is_read(xmlrpc: Xmlrpc, received: Received, release: str, token: str, agent: str) -> None:
    assert xmlrpc(recorded(release, "update-registration-hub_update_site_info"), token, agent).endswith(DONE)
    told = received["hub_update_site_info"]["siteinfo"]
    assert isinstance(told, dict)
    assert told["name"] == f"Real Moodle {release[:3]} & Söhne"
    assert told["users"] == 3
    assert told["participantnumberaverage"] == 1.0
    assert told["contactable"] is True
    assert told["imageurl"] == ""
    assert str(told["moodlerelease"]).startswith(release)
    assert "street" not in told  # not declared by the function here, so it is ignored


@pytest.mark.parametrize(("release", "token", "agent"), [ZEND, EXTENSION])
def test_a_recorded_search_a_recorded_question_and_a_recorded_withdrawal_are_read(
    xmlrpc: Xmlrpc, received: Received, release: str, token: str, agent: str
) -> None:
    assert "<name>coursetotal</name><value><int>0</int>" in xmlrpc(
        recorded(release, "community-search-enrollable-hub_get_courses"), token, agent
    )
    searched = received["hub_get_courses"]
    assert (searched["search"], searched["downloadable"], searched["enrollable"]) == ("", False, True)
    assert searched["options"] == {"orderby": "newest", "givememore": 0}
    assert "<name>hublogo</name><value><int>1</int>" in xmlrpc(
        recorded(release, "advertise-metadata-page-hub_get_info"), token, agent
    )
    assert xmlrpc(recorded(release, "unpublish-hub_unregister_courses"), token, agent).endswith(DONE)
    assert received["hub_unregister_courses"]["courseids"] == [11]


def posted(client: FlaskClient, name: str) -> Wire:
    body = recorded("4.5.6", name).replace(b"newhubtoken0123456789abcdef012345", T.encode())
    answer = client.post(ADDRESS, data=body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return json.loads(answer.data)  # type: ignore[no-any-return]  # JSON is untyped


def test_a_recorded_update_of_45_is_read(client: FlaskClient, received: Received) -> None:
    assert posted(client, "update-from-ui-hub_update_site_info") is True
    told = received["hub_update_site_info"]["siteinfo"]
    assert isinstance(told, dict)
    assert told["name"] == "Real Moodle & Söhne"
    assert told["description"] == 'A "real" Moodle: ünïcode & tags\nline two'
    assert told["users"] == 2
    assert json.loads(told["pluginusage"])["mod"]["assign"] == {"enabled": 1, "count": 0}
    assert "moodleversion" not in told
    assert "validateurl" not in received["hub_update_site_info"]


def test_a_recorded_question_and_a_recorded_farewell_of_45_are_read(client: FlaskClient, received: Received) -> None:
    assert posted(client, "index-page-when-registered-hub_site_is_registered") is True
    assert received["hub_site_is_registered"]["siteurl"] == "http://127.0.0.1:9145"
    assert posted(client, "unregister-hub_unregister_site") is True
    assert received["hub_unregister_site"]["url"] == ["http://127.0.0.1:9145"]

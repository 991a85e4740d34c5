"""Web-service calls as sites make them: XML-RPC by position, REST by names."""

from __future__ import annotations

import json
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

ADDRESS = "/local/hub/webservice/webservices.php"

COURSE: dict[str, Any] = {
    "fullname": "Course advertise Ünïcode & it",
    "shortname": "advertiseSN",
    "description": 'A description "q" ü & more\nsecond line',
    "language": "en",
    "publishername": "Pub Lisher",
    "publisheremail": "pub@example.com",
    "contributornames": "A, B",
    "coverage": "math,physics",
    "creatorname": "Cre Ator",
    "licenceshortname": "cc",
    "subject": "field105",
    "audience": "educators",
    "educationallevel": "secondary",
    "creatornotes": "<p>Notes</p>",
    "creatornotesformat": "1",
    "sitecourseid": 7,
    "contents": [
        {"moduletype": "block", "modulename": "news_items", "contentcount": 1},
        {"moduletype": "activity", "modulename": "forum", "contentcount": 3},
        {"moduletype": "activity", "modulename": "page", "contentcount": 2},
    ],
    "screenshots": 1,
}


def to_advertise(**values: Any) -> dict[str, Any]:
    """A course to join on its site."""
    return COURSE | {"courseurl": "https://moodle.example.org/course/view.php?id=7", "enrollable": True} | values


def to_share(**values: Any) -> dict[str, Any]:
    """A course to take away."""
    return COURSE | {"demourl": "https://moodle.example.org/demo", "enrollable": False} | values


def xmlrpc_call(client: FlaskClient, token: str, name: str, *arguments: Any) -> Any:
    """What the function answers; raises xmlrpc.client.Fault."""
    body = xmlrpc.client.dumps(arguments, name, encoding="utf-8", allow_none=True).encode()
    answer = client.post(f"{ADDRESS}?wstoken={token}", data=body, content_type="text/xml; charset=utf-8")
    assert answer.status_code == 200
    (value,), _name = xmlrpc.client.loads(answer.data)
    return value


def rest_call(client: FlaskClient, token: str, name: str, **arguments: Any) -> Any:
    """What the function answers in JSON, an error object included; asked by GET as Moodle 3.4 to 3.7 do."""
    query = [("wstoken", token), ("wsfunction", name), ("moodlewsrestformat", "json"), *_flat(arguments)]
    answer = client.get(f"{ADDRESS}?{urlencode(query)}")
    assert answer.status_code == 200
    return json.loads(answer.data)


def _flat(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, each in value.items():
        yield from _written(name, each)


def _written(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _written(f"{name}[{key}]", each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for position, each in enumerate(value):
            yield from _written(f"{name}[{position}]", each)
    elif value is not None:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)

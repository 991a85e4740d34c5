"""Web-service calls per second, beside an empty view of the same application on the same server in the same run."""

from __future__ import annotations

import statistics

from rich.console import Console
from rich.table import Table

from benchmarks import load
from benchmarks.hub_under_test import EMPTY, running
from hub.database import transaction
from hub.demo import filling
from hub.extensions import db
from hub.sites.models import Site
from hub.tokens import issuing
from hub.tokens.services import PUBLIC_TOKEN, Service

SITES = 20
ROUNDS = 5
SECONDS = 1.5  # of each address in each round
ADDRESS = "/local/hub/webservice/webservices.php"


def main() -> None:
    """Print requests per second and their ratio to the empty view, medians over interleaved rounds."""
    with running() as hub:
        with hub.app.app_context():
            for step in filling.steps(SITES):
                with transaction(db.session):
                    step()
            with transaction(db.session):
                site = db.session.query(Site).first()
                token = issuing.issue(Service.SITE, site.id if site else None)
        requests = _requests(token)
        for request in requests:
            load.rate(hub.port, request, 0.5)
        rounds = [[load.rate(hub.port, request, SECONDS) for request in requests] for _ in range(ROUNDS)]
    _print(requests, rounds)


def _requests(token: str) -> list[load.Request]:
    return [
        load.get("empty view", EMPTY, b"200 OK"),
        _xmlrpc("hub_get_info, XML-RPC, public", "hub_get_info", PUBLIC_TOKEN, b"<name>sites</name>"),
        _xmlrpc("hub_get_info, XML-RPC, site", "hub_get_info", token, b"<name>sites</name>"),
        _rest("hub_get_info, REST, public", PUBLIC_TOKEN, "wsfunction=hub_get_info", b'"sites"'),
        _rest("hub_get_courses, REST, public", PUBLIC_TOKEN, _SEARCH, b'"coursetotal"'),
        load.get("front page, a search", "/?search=algebra", b"</html>"),
    ]


_SEARCH = "wsfunction=hub_get_courses&search=algebra&downloadable=1&enrollable=0&options%5Borderby%5D=newest"


def _xmlrpc(name: str, function: str, token: str, expected: bytes) -> load.Request:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>{function}</methodName></methodCall>'
    return load.post(name, f"{ADDRESS}?wstoken={token}", body.encode(), "text/xml; charset=utf-8", expected)


def _rest(name: str, token: str, arguments: str, expected: bytes) -> load.Request:
    body = f"wstoken={token}&moodlewsrestformat=json&{arguments}".encode()
    return load.post(name, ADDRESS, body, "application/x-www-form-urlencoded", expected)


def _print(requests: list[load.Request], rounds: list[list[float]]) -> None:
    table = Table("address", "requests/s", "ratio to the empty view", title="Calls")
    for number, request in enumerate(requests):
        rate = statistics.median(each[number] for each in rounds)
        ratio = statistics.median(each[number] / each[0] for each in rounds)
        table.add_row(request.name, f"{rate:,.0f}", f"{ratio:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

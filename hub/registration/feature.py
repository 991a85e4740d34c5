"""The story of a site joining, changing and leaving."""

from __future__ import annotations

from typing import Any

from flask import Flask

from hub.outgoing import current_client
from hub.registration import acts, jobs, models, moving, persons, views, webservice
from hub.sites import acts as site_acts
from hub.sites import cli, rooms
from hub.sites.models import Site
from hub.sites.probe import ProbeResult, probe


def init_app(app: Flask) -> None:
    """Open the pages and the commands, and let the hub ask sites whether they answer."""
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.sites)
    app.cli.add_command(cli.secrets)
    app.extensions["hub_probe"] = ask_site
    site_acts.DESK.acts.update(acts.ACTS)
    rooms.add_section("move", 10, _move, column=rooms.Column.TOP)


def _move(site: Site) -> dict[str, Any] | None:
    move = moving.find_waiting(site)
    return {"move": move} if move else None


def ask_site(url: str, within: float) -> ProbeResult:
    """Whether a site answers, asked through the application's client."""
    return probe(url, within, client=current_client())


__all__ = ["init_app", "jobs", "models", "persons", "webservice"]

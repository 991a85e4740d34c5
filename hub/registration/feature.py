"""The story of a site joining, changing and leaving."""

from __future__ import annotations

from typing import Any

from flask import Flask

from hub import clock
from hub.outgoing import current_client
from hub.outgoing.txt_records import TxtRecords
from hub.registration import (
    acts,
    admin,
    blocks,
    forgetting,
    jobs,
    models,
    moving,
    persons,
    proofs,
    replacing,
    restoring,
    views,
    webservice,
)
from hub.registration import cli as own_cli
from hub.registration.proof_page import views as proof_views
from hub.sites import acts as site_acts
from hub.sites import cli, moderation, rooms, standing
from hub.sites.models import Site
from hub.sites.probe import ProbeResult, probe


def init_app(app: Flask) -> None:
    """Open the pages and the commands, and let the hub ask sites whether they answer."""
    for blueprint in (views.bp, proof_views.bp, admin.bp):
        app.register_blueprint(blueprint)
    app.cli.add_command(cli.sites)
    app.cli.add_command(cli.secrets)
    app.cli.add_command(own_cli.moves)
    app.cli.add_command(own_cli.attempts)
    app.extensions["hub_probe"] = ask_site
    app.extensions["hub_txt_records"] = TxtRecords()
    site_acts.DESK.acts.update(acts.ACTS)
    rooms.add_section("move", 10, _waiting, column=rooms.Column.TOP)
    if restoring.follow not in standing.followers:
        standing.followers.append(restoring.follow)
    if proofs.strongest not in moderation.proofs:
        moderation.proofs.append(proofs.strongest)


def _waiting(site: Site) -> dict[str, Any] | None:
    """Who waits for a confirmation about this site, and who is kept out of it."""
    found: dict[str, Any] = {
        "move": moving.find_waiting(site),
        "attempts": replacing.open_attempts(site, clock.now()),
        "blocks": blocks.of(site),
    }
    return found if any(found.values()) else None


def ask_site(url: str, within: float) -> ProbeResult:
    """Whether a site answers, asked through the application's client."""
    return probe(url, within, client=current_client())


__all__ = ["forgetting", "init_app", "jobs", "models", "persons", "webservice"]

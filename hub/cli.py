"""Commands for operators. ``hub`` and ``flask --app wsgi`` know the same ones; each is a few lines over a rule."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext

import hub
from config import Config, ConfigurationError
from hub.accounts import cli as accounts
from hub.accounts import setup
from hub.commands import say, speaking
from hub.events import cli as events
from hub.jobs.queue import is_embedded
from hub.migrating import upgrade
from hub.runtime import hub_url, note_url
from hub.serving import Place, require_free, run_worker, serve
from hub.settings import cli as settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def main() -> None:
    """The ``hub`` command."""
    group = FlaskGroup(
        create_app=lambda: hub.create_app(),
        add_default_commands=False,
        add_version_option=False,
        load_dotenv=False,
        set_debug_flag=False,
        help="Run and moderate a hub. The environment variables are explained in docs/configuration.md.",
    )
    try:
        group.main(prog_name="hub")
    except ConfigurationError as error:
        sys.exit(f"Error: {error}")


def init_app(app: Flask) -> None:
    """Register the commands of the whole hub; features have registered theirs before."""
    for command in (serve_hub, work_off_jobs, upgrade_database, accounts.create_admin, settings.group, events.group):
        app.cli.add_command(command)
    for command in app.cli.commands.values():
        speaking(command)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--tls-cert", type=_FILE, help="Certificate chain in PEM, to serve https. [default: HUB_TLS_CERT]")
@click.option("--tls-key", type=_FILE, help="The certificate's key in PEM. [default: HUB_TLS_KEY]")
@with_appcontext
def serve_hub(host: str, port: int, workers: int, tls_cert: Path | None, tls_key: Path | None) -> None:
    """Migrate the database, then serve the hub; with the queue in the data folder its worker runs along."""
    config: Config = current_app.config["HUB"]
    place = Place(host, port, tls_cert or config.tls_cert, tls_key or config.tls_key)
    require_free(place)
    _take_address(config.url or place.url)
    _report(upgrade())
    with_worker = is_embedded(_application())
    say(f"Hub at {hub_url()}, listening on {host} port {port}, data in {current_app.config['DATA_FOLDER']}.")
    say("The background worker runs along." if with_worker else f"Start hub worker too: {_queue()} wakes it.")
    _invite()
    serve(_application(), place, workers, with_worker=with_worker)


@click.command("worker")
@with_appcontext
def work_off_jobs() -> None:
    """Do the background work: mails, checks, whatever is due. Any number of workers may run."""
    say(f"Working for {hub_url()}.")
    run_worker(_application())


@click.command("upgrade")
@with_appcontext
def upgrade_database() -> None:
    """Bring the database to this version's tables, also an empty one."""
    _report(upgrade())


def _take_address(url: str) -> None:
    """Use this address from here on, and let workers and commands find it."""
    current_app.config["HUB_URL"] = url
    current_app.config["SESSION_COOKIE_SECURE"] = url.startswith("https://")
    note_url(current_app.config["DATA_FOLDER"], url)


def _report(done: list[str]) -> None:
    if done:
        say(f"The database was upgraded in {len(done)} steps, up to {done[-1]}.")
    else:
        say("The database is up to date.")


def _invite() -> None:
    code = setup.code()
    if code:
        say(f"First run: open {hub_url()}/setup?code={code} to make the first administrator.")


def _queue() -> str:
    url = urlsplit(current_app.config["HUB"].queue_url)
    return f"{url.scheme}://{url.hostname}"  # the rest may hold a password


def _application() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]  # what the proxy stands for


if __name__ == "__main__":
    main()

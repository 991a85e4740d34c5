"""The process, its data folder and its address: what every hub needs before any feature."""

from __future__ import annotations

import platform
import shutil
import stat
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from config import Config
from hub import clock
from hub.environment.requirements import Finding, add, doubtful, failed, good
from hub.runtime import hub_url

OLDEST_PYTHON = (3, 11)
SPACE_NEEDED = 200 * 1024**2
SPACE_WANTED = 2 * 1024**3
SHORTEST_KEY = 32
CLOCKS_AGREE = timedelta(seconds=5)
BUILT = 2025  # no clock that is right shows an earlier year
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def _python() -> Finding:
    found = f"Python {platform.python_version()}"
    if sys.version_info < OLDEST_PYTHON:
        return failed(found, _("Install Python 3.11 or newer, and make the virtual environment anew with it."))
    return good(found)


def _data_folder() -> Finding:
    folder: Path = current_app.config["DATA_FOLDER"]
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".trial-") as file:
            file.write(b"trial")
    except OSError as error:
        return failed(
            _("%(folder)s cannot be written: %(cause)s", folder=folder, cause=error.strerror or str(error)),
            _("Give the user that runs the hub the right to write there, or name another folder in HUB_DATA_DIR."),
        )
    return _space(folder)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = _("%(folder)s can be written, %(size)s GB are free.", folder=folder, size=round(free / 1024**3, 1))
    if free < SPACE_NEEDED:
        return failed(found, _("Make room on this disk: without it nothing can be stored, not even a registration."))
    if free < SPACE_WANTED:
        return doubtful(found, _("Backups of courses need room: plan some gigabytes, or keep files elsewhere."))
    return good(found)


def _secret_key() -> Finding:
    kept = current_app.config["DATA_FOLDER"] / "secret_key"
    if len(current_app.config["SECRET_KEY"]) < SHORTEST_KEY:
        return failed(
            _("HUB_SECRET_KEY has fewer than %(count)s characters.", count=SHORTEST_KEY),
            _("Use a long random text: who guesses it signs in as anybody. Or unset it, and the hub makes one."),
        )
    if _config().secret_key:
        return good(_("From HUB_SECRET_KEY. Keep a copy: with another key all sessions and sealed secrets are lost."))
    if kept.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return failed(
            _("Others on this machine may read %(file)s.", file=kept), _("Run: chmod 600 %(file)s", file=kept)
        )
    return good(_("Made by the hub, in %(file)s. Back it up with the data folder.", file=kept))


def _address() -> Finding:
    parts = urlsplit(hub_url())
    if has_request_context() and request.host_url.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        return failed(
            _("HUB_URL is %(url)s, but this page was opened at %(other)s", url=hub_url(), other=request.host_url),
            _(
                "Set HUB_URL to the address that everybody uses: sites register there, and links in mails lead "
                "there. Behind a proxy, let it pass on the host, and name it in HUB_TRUSTED_PROXIES."
            ),
        )
    if parts.scheme == "https" or parts.hostname in _LOCAL:
        return good(_("The hub is at %(url)s.", url=hub_url()))
    return doubtful(
        _("The hub is at %(url)s, without encryption.", url=hub_url()),
        _("Passwords and tokens can be read on the way. Get a certificate, and set HUB_URL to the https address."),
    )


def _clock() -> Finding:
    now = clock.now()
    found = _("It is %(moment)s.", moment=now.strftime("%Y-%m-%d %H:%M:%S UTC"))
    if now.year < BUILT:
        return failed(found, _("Set the clock, and let it follow a time server (NTP)."))
    with tempfile.NamedTemporaryFile(dir=current_app.config["DATA_FOLDER"], prefix=".trial-") as file:
        apart = abs(Path(file.name).stat().st_mtime - time.time())
    if apart > CLOCKS_AGREE.total_seconds():
        return doubtful(
            _("The disk's clock and the machine's are %(count)s seconds apart.", count=round(apart)),
            _("Let both machines follow a time server (NTP)."),
        )
    return good(found)


def _proxies() -> Finding:
    trusted = ", ".join(map(str, _config().trusted_proxies))
    forwards = has_request_context() and "X-Forwarded-For" in request.headers
    if forwards and not trusted:
        return failed(
            _("A proxy at %(address)s passes visitors on, and is not trusted.", address=request.remote_addr),
            _("Name it in HUB_TRUSTED_PROXIES: until then all visitors count as one, and one stops all the others."),
        )
    if trusted:
        return good(_("Believed: %(networks)s.", networks=trusted))
    return good(_("No proxy is trusted; visitors come directly."))


def _config() -> Config:
    return current_app.config["HUB"]  # type: ignore[no-any-return]  # configuration is untyped


add("python", lazy("Python"), _python, position=10)
add("data folder", lazy("Data folder"), _data_folder, position=30)
add("secret key", lazy("Secret key"), _secret_key, position=40)
add("address", lazy("Address of the hub"), _address, position=50)
add("proxies", lazy("Trusted proxies"), _proxies, position=55)
add("clock", lazy("Clock"), _clock, position=60)

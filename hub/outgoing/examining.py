"""Whether the hub can go out: the proxy and the authorities that its configuration names."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from config import Config
from hub.environment.requirements import Finding, add, doubtful, failed, good

SECONDS = 3


def _outgoing() -> Finding:
    config: Config = current_app.config["HUB"]
    return _authorities(config.ca_bundle) or _proxy(config.outgoing_proxy) or _reach(config)


def _authorities(bundle: str | None) -> Finding | None:
    try:
        ssl.create_default_context(cafile=bundle)
    except (OSError, ssl.SSLError) as error:
        return failed(
            _("HUB_CA_BUNDLE cannot be read: %(cause)s", cause=str(error)),
            _("Name a file of certificates in PEM, or unset it to use those of the system."),
        )
    return None


def _proxy(url: str | None) -> Finding | None:
    if not url:
        return None
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 3128), timeout=SECONDS).close()
    except OSError as error:
        return failed(
            _("The proxy %(host)s does not answer: %(cause)s", host=parts.hostname, cause=str(error)),
            _("Check HUB_OUTGOING_PROXY: no site can register while the hub cannot ask it back."),
        )
    return good(_("Through the proxy %(host)s, which answers.", host=parts.hostname))


def _reach(config: Config) -> Finding:
    if config.allow_private_sites is True:
        return doubtful(
            _("Directly, also to every private address."),
            _("HUB_ALLOW_PRIVATE_SITES=1 lets strangers ask your own network. Name only the networks of your sites."),
        )
    return good(_("Directly, to public addresses and those that HUB_ALLOW_PRIVATE_SITES names."))


add("outgoing", lazy("Connections to sites"), _outgoing, position=70)

"""Who a site is: the key of its URL, and its secret."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from hub import fields
from hub.errors import HubError
from hub.outgoing.errors import UrlRefused
from hub.outgoing.targets import read_target
from hub.sealing import sealed
from hub.sites.models import Site
from hub.tokens.issuing import hashed

LONGEST_KEY = 500
_UPWARDS = re.compile(r"(?i)/(?:\.|%2e){1,2}(?:/|$)")  # clients leave these out: one site would have many names


class UrlUnusable(HubError):
    """A site's URL that cannot be one."""

    key = "errorwrongdata"


def url_key(url: str) -> str:
    """What makes two URLs the same site: host in lower case, no default port, no trailing slash, scheme ignored.

    The path keeps its case. The host is read exactly as the probe reads it, so that the site that is asked and the
    site that is stored are the same. Raises UrlUnusable for what is no http or https URL of a site.
    """
    try:
        fields.web_url(url)
        target = read_target(url)
    except (ValueError, UrlRefused) as error:
        raise UrlUnusable(f"{_reason(error)} Correct $CFG->wwwroot of the site, then register again.") from error
    if "?" in url or "#" in url:
        raise UrlUnusable("The site's URL contains ? or #. Correct $CFG->wwwroot of the site, then register again.")
    if _UPWARDS.search(urlsplit(url).path):
        raise UrlUnusable("The site's URL goes up its own path. Correct $CFG->wwwroot, then register again.")
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = f":{target.port}" if target.odd_port else ""
    key = f"{host}{port}{urlsplit(url).path.rstrip('/')}"
    if len(key) > LONGEST_KEY:
        raise UrlUnusable(f"The site's URL is longer than {LONGEST_KEY} characters. Use a shorter $CFG->wwwroot.")
    return key


def _reason(error: ValueError | UrlRefused) -> str:
    return error.detail if isinstance(error, UrlRefused) else f"The site's URL cannot be used: {error}."


def origin(url: str) -> str:
    """Scheme, host and port of a URL that has a key, in ASCII: what a browser compares."""
    target = read_target(url)
    return target.url[: -len(target.path)]


def host_of(key: str) -> str:
    """Host and port of a URL key: a site that changes only the rest of it has not moved to another host."""
    return key.partition("/")[0]


def secret_stem_hash(secret: str) -> str | None:
    """Hash of what precedes 14 final digits, as secrets of Moodle 4.5.6 and later have them; nothing without."""
    match = re.fullmatch(r"(.{16,}?)[0-9]{14}", secret, re.DOTALL)
    return hashed(match[1]) if match else None


def signing_key(secret: str) -> str:
    """The key of signed updates (protocol/moodle-clients.md 2.12): the secret's MD5 in hexadecimal digits."""
    return hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()


def adopt(site: Site, secret: str) -> None:
    """Let this secret be the one by which the site is known; nothing of the former one still counts."""
    site.secret_hash = hashed(secret)
    site.secret_stem_hash = secret_stem_hash(secret)
    site.signing_key = sealed(signing_key(secret))
    site.signed_at = site.confirmed_at = None

"""Rows for tests, with everything that a test does not care about filled in."""

from __future__ import annotations

import itertools
from typing import Any

from hub import clock
from hub.extensions import db
from hub.sites import identity, standing
from hub.sites.models import Site, SitePrivacy
from hub.tokens import issuing
from hub.tokens.services import Service

_numbers = itertools.count(1)


def make_site(**values: Any) -> Site:
    """A live, visible site with a URL and a secret of its own, stored and counted; ``secret`` is given in clear."""
    number = next(_numbers)
    secret = values.pop("secret", f"{number:032d}moodle.example.org")
    url = values.pop("url", f"https://moodle{number}.example.org")
    defaults: dict[str, Any] = {
        "name": f"Moodle {number}",
        "description": "Courses for everybody",
        "language": "en",
        "country_code": "DE",
        "contact_name": "Ada Admin",
        "contact_email": f"admin{number}@moodle{number}.example.org",
        "privacy": SitePrivacy.LINKED,
        "moodle_release": "4.5.6 (Build: 20250811)",
        "registered_at": clock.now(),
        "modified_at": clock.now(),
    }
    site = Site(
        url=url,
        url_key=identity.url_key(url),
        secret_hash=issuing.hashed(secret),
        secret_stem_hash=identity.secret_stem_hash(secret),
        signing_key=identity.sealed(identity.signing_key(secret)),
        **defaults | values,
    )
    db.session.add(site)
    standing.joined(site)
    db.session.commit()
    return site


def make_token(site: Site, *, used: bool = True) -> str:
    """A token of the site, in clear; used once already unless told otherwise."""
    value = issuing.issue(Service.SITE, site.id)
    if used:
        bearer = issuing.find_bearer(value)
        assert bearer is not None
        issuing.note_first_use(bearer.token_id)
    db.session.commit()
    return value

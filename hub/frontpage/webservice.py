"""What the hub tells about itself by web service. Sites ask before each publication, so nothing is counted here."""

from __future__ import annotations

from typing import Any

from hub import fields
from hub.runtime import hub_url
from hub.settings import declared
from hub.sites import totals
from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.registry import function
from hub.webservices.schema import integer, struct, text

_FOR_THE_DIRECTORY = ("contactname", "contactemail", "privacy")


@function(
    "hub_get_info",
    services=Service,
    gives=struct(
        {
            "name": text,
            "description": text,
            "hublogo": integer,
            "url": text,
            "language": text,
            "sites": integer,
            "courses": integer,
            "enrollablecourses": integer,
            "downloadablecourses": integer,
            "contactname": text,
            "contactemail": text,
            "privacy": text,
        },
        optional=_FOR_THE_DIRECTORY,
    ),
)
def get_info(caller: Caller) -> dict[str, Any]:
    """What this hub is called, where it is and how much it offers."""
    counted = totals.read()
    info = {
        "name": declared.current("name"),
        "description": fields.plain(declared.current("description")),
        "hublogo": int(bool(declared.current("hublogo"))),
        "url": hub_url(),
        "language": declared.current("language"),
        "sites": counted.site_count,
        "courses": counted.enrollable_count + counted.downloadable_count,
        "enrollablecourses": counted.enrollable_count,
        "downloadablecourses": counted.downloadable_count,
    }
    if caller.service is Service.DIRECTORY:
        info |= {name: declared.current(name) for name in _FOR_THE_DIRECTORY}
    return info

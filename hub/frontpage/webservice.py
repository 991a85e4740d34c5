"""What the hub tells about itself by web service. Sites ask before each publication, so nothing is counted here."""

from __future__ import annotations

from hub.sites import introduction
from hub.tokens.services import Service
from hub.webservices.dispatch import Caller
from hub.webservices.registry import function
from hub.webservices.schema import integer, struct, text


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
        optional=introduction.FOR_THE_DIRECTORY,
    ),
)
def get_info(caller: Caller) -> introduction.Introduction:
    """What this hub is called, where it is and how much it offers."""
    if caller.service is Service.DIRECTORY:
        return introduction.to_the_directory()
    return introduction.to_everybody()

"""What the hub tells about itself: the shorter half to everybody, all twelve values to the directory of hubs."""

from __future__ import annotations

from hub import fields
from hub.runtime import hub_url
from hub.settings import declared
from hub.sites import totals

FOR_THE_DIRECTORY = ("contactname", "contactemail", "privacy")
SETTINGS = frozenset({"name", "description", "hublogo", "language", *FOR_THE_DIRECTORY})  # of which it speaks

Introduction = dict[str, str | int]


def to_everybody() -> Introduction:
    """What this hub is called, where it is and how much it offers. Nothing is counted: sites ask often."""
    counted = totals.read()
    return {
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


def to_the_directory() -> Introduction:
    """The same, whom to contact, and who may search."""
    return to_everybody() | {name: declared.current(name) for name in FOR_THE_DIRECTORY}

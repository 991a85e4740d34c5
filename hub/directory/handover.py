"""The address at the directory to which the administrator's browser carries what this hub tells."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hub.sites.introduction import Introduction

PAGE = "/local/hubdirectory/hubregistration.php"
ORDER = (
    "url",
    "name",
    "privacy",
    "language",
    "description",
    "contactname",
    "contactemail",
    "hublogo",
    "sites",
    "courses",
    "enrollablecourses",
    "downloadablecourses",
)
BUTTON = "Register this hub"  # the original sent its button along
LONGEST = 7500  # web servers refuse addresses above 8 kB; the whole description follows with the first update
_FEWER = 50


def address(directory_url: str, told: Introduction, token: str) -> str:
    """Where the browser goes; the description is shortened where the address would be longer than servers take."""
    description = str(told["description"])
    while len(found := _address(directory_url, {**told, "description": description}, token)) > LONGEST and description:
        description = description[:-_FEWER]
    return found


def _address(directory_url: str, told: Introduction, token: str) -> str:
    values = {name: told[name] for name in ORDER} | {"submitbutton": BUTTON, "token": token}
    return f"{directory_url}{PAGE}?{urlencode(values, quote_via=quote, safe='')}"

"""The setting that names the directory."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from hub import fields
from hub.errors import HubError
from hub.settings.declared import declare
from hub.settings.sections import Section
from hub.sites.identity import url_key

LONGEST = 255


def _directory(value: str) -> str:
    """The address without its last slash, or nothing; the wire appends its own paths."""
    if not value.strip():
        return ""
    url = fields.web_url(value).rstrip("/")
    if "?" in url or "#" in url or len(url) > LONGEST:
        raise ValueError(f"write the address alone, without ? and #, in at most {LONGEST} characters")
    try:
        url_key(url)
    except HubError as error:
        raise ValueError("write the directory's address with a host name that can be read") from error
    return url


directoryurl = declare(
    "directoryurl",
    _directory,
    "",
    label=_("Directory of hubs"),
    help=_("Address of the directory where this hub can be registered. Empty: none."),
    section=Section.DIRECTORY,
)

"""The services that a token can open."""

import enum


class Service(enum.StrEnum):
    """A named set of web-service functions; each function says to which it belongs (protocol/hub-server.md 3.2)."""

    SITE = "site"
    PUBLIC = "public"
    DIRECTORY = "directory"


PUBLIC_TOKEN = "publichub"

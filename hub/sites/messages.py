"""A moderator writes to the contact of a site."""

from __future__ import annotations

from datetime import timedelta

from hub import clock, fields
from hub.errors import HubError
from hub.events.record import Actor, Event, record, times
from hub.mail import outbox
from hub.sites.models import Site

MOST_A_DAY = 3  # to one site, from all moderators together
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5_000


class NoContact(HubError):
    """Nobody can be written to."""

    key = "nocontact"
    status = 409

    def __init__(self, site: Site) -> None:
        super().__init__(f"{site.title} has told no contact address. Correct the site to add one.")


class MessageEmpty(HubError):
    """A message without subject or text."""

    key = "messageempty"

    def __init__(self) -> None:
        super().__init__("Write a subject and a text: the contact reads nothing else.")


class TooManyMessages(HubError):
    """The contact has had enough mail from us for a day."""

    key = "toomanymessages"
    status = 429

    def __init__(self, site: Site) -> None:
        super().__init__(
            f"The contact of {site.title} was written to {MOST_A_DAY} times in 24 hours. Wait until tomorrow."
        )


def send(site: Site, *, by: Actor, subject: str, text: str, reason: str = "") -> None:
    """Mail this to the contact of the site; his answer goes to the hub's contact address. The log keeps a copy."""
    subject, text = fields.line(subject, LONGEST_SUBJECT), fields.text(text)[:LONGEST_TEXT].rstrip()
    if not subject or not text:
        raise MessageEmpty
    if not site.contact_email:
        raise NoContact(site)
    if times(site, clock.now() - timedelta(days=1), Event.SITE_MESSAGED) >= MOST_A_DAY:
        raise TooManyMessages(site)
    outbox.queue("site-message", site.contact_email, site=site, topic=subject, text=text)
    record(Event.SITE_MESSAGED, site, by=by, to=site.contact_email, subject=subject, text=text, reason=reason)

"""Moodle sites known to the hub."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub import clock
from hub.database import Base, Json


class SiteState(enum.StrEnum):
    """Whether a site belongs to the hub: only a live one may call, publish or be seen."""

    LIVE = "live"
    UNREGISTERED = "unregistered"
    REMOVED = "removed"


class SitePrivacy(enum.StrEnum):
    """What a site lets the public list say about it."""

    NOT_DISPLAYED = "notdisplayed"
    NAMED = "named"
    LINKED = "linked"


class Reachability(enum.StrEnum):
    """Whether the site answered when it was asked last, and for how long it has not."""

    UNKNOWN = "unknown"  # not asked yet
    REACHABLE = "reachable"
    FAILING = "failing"  # it did not answer lately: too early to say anything
    UNREACHABLE = "unreachable"  # it has not answered for days


class OutageStep(enum.StrEnum):
    """What the hub has done about the outage that lasts: each step once, and one after the other."""

    NONE = "none"
    TOLD = "contact told"
    WARNED = "contact warned"
    HIDDEN = "hidden"
    ASKED = "left to moderators"


class Hider(enum.StrEnum):
    """Who took a site out of visitors' sight."""

    NOBODY = ""
    MODERATOR = "moderator"
    REACHABILITY = "reachability"


SORTABLE = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")  # every database sorts it alike
CONTACT_KEY = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
WORD = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
NARROWED = (
    "state",
    "visible",
    "trusted",
    "prioritised",
    "country_code",
    "language_base",
    "release_number",
    "reachability",
    "registered_at",
)
FIRST_CHECK_AFTER = timedelta(hours=1)  # it has just answered: it was asked when it registered


def _first_check() -> datetime:
    return clock.now() + FIRST_CHECK_AFTER


class Site(Base):
    """A Moodle site: what it told us, what moderators decided, and whether it is still with us."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[SiteState] = mapped_column(sa.Enum(SiteState, native_enum=False, length=20), default=SiteState.LIVE)

    # identity
    url: Mapped[str] = mapped_column(sa.Text)  # as sent: it is echoed byte for byte
    url_key: Mapped[str] = mapped_column(sa.String(500))  # sites.identity.url_key(url)
    secret_hash: Mapped[str] = mapped_column(sa.String(64))  # SHA-256
    secret_stem_hash: Mapped[str | None] = mapped_column(sa.String(64))  # of what precedes 14 final digits
    signing_key: Mapped[str] = mapped_column(sa.Text)  # MD5 of the secret, encrypted: the key of signed updates

    # what it told us; empty text means not told, a missing figure means not told
    name: Mapped[str] = mapped_column(sa.String(255), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.String(30), default="")
    contact_name: Mapped[str] = mapped_column(sa.String(255), default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    contact_phone: Mapped[str] = mapped_column(sa.String(100), default="")
    contactable: Mapped[bool] = mapped_column(default=False)
    email_alert: Mapped[bool] = mapped_column(default=False)
    privacy: Mapped[SitePrivacy] = mapped_column(
        sa.Enum(SitePrivacy, native_enum=False, length=20), default=SitePrivacy.NOT_DISPLAYED
    )
    street: Mapped[str] = mapped_column(sa.Text, default="")
    region_code: Mapped[str] = mapped_column(sa.String(20), default="")
    country_code: Mapped[str] = mapped_column(sa.String(2), default="")
    geolocation: Mapped[str] = mapped_column(sa.Text, default="")
    moodle_version: Mapped[str] = mapped_column(sa.String(40), default="")
    moodle_release: Mapped[str] = mapped_column(sa.String(100), default="")
    organisation_type: Mapped[str] = mapped_column(sa.String(10), default="")
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # courses, users, badges, …: wire names
    extras: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, deferred=True)  # pluginusage, …: up to 200 kB

    # what moderators decided
    visible: Mapped[bool] = mapped_column(default=True)
    trusted: Mapped[bool] = mapped_column(default=False)
    prioritised: Mapped[bool] = mapped_column(default=False)  # implies trusted
    trust_paused: Mapped[bool] = mapped_column(default=False)  # while a move to another host waits for a decision
    prioritised_until: Mapped[datetime | None]  # the priority ends then; empty: when a moderator ends it
    publications_a_day: Mapped[int | None]  # empty: the hub's setting holds; 0: none
    bytes_a_day: Mapped[int | None] = mapped_column(sa.BigInteger)  # of files; empty: the hub's setting holds
    hidden_by: Mapped[str] = mapped_column(sa.String(20), default=Hider.NOBODY)  # a Hider, while it is not visible

    # whether it answers: only sites.checks writes here
    reachability: Mapped[Reachability] = mapped_column(
        sa.Enum(Reachability, native_enum=False, length=20), default=Reachability.UNKNOWN
    )
    checked_at: Mapped[datetime | None]  # when it was asked last
    next_check_at: Mapped[datetime] = mapped_column(default=_first_check)
    unreachable_since: Mapped[datetime | None]  # the first of the failures in a row that last until now
    failure_count: Mapped[int] = mapped_column(default=0)  # in a row
    outage_step: Mapped[OutageStep] = mapped_column(
        sa.Enum(OutageStep, native_enum=False, length=20), default=OutageStep.NONE
    )
    outage_step_at: Mapped[datetime | None]  # when the last step was taken
    heard_at: Mapped[datetime | None]  # its last call while it did not answer: a sign of life

    # when
    registered_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    updated_at: Mapped[datetime | None]  # the last update call
    left_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(sa.String(45), default="")  # from where it last registered or updated
    signed_at: Mapped[datetime | None]  # time stamp of the last signed update that was accepted
    contact_changed_at: Mapped[datetime | None]
    previous_contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    confirmed_at: Mapped[datetime | None]  # when its token was first used: the site answered under its URL

    # by what the moderators' list sorts and narrows: sites.keys makes them from the columns above with every change
    standing_rank: Mapped[int] = mapped_column(sa.SmallInteger, default=7)  # prioritised, then trusted, then visible
    name_key: Mapped[str] = mapped_column(SORTABLE, default="")
    contact_key: Mapped[str] = mapped_column(CONTACT_KEY, default="")
    language_base: Mapped[str] = mapped_column(sa.String(3), default="")
    release_number: Mapped[int] = mapped_column(default=0)  # 405 for Moodle 4.5; 0 when not told
    course_figure: Mapped[int] = mapped_column(sa.BigInteger, default=-1)  # -1: not told
    user_figure: Mapped[int] = mapped_column(sa.BigInteger, default=-1)

    __table_args__ = (
        sa.Index(
            "uq_site_live_url_key",
            "url_key",
            unique=True,
            sqlite_where=sa.text("state = 'LIVE'"),
            postgresql_where=sa.text("state = 'LIVE'"),
        ),
        sa.Index(
            "uq_site_live_secret_hash",
            "secret_hash",
            unique=True,
            sqlite_where=sa.text("state = 'LIVE'"),
            postgresql_where=sa.text("state = 'LIVE'"),
        ),
        sa.Index("ix_site_url_key", "url_key"),
        sa.Index("ix_site_secret_hash", "secret_hash"),
        # each filter of the list with its first order, each order, and all filters together
        *(
            sa.Index(f"ix_site_{name}", name, "state", "standing_rank", "name_key", "id")
            for name in (
                "visible",
                "trusted",
                "prioritised",
                "country_code",
                "language_base",
                "release_number",
                "reachability",
            )
        ),
        sa.Index("ix_site_standing", "standing_rank", "name_key", "id"),
        *(
            sa.Index(f"ix_site_by_{name}", name, "id")
            for name in ("name_key", "registered_at", "modified_at", "course_figure", "user_figure", "failure_count")
        ),
        sa.Index("ix_site_contact_key", "contact_key", "state"),
        # the public list, as a whole and of one country
        sa.Index("ix_site_public", "state", "visible", "name_key", "id", "privacy", "country_code"),
        sa.Index("ix_site_public_country", "country_code", "state", "visible", "name_key", "id", "privacy"),
        sa.Index("ix_site_narrowed", *NARROWED),
        sa.Index(
            "ix_site_prioritised_until",
            "prioritised_until",
            sqlite_where=sa.text("prioritised_until IS NOT NULL"),
            postgresql_where=sa.text("prioritised_until IS NOT NULL"),
        ),
        sa.Index(
            "ix_site_next_check_at",
            "next_check_at",
            sqlite_where=sa.text("state = 'LIVE'"),
            postgresql_where=sa.text("state = 'LIVE'"),
        ),
    )

    @property
    def live(self) -> bool:
        return self.state is SiteState.LIVE

    @property
    def actor(self) -> str:
        """How the event log names this site when it acts."""
        return f"site:{self.id}"

    @property
    def trust_in_force(self) -> bool:
        """Whether its courses are visible at once: trusted, and no move of its URL waits."""
        return self.trusted and not self.trust_paused

    @property
    def hidden_by_moderator(self) -> bool:
        """Hidden by a person, so that only a person shows it again."""
        return not self.visible and self.hidden_by != Hider.REACHABILITY

    @property
    def title(self) -> str:
        """Its name, or its URL as long as no name was told."""
        return self.name or self.url


class SiteCheck(Base):
    """One time that a site was asked whether it answers, and what became of it."""

    __tablename__ = "site_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    at: Mapped[datetime]
    reachable: Mapped[bool]
    counted: Mapped[bool] = mapped_column(default=True)  # not when the hub's own network seemed to be down
    state: Mapped[Reachability] = mapped_column(sa.Enum(Reachability, native_enum=False, length=20))  # afterwards
    changed: Mapped[bool] = mapped_column(default=False)  # whether the state was another one before: kept longer
    status: Mapped[int | None]  # of HTTP
    cause: Mapped[str] = mapped_column(sa.String(40), default="")  # the key of an outgoing error
    detail: Mapped[str] = mapped_column(sa.Text, default="")  # a sentence for moderators
    seconds: Mapped[float] = mapped_column(sa.Float, default=0.0)  # how long it took

    __table_args__ = (sa.Index("ix_site_check_site_id", "site_id", "id"),)


class BlockedSecret(Base):
    """A secret that may not register again, with the URL it came from."""

    __tablename__ = "blocked_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    stem_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # what precedes 14 final digits
    url: Mapped[str] = mapped_column(sa.Text)
    url_key: Mapped[str] = mapped_column(sa.String(500), index=True)
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("site.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    blocked_at: Mapped[datetime]


class MatterKind(enum.StrEnum):
    """What about a site can wait for a moderator."""

    NEW_NAME = "new name"
    RETURNED = "returned after removal"
    MOVE = "moved to another host"
    DISOWNED = "contact says: this was not me"
    CHANGE_HELD = "unsigned change held"
    STRANGER = "contact warns of a stranger"
    URL_PROVEN = "address given to another site by a proof"
    UNREACHABLE = "unreachable for long"


class SiteMatter(Base):
    """Something about a site that waits for a moderator's look."""

    __tablename__ = "site_matter"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    kind: Mapped[MatterKind] = mapped_column(sa.Enum(MatterKind, native_enum=False, length=40))
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)


class VisitorLetter(Base):
    """That a visitor wrote to a site's contact; by hashes, as only the number of letters matters."""

    __tablename__ = "visitor_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    sender_hash: Mapped[str] = mapped_column(sa.String(64))  # of the mail address given
    origin_hash: Mapped[str] = mapped_column(sa.String(64))  # of the internet address
    written_at: Mapped[datetime] = mapped_column(index=True)


class Totals(Base):
    """How many sites and listed courses there are: one row, kept in the transaction that changes what it counts."""

    __tablename__ = "totals"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    site_count: Mapped[int] = mapped_column(default=0)
    enrollable_count: Mapped[int] = mapped_column(default=0)
    downloadable_count: Mapped[int] = mapped_column(default=0)


class SiteWord(Base):
    """A word of a site's name, URL or description, folded: sites are found by the beginnings of words."""

    __tablename__ = "site_word"

    word: Mapped[str] = mapped_column(WORD, primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class SiteText(Base):
    """The words of a site in one text, each after a blank: to look whether a site has a word that very many have."""

    __tablename__ = "site_text"

    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(sa.Text)


class SiteChange(Base):
    """What one column of a site's row said before and said then."""

    __tablename__ = "site_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(60))  # as the event log names who changed it
    field: Mapped[str] = mapped_column(sa.String(40))
    old: Mapped[str] = mapped_column(sa.Text)
    new: Mapped[str] = mapped_column(sa.Text)
    erased: Mapped[bool] = mapped_column(default=False)  # it was personal, and is not kept any more

    __table_args__ = (sa.Index("ix_site_change_site_id", "site_id", "id"),)


class SiteFigures(Base):
    """The figures that a site told on one day, the last time that day. What it did not tell is not in there."""

    __tablename__ = "site_figures"

    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)


class SiteNote(Base):
    """What one moderator wants the others to know about a site."""

    __tablename__ = "site_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(60))  # as the event log names who wrote it
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]

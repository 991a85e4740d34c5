"""Course listings published by sites, with their versions and files."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Json
from hub.sites.models import Site


class Kind(enum.StrEnum):
    """A course to join on its site, or one to take away as a backup."""

    ENROLLABLE = "enrollable"
    DOWNLOADABLE = "downloadable"


class Standing(enum.StrEnum):
    """What was decided about a course, by a moderator or by trust in its site."""

    WAITING = "waiting"
    SHOWN = "shown"  # by a moderator
    TRUSTED = "shown by trust"  # because its site was trusted when it was published; ends with the trust
    HIDDEN = "hidden"  # by a moderator: nothing the site does undoes it


class CourseText:
    """The listing itself: the columns that a publication fills and a version keeps (docs: courses/details.py)."""

    fullname: Mapped[str] = mapped_column(sa.String(255))
    shortname: Mapped[str] = mapped_column(sa.String(255), default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")
    language: Mapped[str] = mapped_column(sa.String(30), default="")  # as sent: it is given back to its site
    publisher_name: Mapped[str] = mapped_column(sa.String(255), default="")
    publisher_email: Mapped[str] = mapped_column(sa.String(254), default="")
    creator_name: Mapped[str] = mapped_column(sa.String(255), default="")
    contributor_names: Mapped[str] = mapped_column(sa.Text, default="")
    coverage: Mapped[str] = mapped_column(sa.Text, default="")  # free tags, separated by commas
    licence: Mapped[str] = mapped_column(sa.String(100), default="")
    subject: Mapped[str] = mapped_column(sa.String(100), default="")
    audience: Mapped[str] = mapped_column(sa.String(30), default="")
    educational_level: Mapped[str] = mapped_column(sa.String(30), default="")
    creator_notes: Mapped[str] = mapped_column(sa.Text, default="")
    creator_notes_format: Mapped[int] = mapped_column(default=1)  # 0 Moodle, 1 HTML, 2 plain, 4 Markdown
    course_url: Mapped[str] = mapped_column(sa.Text, default="")
    demo_url: Mapped[str] = mapped_column(sa.Text, default="")
    contents: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # moduletype, modulename, contentcount
    outcomes: Mapped[list[str]] = mapped_column(Json, default=list)


# for indexes of what visitors see
_LISTED: dict[str, Any] = {"sqlite_where": sa.text("listed = 1"), "postgresql_where": sa.text("listed")}


class Course(CourseText, Base):
    """One course listing. Its text is what visitors see: the approved version, or the newest while none is approved."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)  # never used again, not even after deletion
    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"))
    course_id_on_site: Mapped[int]
    kind: Mapped[Kind] = mapped_column(sa.Enum(Kind, native_enum=False, length=20))

    standing: Mapped[Standing] = mapped_column(
        sa.Enum(Standing, native_enum=False, length=20), default=Standing.WAITING
    )
    listed: Mapped[bool] = mapped_column(default=False)  # the answer of courses.visibility's rules; only it writes here
    withdrawn_at: Mapped[datetime | None]  # unpublished by its site
    removed_at: Mapped[datetime | None]  # taken away by a moderator
    published_at: Mapped[datetime]
    modified_at: Mapped[datetime]

    # kept in step by courses.files, so that lists need no second query
    screenshot_count: Mapped[int] = mapped_column(default=0)
    backup_size: Mapped[int | None] = mapped_column(sa.BigInteger)  # bytes of the accepted backup, empty if none

    site: Mapped[Site] = relationship(lazy="raise")

    __table_args__ = (
        sa.Index("ix_course_site_id", "site_id", "published_at"),
        sa.Index(
            "uq_course_enrollable",
            "site_id",
            "course_id_on_site",
            unique=True,
            sqlite_where=sa.text("kind = 'ENROLLABLE'"),
            postgresql_where=sa.text("kind = 'ENROLLABLE'"),
        ),
        sa.Index("ix_course_standing", "standing", "modified_at"),
        sa.Index("ix_course_newest", "published_at", "id", **_LISTED),
        sa.Index("ix_course_licence", "licence", "listed", **_LISTED),
        sa.Index("ix_course_counted", "language", "subject", "educational_level", "audience", "listed", **_LISTED),
        {"sqlite_autoincrement": True},
    )

    @property
    def downloadable(self) -> bool:
        return self.kind is Kind.DOWNLOADABLE

    @property
    def live(self) -> bool:
        """Neither withdrawn by its site nor removed by us."""
        return self.withdrawn_at is None and self.removed_at is None


class VersionState(enum.StrEnum):
    WAITING = "waiting"  # a change that a moderator has not decided
    CURRENT = "current"  # what the course's row holds
    SUPERSEDED = "superseded"
    REFUSED = "refused"


class CourseVersion(CourseText, Base):
    """What a site published at one moment; a change by an untrusted site waits here while the approved one stays."""

    __tablename__ = "course_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(sa.Enum(VersionState, native_enum=False, length=20))
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    deletes_screenshots: Mapped[bool] = mapped_column(default=False)  # when it is approved, only newer ones stay

    __table_args__ = (
        sa.UniqueConstraint("course_id", "number"),
        sa.Index(
            "uq_course_version_waiting",
            "course_id",
            unique=True,
            sqlite_where=sa.text("state = 'WAITING'"),
            postgresql_where=sa.text("state = 'WAITING'"),
        ),
    )


class FileKind(enum.StrEnum):
    BACKUP = "backup"
    SCREENSHOT = "screenshot"


class CourseFile(Base):
    """A file of a course in the storage; one that an untrusted site sends after approval waits."""

    __tablename__ = "course_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    kind: Mapped[FileKind] = mapped_column(sa.Enum(FileKind, native_enum=False, length=20))
    number: Mapped[int]  # of a screenshot, from 1; 0 for the backup
    waiting: Mapped[bool]
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)  # in the storage
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content_type: Mapped[str] = mapped_column(sa.String(60))
    width: Mapped[int | None]
    height: Mapped[int | None]
    received_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("course_id", "kind", "number", "waiting"),
        sa.Index(
            "ix_course_file_waiting",
            "course_id",
            sqlite_where=sa.text("waiting = 1"),
            postgresql_where=sa.text("waiting"),
        ),
    )


class BackupDownloads(Base):
    """How often a course's backup was fetched on one day (UTC). Nothing about who fetched it is kept."""

    __tablename__ = "backup_downloads"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    download_count: Mapped[int]


class ReceivedBytes(Base):
    """How many bytes of files a site sent on one day (UTC), kept or not."""

    __tablename__ = "received_bytes"

    site_id: Mapped[int] = mapped_column(sa.ForeignKey("site.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    byte_count: Mapped[int] = mapped_column(sa.BigInteger)


class WaitingNotice(Base):
    """When moderators were last told that courses wait: one row."""

    __tablename__ = "course_waiting_notice"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # always 1
    told_at: Mapped[datetime | None]

"""The words by which sites are found, stored in the transaction that changes a site's row (docs/decisions/0005)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from hub.extensions import db
from hub.sites import keys
from hub.sites.models import Site, SiteText, SiteWord

_READ = ("name", "url", "description")
_LAST = "\U0010ffff"  # stands behind every letter


def beginning_with(word: str) -> sa.Select[int]:
    """The numbers of the sites with a word that begins so; a site with two such words comes twice."""
    return sa.select(SiteWord.site_id).where(begins(SiteWord.word, word))


def begins(column: sa.orm.InstrumentedAttribute[str], text: str) -> sa.ColumnElement[bool]:
    """Whether a column begins so: a part of its index."""
    return sa.and_(column >= text, column < text + _LAST)


def present(word: str) -> sa.ColumnElement[bool]:
    """The same as a condition on one site, for words that so many sites have that their list would be long."""
    where = sa.func.strpos if on_postgresql() else sa.func.instr
    text = sa.select(SiteText.words).where(SiteText.site_id == Site.id).correlate(Site).scalar_subquery()
    return where(text, f" {word}") > 0


def on_postgresql() -> bool:
    """Whether the database is PostgreSQL."""
    return db.session.get_bind().dialect.name == "postgresql"


@event.listens_for(Site, "before_insert")
@event.listens_for(Site, "before_update")
def _derive(_mapper: Mapper[Site], _connection: Connection, site: Site) -> None:
    for name, value in keys.derived(site).items():
        if getattr(site, name) != value:
            setattr(site, name, value)


@event.listens_for(Site, "after_insert")
@event.listens_for(Site, "after_update")
def _store(_mapper: Mapper[Site], connection: Connection, site: Site) -> None:
    state = sa.inspect(site)
    if not any(state.attrs[name].history.has_changes() for name in _READ):
        return
    known = connection.scalar(sa.select(SiteText.words).where(SiteText.site_id == site.id))
    old, new = set((known or "").split()), keys.words_of(site)
    _exchange(connection, site.id, gone=old.difference(new), come=[word for word in new if word not in old])
    text = {"site_id": site.id, "words": joined(new)}
    if known is None:
        connection.execute(sa.insert(SiteText), text)
    else:
        connection.execute(sa.update(SiteText).where(SiteText.site_id == site.id).values(text))


def _exchange(connection: Connection, site_id: int, *, gone: set[str], come: list[str]) -> None:
    if gone:
        theirs = SiteWord.site_id == site_id, SiteWord.word.in_(sorted(gone))
        connection.execute(sa.delete(SiteWord).where(*theirs))
    if come:
        connection.execute(sa.insert(SiteWord), [{"word": word, "site_id": site_id} for word in come])


def joined(words: list[str]) -> str:
    """The words as SiteText keeps them."""
    return "".join(f" {word}" for word in words)

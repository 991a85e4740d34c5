"""The words by which sites are found, kept in what each database has for full text.

Sites are found by the beginnings of words. The words of a site are stored in the transaction that changes its row.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from hub.extensions import db
from hub.sites import keys
from hub.sites.models import Site

WORDS = sa.table("site_words", sa.column("rowid"), sa.column("words"), sa.column("contact"))
_READ = ("name", "url", "description", "contact_name", "contact_email")
WHERE = {"words": WORDS.c.words, "contact": WORDS.c.contact}  # in name, URL and description, or in the contact


def ids(text: str, where: str) -> sa.Select[int]:
    """The numbers of the sites that have all words of the text, read from the index; without words there are none."""
    asked = keys.asked_words(text)
    condition = _matching(asked, where) if asked else sa.false()
    return sa.select(WORDS.c.rowid).where(condition)


def holds(text: str, where: str) -> sa.ColumnElement[bool]:
    """The same as a condition on one site, for texts that so many sites have that their list would be long."""
    asked = keys.asked_words(text)
    if not asked:
        return sa.false()
    own = sa.select(WORDS.c.rowid).where(WORDS.c.rowid == Site.id).correlate(Site)
    if on_postgresql():
        return own.where(_matching(asked, where)).exists()
    padded = " " + sa.cast(WHERE[where], sa.Text)
    return own.where(*(sa.func.instr(padded, f" {word}") > 0 for word in asked)).exists()


def _matching(asked: list[str], where: str) -> sa.ColumnElement[bool]:
    if on_postgresql():
        query = " & ".join(f"'{word}':*" for word in asked)
        return WHERE[where].op("@@", is_comparison=True)(sa.cast(query, TSQUERY))
    query = " AND ".join(f'"{word}"*' for word in asked)
    return sa.column("site_words").op("MATCH", is_comparison=True)(f"{{{where}}} : ({query})")


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
def _store_words(_mapper: Mapper[Site], connection: Connection, site: Site) -> None:
    state = sa.inspect(site)
    if any(state.attrs[name].history.has_changes() for name in _READ):
        connection.execute(sa.delete(WORDS).where(WORDS.c.rowid == site.id))
        connection.execute(sa.insert(WORDS).values(row(site, on_postgresql=connection.dialect.name == "postgresql")))


def row(site: keys.Told, *, on_postgresql: bool) -> dict[str, Any]:
    """What is stored of a site: to be inserted into WORDS."""
    told = dict(zip(WHERE, keys.texts(site), strict=True))
    if on_postgresql:
        return {"rowid": site.id, **{name: _vector(text) for name, text in told.items()}}
    return {"rowid": site.id, **told}


def _vector(text: str) -> sa.ColumnElement[Any]:
    return sa.func.array_to_tsvector(sa.func.string_to_array(text, " "))

"""The search index's tables. They are derived from courses and sites, so no model describes them.

``course_index_entry`` has a row per listed course: its rank, what sorts it, and on PostgreSQL its tokens. SQLite keeps
the tokens in ``course_index``, a full-text table whose row ids are the negative ranks: read upwards, as such tables
are read fastest, the best comes first. It keeps its text (no "contentless" table): this SQLite deletes from a
contentless table only when given the exact old text, and whoever errs there corrupts the index silently.
"""

from __future__ import annotations

import sqlalchemy as sa

_Sortable = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

entry = sa.Table(
    "course_index_entry",
    sa.MetaData(),
    sa.Column("course_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rank", sa.BigInteger, nullable=False),
    sa.Column("language", sa.String(3), nullable=False),  # base code, empty when not told
    sa.Column("fullname_key", _Sortable, nullable=False),
    sa.Column("publisher_key", _Sortable, nullable=False),
)

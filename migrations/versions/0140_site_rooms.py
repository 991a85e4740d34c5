"""Site rooms: by what the list sorts and narrows, its words, what changed, figures by day, notes, views, undo."""

from __future__ import annotations

from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hub.sites import keys

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SORTABLE = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
WORD = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
FILTERS = ("visible", "trusted", "prioritised", "country_code", "language_base", "release_number")
ORDERS = ("name_key", "registered_at", "modified_at", "course_figure", "user_figure")
ENDING = sa.text("prioritised_until IS NOT NULL")
PUBLIC = {
    "ix_site_public": ["state", "visible", "name_key", "id", "privacy", "country_code"],
    "ix_site_public_country": ["country_code", "state", "visible", "name_key", "id", "privacy"],
}
COLUMNS = (
    ("standing_rank", sa.SmallInteger(), "7"),
    ("name_key", SORTABLE, ""),
    ("contact_key", sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql"), ""),
    ("language_base", sa.String(3), ""),
    ("release_number", sa.Integer(), "0"),
    ("course_figure", sa.BigInteger(), "-1"),
    ("user_figure", sa.BigInteger(), "-1"),
)
TOLD = (
    "id",
    "name",
    "url",
    "description",
    "contact_email",
    "language",
    "moodle_release",
    "figures",
    "visible",
    "trusted",
    "prioritised",
)
BATCH = 1000


def upgrade() -> None:
    op.add_column("site", sa.Column("prioritised_until", MOMENT, nullable=True))
    op.add_column("site", sa.Column("bytes_a_day", sa.BigInteger(), nullable=True))
    for name, kind, default in COLUMNS:
        op.add_column("site", sa.Column(name, kind, nullable=False, server_default=default))
    _make_words()
    _fill()
    op.drop_index("ix_site_listing", "site")
    for name in FILTERS:
        op.create_index(f"ix_site_{name}", "site", [name, "state", "standing_rank", "name_key", "id"])
    op.create_index("ix_site_standing", "site", ["standing_rank", "name_key", "id"])
    for name in ORDERS:
        op.create_index(f"ix_site_by_{name}", "site", [name, "id"])
    op.create_index("ix_site_contact_key", "site", ["contact_key", "state"])
    for name, columns in PUBLIC.items():
        op.create_index(name, "site", columns)
    op.create_index(
        "ix_site_prioritised_until", "site", ["prioritised_until"], sqlite_where=ENDING, postgresql_where=ENDING
    )
    _make_tables()


def _make_words() -> None:
    op.create_table(
        "site_word",
        sa.Column("word", WORD, nullable=False),
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_word_site_id"),
        sa.PrimaryKeyConstraint("word", "site_id", name="pk_site_word"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site_text",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_text_site_id"),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_text"),
    )


def _fill() -> None:
    """Give the sites that are here already what they are found by."""
    table = sa.table("site", *(sa.column(name) for name in TOLD if name != "figures"), sa.column("figures", JSON))
    last = 0
    while rows := _after(table, last):
        for row in rows:
            _store(SimpleNamespace(**row))
        last = rows[-1]["id"]


def _after(table: sa.TableClause, last: int) -> list[sa.RowMapping]:
    some = sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
    return list(op.get_bind().execute(some).mappings())


def _store(site: SimpleNamespace) -> None:
    connection, columns, words = op.get_bind(), keys.derived(site), keys.words_of(site)
    assigned = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(sa.text(f"UPDATE site SET {assigned} WHERE id = :id"), {**columns, "id": site.id})
    text = {"id": site.id, "words": "".join(f" {word}" for word in words)}
    connection.execute(sa.text("INSERT INTO site_text (site_id, words) VALUES (:id, :words)"), text)
    for word in words:
        row = {"id": site.id, "word": word}
        connection.execute(sa.text("INSERT INTO site_word (site_id, word) VALUES (:id, :word)"), row)


def _make_tables() -> None:
    op.create_table(
        "site_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_change_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site_change"),
    )
    op.create_index("ix_site_change_site_id", "site_change", ["site_id", "id"])
    op.create_table(
        "site_figures",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_figures_site_id"),
        sa.PrimaryKeyConstraint("site_id", "day", name="pk_site_figures"),
    )
    op.create_table(
        "site_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_note_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site_note"),
    )
    op.create_index("ix_site_note_site_id", "site_note", ["site_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(30), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name="fk_saved_view_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("room", "owner_id", "name", name="uq_saved_view_name"),
    )
    op.create_index("ix_saved_view_owner_id", "saved_view", ["owner_id"])
    op.create_index("ix_saved_view_room", "saved_view", ["room", "shared"])
    op.create_table(
        "done_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("subject_type", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_done_act"),
    )
    op.create_index("ix_done_act_batch", "done_act", ["batch"])
    op.create_index("ix_done_act_done_at", "done_act", ["done_at"])
    op.create_index("ix_done_act_subject", "done_act", ["subject_type", "subject_id", "id"])


def downgrade() -> None:
    for name in ("done_act", "saved_view", "site_note", "site_figures", "site_change", "site_words"):
        op.drop_table(name)
    for name in (
        "public",
        "public_country",
        "prioritised_until",
        "contact_key",
        "standing",
        *(f"by_{name}" for name in ORDERS),
        *FILTERS,
    ):
        op.drop_index(f"ix_site_{name}", "site")
    op.create_index("ix_site_listing", "site", ["state", "prioritised", "trusted", "visible", "name"])
    for name in (*(name for name, _, _ in reversed(COLUMNS)), "bytes_a_day", "prioritised_until"):
        op.drop_column("site", name)

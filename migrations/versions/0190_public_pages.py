"""How many letters visitors wrote to the contacts of sites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0180"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visitor_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("sender_hash", sa.String(64), nullable=False),
        sa.Column("origin_hash", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_visitor_letter_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visitor_letter"),
    )
    op.create_index("ix_visitor_letter_written_at", "visitor_letter", ["written_at"])


def downgrade() -> None:
    op.drop_index("ix_visitor_letter_written_at", "visitor_letter")
    op.drop_table("visitor_letter")

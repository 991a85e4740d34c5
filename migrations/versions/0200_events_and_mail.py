"""Mails know their language and the site that they are about; the event log has signed checkpoints and its last check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0200"
down_revision = "0190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as table:
        table.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="en"))
        table.add_column(sa.Column("reply_to", sa.String(254), nullable=False, server_default=""))
        table.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_outgoing_mail_site_id", "site", ["site_id"], ["id"])
        table.create_index("ix_outgoing_mail_site_id", ["site_id"])
    op.create_table(
        "event_checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_checkpoint"),
    )
    op.create_index("ix_event_checkpoint_event_id", "event_checkpoint", ["event_id"])
    op.create_table(
        "event_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_check"),
    )
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_actor", "event", ["actor", "id"])



def downgrade() -> None:
    op.drop_index("ix_event_actor", "event")
    op.drop_index("ix_event_at", "event")
    op.drop_table("event_check")
    op.drop_index("ix_event_checkpoint_event_id", "event_checkpoint")
    op.drop_table("event_checkpoint")
    with op.batch_alter_table("outgoing_mail") as table:
        table.drop_index("ix_outgoing_mail_site_id")
        table.drop_constraint("fk_outgoing_mail_site_id", type_="foreignkey")
        table.drop_column("site_id")
        table.drop_column("reply_to")
        table.drop_column("language")

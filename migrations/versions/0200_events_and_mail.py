"""Mails know their language and the site that they are about; the event log has signed checkpoints and its last check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0200"
down_revision = "0190"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as table:
        table.add_column(sa.Column("language", sa.String(10), nullable=False, server_default="en"))
        table.add_column(sa.Column("site_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_outgoing_mail_site_id", "site", ["site_id"], ["id"])
        table.create_index("ix_outgoing_mail_site_id", ["site_id"])


def downgrade() -> None:
    with op.batch_alter_table("outgoing_mail") as table:
        table.drop_index("ix_outgoing_mail_site_id")
        table.drop_constraint("fk_outgoing_mail_site_id", type_="foreignkey")
        table.drop_column("site_id")
        table.drop_column("language")

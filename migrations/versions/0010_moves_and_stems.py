"""A site keeps the stem of its secret; a move keeps what its confirmation hands back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site", sa.Column("secret_stem_hash", sa.String(64), nullable=True))
    op.add_column("site_move", sa.Column("secret", sa.Text(), nullable=False, server_default=""))
    op.add_column("site_move", sa.Column("huburl", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("site_move", "huburl")
    op.drop_column("site_move", "secret")
    op.drop_column("site", "secret_stem_hash")

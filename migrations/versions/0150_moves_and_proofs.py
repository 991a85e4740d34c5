"""Who asked from where and who was asked; who is kept out for some days; what was proven about an address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None

_ASKING = ("registration_attempt", "site_move")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_CONCERNED = sa.Enum("SITE", "ATTEMPT", "MOVE", name="concerned", native_enum=False, length=20)


def upgrade() -> None:
    for table in _ASKING:
        op.add_column(table, sa.Column("address", sa.String(45), nullable=False, server_default=""))
        op.add_column(table, sa.Column("mailed_to", sa.String(254), nullable=False, server_default=""))
        op.add_column(table, sa.Column("seen", _JSON, nullable=False, server_default="{}"))
    op.add_column("site_move", sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "registration_block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("concerns", _CONCERNED, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("url_key", sa.String(500), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_registration_block_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_registration_block"),
    )
    op.create_index("ix_registration_block_site_id", "registration_block", ["site_id"])
    op.create_table(
        "ownership_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("concerns", _CONCERNED, nullable=False),
        sa.Column("concerned_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("url_key", sa.String(500), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_ownership_proof_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ownership_proof"),
    )
    op.create_index("ix_ownership_proof_site_id", "ownership_proof", ["site_id"])


def downgrade() -> None:
    op.drop_table("ownership_proof")
    op.drop_table("registration_block")
    op.drop_column("site_move", "mailed_at")
    for table in _ASKING:
        for column in ("seen", "mailed_to", "address"):
            op.drop_column(table, column)

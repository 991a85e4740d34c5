"""The hub's own registration with a directory of hubs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=True),
        sa.Column("directory_url", sa.Text(), nullable=False),
        sa.Column("directory_key", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ASKED", "CONFIRMED", "LEAVING", "ENDED", name="state", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("directory_token", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=60), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_directory_membership_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_membership")),
        sa.UniqueConstraint("live", name=op.f("uq_directory_membership_live")),
    )


def downgrade() -> None:
    op.drop_table("directory_membership")

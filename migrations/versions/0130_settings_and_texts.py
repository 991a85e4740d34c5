"""Used solutions of the challenge; the hub password is kept as a hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from argon2 import PasswordHasher

revision = "0130"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "challenge_use",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiter", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_challenge_use"),
    )
    op.create_index("ix_challenge_use_expires_at", "challenge_use", ["expires_at"])
    op.create_index("ix_challenge_use_waiter", "challenge_use", ["waiter", "expires_at"])
    _hash_the_password()


def downgrade() -> None:
    op.drop_table("challenge_use")
    op.execute(sa.text("DELETE FROM setting WHERE name = 'password'"))  # a hash would be taken for the password itself


def _hash_the_password() -> None:
    setting = sa.table("setting", sa.column("name"), sa.column("value", sa.JSON))
    password = op.get_bind().scalar(sa.select(setting.c.value).where(setting.c.name == "password"))
    if password:
        change = sa.update(setting).where(setting.c.name == "password")
        op.execute(change.values(value=PasswordHasher().hash(str(password))))

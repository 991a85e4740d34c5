"""Nothing yet: the place of moves and proofs."""

from __future__ import annotations

revision = "0150"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

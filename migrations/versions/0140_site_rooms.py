"""Nothing yet: the place of site rooms."""

from __future__ import annotations

revision = "0140"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

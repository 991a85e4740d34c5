"""Nothing yet: the place of directory of hubs."""

from __future__ import annotations

revision = "0180"
down_revision = "0170"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

"""Nothing yet: the place of second factors."""

from __future__ import annotations

revision = "0120"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

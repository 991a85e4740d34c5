"""Visitors' pages: the newest courses, the licences that occur, and the counts of the statistics come from indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0030"
branch_labels = None
depends_on = None

LISTED = {"sqlite_where": sa.text("listed = 1"), "postgresql_where": sa.text("listed")}


def upgrade() -> None:
    op.create_index("ix_course_newest", "course", ["published_at", "id"], **LISTED)
    op.create_index("ix_course_licence", "course", ["licence", "listed"], **LISTED)
    op.create_index("ix_course_counted", "course", ["language", "subject", "educational_level", "audience", "listed"], **LISTED)


def downgrade() -> None:
    op.drop_index("ix_course_counted", "course")
    op.drop_index("ix_course_licence", "course")
    op.drop_index("ix_course_newest", "course")

"""Whether sites answer: the state in the site's row, and what became of each check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0160"
branch_labels = None
depends_on = None

LIVE = {"sqlite_where": sa.text("state = 'LIVE'"), "postgresql_where": sa.text("state = 'LIVE'")}
STATE = sa.Enum("UNKNOWN", "REACHABLE", "FAILING", "UNREACHABLE", name="reachability", native_enum=False, length=20)
STEP = sa.Enum("NONE", "TOLD", "WARNED", "HIDDEN", "ASKED", name="outagestep", native_enum=False, length=20)
NARROWED = [
    "state",
    "visible",
    "trusted",
    "prioritised",
    "country_code",
    "language_base",
    "release_number",
    "reachability",
    "registered_at",
]
LONG_AGO = "2000-01-01 00:00:00.000000"  # the sites that are here already are due: so many a minute


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("site", sa.Column("hidden_by", sa.String(20), nullable=False, server_default=""))
    op.add_column("site", sa.Column("reachability", STATE, nullable=False, server_default="UNKNOWN"))
    op.add_column("site", sa.Column("checked_at", moment, nullable=True))
    op.add_column("site", sa.Column("next_check_at", moment, nullable=False, server_default=LONG_AGO))
    op.add_column("site", sa.Column("unreachable_since", moment, nullable=True))
    op.add_column("site", sa.Column("failure_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("site", sa.Column("outage_step", STEP, nullable=False, server_default="NONE"))
    op.add_column("site", sa.Column("outage_step_at", moment, nullable=True))
    op.add_column("site", sa.Column("heard_at", moment, nullable=True))
    op.execute("UPDATE site SET hidden_by = 'moderator' WHERE NOT visible")
    op.create_index("ix_site_next_check_at", "site", ["next_check_at"], **LIVE)
    op.create_index("ix_site_reachability", "site", ["reachability", "state", "standing_rank", "name_key", "id"])
    op.create_index("ix_site_by_failure_count", "site", ["failure_count", "id"])
    op.create_index("ix_site_narrowed", "site", NARROWED)
    op.create_table(
        "site_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_check_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site_check"),
    )
    op.create_index("ix_site_check_site_id", "site_check", ["site_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_site_check_site_id", "site_check")
    op.drop_table("site_check")
    for name in ("ix_site_narrowed", "ix_site_by_failure_count", "ix_site_reachability", "ix_site_next_check_at"):
        op.drop_index(name, "site")
    for name in (
        "heard_at",
        "outage_step_at",
        "outage_step",
        "failure_count",
        "unreachable_since",
        "next_check_at",
        "checked_at",
        "reachability",
        "hidden_by",
    ):
        op.drop_column("site", name)

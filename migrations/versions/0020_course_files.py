"""Courses: what a waiting version does to screenshots, counts of downloads and of received bytes, the waiting notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('course_version', sa.Column('deletes_screenshots', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('ix_course_file_waiting', 'course_file', ['course_id'], sqlite_where=sa.text('waiting = 1'), postgresql_where=sa.text('waiting'))
    op.create_table('backup_downloads',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('download_count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_backup_downloads_course_id')),
    sa.PrimaryKeyConstraint('course_id', 'day', name=op.f('pk_backup_downloads'))
    )
    op.create_table('received_bytes',
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('byte_count', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_received_bytes_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'day', name=op.f('pk_received_bytes'))
    )
    notice = op.create_table('course_waiting_notice',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_waiting_notice'))
    )
    op.bulk_insert(notice, [{'id': 1, 'told_at': None}])


def downgrade() -> None:
    op.drop_table('course_waiting_notice')
    op.drop_table('received_bytes')
    op.drop_table('backup_downloads')
    op.drop_index('ix_course_file_waiting', table_name='course_file')
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.drop_column('deletes_screenshots')

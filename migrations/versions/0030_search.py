"""The search index: an entry per listed course, and its tokens in what each database has for full text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0030'
down_revision = '0010'
branch_labels = None
depends_on = None

SORTABLE = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table('course_index_entry',
    sa.Column('course_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=False),
    sa.Column('language', sa.String(length=3), nullable=False),
    sa.Column('fullname_key', SORTABLE, nullable=False),
    sa.Column('publisher_key', SORTABLE, nullable=False),
    sa.PrimaryKeyConstraint('course_id', name=op.f('pk_course_index_entry')),
    postgresql_with={'toast_tuple_target': 8160}
    )
    op.create_index('ix_course_index_entry_rank', 'course_index_entry', ['rank'], unique=True)
    op.create_index('ix_course_index_entry_language', 'course_index_entry', ['language'])
    op.create_index('ix_course_index_entry_fullname', 'course_index_entry', ['fullname_key', 'course_id', 'rank'])
    op.create_index('ix_course_index_entry_publisher', 'course_index_entry', ['publisher_key', 'course_id', 'rank'])
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("""CREATE VIRTUAL TABLE course_index USING fts5(
            tokens, tokenize = "ascii tokenchars '~^=@:*._-#'", detail = none, columnsize = 0)""")
    else:
        op.add_column('course_index_entry', sa.Column('tokens', postgresql.TSVECTOR(), nullable=False))
        op.execute('ALTER TABLE course_index_entry ALTER COLUMN tokens SET STATISTICS 250')
        # Without fastupdate: a search would have to read through the whole list of what is not sorted in yet.
        op.create_index('ix_course_index_entry_tokens', 'course_index_entry', ['tokens'], postgresql_using='gin', postgresql_with={'fastupdate': 'off'})
        op.create_index('ix_course_index_entry_age', 'course_index_entry', [sa.text('(rank & 4611686018427387903)')])


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TABLE course_index')
    op.drop_table('course_index_entry')

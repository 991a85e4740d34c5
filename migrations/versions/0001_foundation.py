"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('event',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('subject_type', sa.String(length=20), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=True),
    sa.Column('personal_digest', sa.String(length=64), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_kind'), ['kind'], unique=False)
        batch_op.create_index('ix_event_subject', ['subject_type', 'subject_id', 'id'], unique=False)

    op.create_table('obsolete_file',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_obsolete_file'))
    )
    op.create_table('outgoing_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('recipient', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=500), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempt_count', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_mail')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outgoing_mail_message_id'))
    )
    with op.batch_alter_table('outgoing_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outgoing_mail_next_attempt_at'), ['next_attempt_at'], unique=False)

    op.create_table('setting',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting'))
    )
    op.create_table('site',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('LIVE', 'UNREGISTERED', 'REMOVED', name='sitestate', native_enum=False, length=20), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('url_key', sa.String(length=500), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('signing_key', sa.Text(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=30), nullable=False),
    sa.Column('contact_name', sa.String(length=255), nullable=False),
    sa.Column('contact_email', sa.String(length=254), nullable=False),
    sa.Column('contact_phone', sa.String(length=100), nullable=False),
    sa.Column('contactable', sa.Boolean(), nullable=False),
    sa.Column('email_alert', sa.Boolean(), nullable=False),
    sa.Column('privacy', sa.Enum('NOT_DISPLAYED', 'NAMED', 'LINKED', name='siteprivacy', native_enum=False, length=20), nullable=False),
    sa.Column('street', sa.Text(), nullable=False),
    sa.Column('region_code', sa.String(length=20), nullable=False),
    sa.Column('country_code', sa.String(length=2), nullable=False),
    sa.Column('geolocation', sa.Text(), nullable=False),
    sa.Column('moodle_version', sa.String(length=40), nullable=False),
    sa.Column('moodle_release', sa.String(length=100), nullable=False),
    sa.Column('organisation_type', sa.String(length=10), nullable=False),
    sa.Column('figures', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('extras', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('visible', sa.Boolean(), nullable=False),
    sa.Column('trusted', sa.Boolean(), nullable=False),
    sa.Column('prioritised', sa.Boolean(), nullable=False),
    sa.Column('trust_paused', sa.Boolean(), nullable=False),
    sa.Column('publications_a_day', sa.Integer(), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contact_changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('previous_contact_email', sa.String(length=254), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site'))
    )
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.create_index('ix_site_listing', ['state', 'prioritised', 'trusted', 'visible', 'name'], unique=False)
        batch_op.create_index('ix_site_secret_hash', ['secret_hash'], unique=False)
        batch_op.create_index('ix_site_url_key', ['url_key'], unique=False)
        batch_op.create_index('uq_site_live_secret_hash', ['secret_hash'], unique=True, sqlite_where=sa.text("state = 'LIVE'"), postgresql_where=sa.text("state = 'LIVE'"))
        batch_op.create_index('uq_site_live_url_key', ['url_key'], unique=True, sqlite_where=sa.text("state = 'LIVE'"), postgresql_where=sa.text("state = 'LIVE'"))

    op.create_table('totals',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('site_count', sa.Integer(), nullable=False),
    sa.Column('enrollable_count', sa.Integer(), nullable=False),
    sa.Column('downloadable_count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_totals'))
    )
    op.create_table('user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=100), nullable=False),
    sa.Column('username_key', sa.String(length=100), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('role', sa.Enum('ADMINISTRATOR', 'MODERATOR', 'AUDITOR', name='role', native_enum=False, length=20), nullable=False),
    sa.Column('banned', sa.Boolean(), nullable=False),
    sa.Column('wants_mail', sa.Boolean(), nullable=False),
    sa.Column('session_number', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('username_key', name=op.f('uq_user_username_key'))
    )
    op.create_table('blocked_secret',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('stem_hash', sa.String(length=64), nullable=True),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('url_key', sa.String(length=500), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_blocked_secret_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blocked_secret'))
    )
    with op.batch_alter_table('blocked_secret', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_blocked_secret_secret_hash'), ['secret_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_blocked_secret_stem_hash'), ['stem_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_blocked_secret_url_key'), ['url_key'], unique=False)

    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('course_id_on_site', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('ENROLLABLE', 'DOWNLOADABLE', name='kind', native_enum=False, length=20), nullable=False),
    sa.Column('standing', sa.Enum('WAITING', 'SHOWN', 'TRUSTED', 'HIDDEN', name='standing', native_enum=False, length=20), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('modified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('screenshot_count', sa.Integer(), nullable=False),
    sa.Column('backup_size', sa.BigInteger(), nullable=True),
    sa.Column('fullname', sa.String(length=255), nullable=False),
    sa.Column('shortname', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=30), nullable=False),
    sa.Column('publisher_name', sa.String(length=255), nullable=False),
    sa.Column('publisher_email', sa.String(length=254), nullable=False),
    sa.Column('creator_name', sa.String(length=255), nullable=False),
    sa.Column('contributor_names', sa.Text(), nullable=False),
    sa.Column('coverage', sa.Text(), nullable=False),
    sa.Column('licence', sa.String(length=100), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('audience', sa.String(length=30), nullable=False),
    sa.Column('educational_level', sa.String(length=30), nullable=False),
    sa.Column('creator_notes', sa.Text(), nullable=False),
    sa.Column('creator_notes_format', sa.Integer(), nullable=False),
    sa.Column('course_url', sa.Text(), nullable=False),
    sa.Column('demo_url', sa.Text(), nullable=False),
    sa.Column('contents', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('outcomes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_course_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_index('ix_course_site_id', ['site_id', 'published_at'], unique=False)
        batch_op.create_index('ix_course_standing', ['standing', 'modified_at'], unique=False)
        batch_op.create_index('uq_course_enrollable', ['site_id', 'course_id_on_site'], unique=True, sqlite_where=sa.text("kind = 'ENROLLABLE'"), postgresql_where=sa.text("kind = 'ENROLLABLE'"))

    op.create_table('event_details',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_details_event_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_details'))
    )
    op.create_table('registration_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('huburl', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'ACCEPTED', 'DENIED', 'EXPIRED', name='attemptstate', native_enum=False, length=20), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_registration_attempt_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_attempt'))
    )
    with op.batch_alter_table('registration_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registration_attempt_link_hash'), ['link_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_registration_attempt_site_id'), ['site_id'], unique=False)
        batch_op.create_index('uq_registration_attempt_open', ['site_id', 'secret_hash'], unique=True, sqlite_where=sa.text("state = 'OPEN'"), postgresql_where=sa.text("state = 'OPEN'"))

    op.create_table('site_matter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('NEW_NAME', 'RETURNED', 'MOVE', 'DISOWNED', 'CHANGE_HELD', name='matterkind', native_enum=False, length=40), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_matter_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_matter'))
    )
    with op.batch_alter_table('site_matter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_site_matter_closed_at'), ['closed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_site_matter_site_id'), ['site_id'], unique=False)

    op.create_table('site_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=False),
    sa.Column('new_url', sa.Text(), nullable=False),
    sa.Column('new_url_key', sa.String(length=500), nullable=False),
    sa.Column('link_hash', sa.String(length=64), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('state', sa.Enum('WAITING', 'ACCEPTED', 'REFUSED', name='movestate', native_enum=False, length=20), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_move_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_move'))
    )
    with op.batch_alter_table('site_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_site_move_link_hash'), ['link_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_site_move_site_id'), ['site_id'], unique=False)
        batch_op.create_index('uq_site_move_waiting', ['site_id'], unique=True, sqlite_where=sa.text("state = 'WAITING'"), postgresql_where=sa.text("state = 'WAITING'"))

    op.create_table('token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('service', sa.Enum('SITE', 'PUBLIC', 'DIRECTORY', name='service', native_enum=False, length=20), nullable=False),
    sa.Column('site_id', sa.Integer(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_reason', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_token_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('hash', name=op.f('uq_token_hash'))
    )
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_token_site_id'), ['site_id'], unique=False)

    op.create_table('course_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('BACKUP', 'SCREENSHOT', name='filekind', native_enum=False, length=20), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('waiting', sa.Boolean(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content_type', sa.String(length=60), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_file_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_file')),
    sa.UniqueConstraint('course_id', 'kind', 'number', 'waiting', name=op.f('uq_course_file_course_id_kind_number_waiting')),
    sa.UniqueConstraint('key', name=op.f('uq_course_file_key'))
    )
    with op.batch_alter_table('course_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_file_course_id'), ['course_id'], unique=False)

    op.create_table('course_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('WAITING', 'CURRENT', 'SUPERSEDED', 'REFUSED', name='versionstate', native_enum=False, length=20), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fullname', sa.String(length=255), nullable=False),
    sa.Column('shortname', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=30), nullable=False),
    sa.Column('publisher_name', sa.String(length=255), nullable=False),
    sa.Column('publisher_email', sa.String(length=254), nullable=False),
    sa.Column('creator_name', sa.String(length=255), nullable=False),
    sa.Column('contributor_names', sa.Text(), nullable=False),
    sa.Column('coverage', sa.Text(), nullable=False),
    sa.Column('licence', sa.String(length=100), nullable=False),
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('audience', sa.String(length=30), nullable=False),
    sa.Column('educational_level', sa.String(length=30), nullable=False),
    sa.Column('creator_notes', sa.Text(), nullable=False),
    sa.Column('creator_notes_format', sa.Integer(), nullable=False),
    sa.Column('course_url', sa.Text(), nullable=False),
    sa.Column('demo_url', sa.Text(), nullable=False),
    sa.Column('contents', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('outcomes', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_version_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_version')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_version_course_id_number'))
    )
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_version_course_id'), ['course_id'], unique=False)
        batch_op.create_index('uq_course_version_waiting', ['course_id'], unique=True, sqlite_where=sa.text("state = 'WAITING'"), postgresql_where=sa.text("state = 'WAITING'"))


    op.execute("INSERT INTO totals (id, site_count, enrollable_count, downloadable_count) VALUES (1, 0, 0, 0)")


def downgrade() -> None:
    with op.batch_alter_table('course_version', schema=None) as batch_op:
        batch_op.drop_index('uq_course_version_waiting', sqlite_where=sa.text("state = 'WAITING'"), postgresql_where=sa.text("state = 'WAITING'"))
        batch_op.drop_index(batch_op.f('ix_course_version_course_id'))

    op.drop_table('course_version')
    with op.batch_alter_table('course_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_course_file_course_id'))

    op.drop_table('course_file')
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_token_site_id'))

    op.drop_table('token')
    with op.batch_alter_table('site_move', schema=None) as batch_op:
        batch_op.drop_index('uq_site_move_waiting', sqlite_where=sa.text("state = 'WAITING'"), postgresql_where=sa.text("state = 'WAITING'"))
        batch_op.drop_index(batch_op.f('ix_site_move_site_id'))
        batch_op.drop_index(batch_op.f('ix_site_move_link_hash'))

    op.drop_table('site_move')
    with op.batch_alter_table('site_matter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_site_matter_site_id'))
        batch_op.drop_index(batch_op.f('ix_site_matter_closed_at'))

    op.drop_table('site_matter')
    with op.batch_alter_table('registration_attempt', schema=None) as batch_op:
        batch_op.drop_index('uq_registration_attempt_open', sqlite_where=sa.text("state = 'OPEN'"), postgresql_where=sa.text("state = 'OPEN'"))
        batch_op.drop_index(batch_op.f('ix_registration_attempt_site_id'))
        batch_op.drop_index(batch_op.f('ix_registration_attempt_link_hash'))

    op.drop_table('registration_attempt')
    op.drop_table('event_details')
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.drop_index('uq_course_enrollable', sqlite_where=sa.text("kind = 'ENROLLABLE'"), postgresql_where=sa.text("kind = 'ENROLLABLE'"))
        batch_op.drop_index('ix_course_standing')
        batch_op.drop_index('ix_course_site_id')

    op.drop_table('course')
    with op.batch_alter_table('blocked_secret', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_blocked_secret_url_key'))
        batch_op.drop_index(batch_op.f('ix_blocked_secret_stem_hash'))
        batch_op.drop_index(batch_op.f('ix_blocked_secret_secret_hash'))

    op.drop_table('blocked_secret')
    op.drop_table('user')
    op.drop_table('totals')
    with op.batch_alter_table('site', schema=None) as batch_op:
        batch_op.drop_index('uq_site_live_url_key', sqlite_where=sa.text("state = 'LIVE'"), postgresql_where=sa.text("state = 'LIVE'"))
        batch_op.drop_index('uq_site_live_secret_hash', sqlite_where=sa.text("state = 'LIVE'"), postgresql_where=sa.text("state = 'LIVE'"))
        batch_op.drop_index('ix_site_url_key')
        batch_op.drop_index('ix_site_secret_hash')
        batch_op.drop_index('ix_site_listing')

    op.drop_table('site')
    op.drop_table('setting')
    with op.batch_alter_table('outgoing_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outgoing_mail_next_attempt_at'))

    op.drop_table('outgoing_mail')
    op.drop_table('obsolete_file')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_subject')
        batch_op.drop_index(batch_op.f('ix_event_kind'))

    op.drop_table('event')

"""What listed courses have: so far, in which languages they are."""

from __future__ import annotations

import sqlalchemy as sa

from hub.extensions import db

# From each language straight to the next one in the index, however many courses have it.
_LANGUAGES = sa.text(
    """
    WITH RECURSIVE listed (language) AS (
        SELECT min(language) FROM course_index_entry
        UNION ALL
        SELECT (SELECT min(language) FROM course_index_entry WHERE language > listed.language)
        FROM listed WHERE listed.language IS NOT NULL
    ) SELECT language FROM listed WHERE language <> ''
    """
)


def languages() -> list[str]:
    """The languages (base codes) that at least one listed course has."""
    return list(db.session.execute(_LANGUAGES).scalars())

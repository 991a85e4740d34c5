"""The static rank: one number per listing that holds its whole order, prioritised sites first, then newest, then id.

Bit 62 says whether the site is prioritised, 33 bits are the seconds of the last change, 29 bits are the course's id:
from a rank follow order and course without another look-up.
"""

from __future__ import annotations

from datetime import datetime

from hub import clock

_ID_BITS = 29
_SECONDS_BITS = 33

PRIORITISED = 1 << (_SECONDS_BITS + _ID_BITS)
ID_MASK = (1 << _ID_BITS) - 1
AGE_MASK = PRIORITISED - 1  # what is left of a rank when priority does not count


def rank(course_id: int, modified_at: datetime, prioritised: bool) -> int:
    """The rank of a listing; the higher, the earlier it is found."""
    if not 0 < course_id <= ID_MASK:
        raise ValueError(f"course {course_id} does not fit into a rank of {_ID_BITS} bits")
    seconds = min(max(clock.to_unix(modified_at), 0), (1 << _SECONDS_BITS) - 1)
    return (PRIORITISED if prioritised else 0) | seconds << _ID_BITS | course_id


def course_id(rank: int) -> int:
    """The course that has this rank."""
    return rank & ID_MASK

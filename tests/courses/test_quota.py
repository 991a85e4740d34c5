"""How many courses a site may publish: decided from values alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.courses import quota
from hub.courses.quota import PublicationLimitReached, PublicationNotAllowed, Quota

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=each) for each in hours]


@pytest.mark.parametrize(
    ("of_site", "of_hub", "holds"), [(None, 20, 20), (5, 20, 5), (0, 20, 0), (None, None, None), (5, None, 5)]
)
def test_the_sites_number_goes_before_the_hubs_t43_b_27(
    of_site: int | None, of_hub: int | None, holds: int | None
) -> None:
    assert quota.maximum(of_site, of_hub) == holds


@pytest.mark.parametrize(
    ("maximum", "published", "left"), [(3, 0, 3), (3, 2, 1), (3, 3, 0), (3, 5, 0), (0, 0, 0), (None, 99, None)]
)
def test_what_is_left_is_the_rest_and_never_less_than_nothing_b_27(
    maximum: int | None, published: int, left: int | None
) -> None:
    assert Quota(maximum, hours_ago(*[1] * published)).left == left


@pytest.mark.parametrize("maximum", [None, 1, 3])
def test_one_more_may_be_published_while_there_is_room(maximum: int | None) -> None:
    Quota(maximum, []).require_one(NOW)


@pytest.mark.parametrize("published", [0, 1])
def test_0_means_none_even_for_the_first_course_of_a_day_b_27(published: int) -> None:
    with pytest.raises(PublicationNotAllowed):
        Quota(0, hours_ago(*[1] * published)).require_one(NOW)


@pytest.mark.parametrize(
    ("maximum", "ages", "wait"), [(1, [20], 4), (2, [23, 1], 1), (2, [22, 5, 1], 19), (3, [3, 2, 1], 21)]
)
def test_the_wait_lasts_until_a_place_is_really_free_b_27(maximum: int, ages: list[int], wait: int) -> None:
    with pytest.raises(PublicationLimitReached) as raised:
        Quota(maximum, hours_ago(*ages)).require_one(NOW)
    assert (raised.value.maximum, raised.value.wait) == (maximum, timedelta(hours=wait))
    assert f"{wait} hour" in raised.value.message


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(hours=3), "3 hours"),
        (timedelta(hours=1, minutes=1), "1 hour and 1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(0), "1 minute"),
        (timedelta(hours=24), "24 hours"),
    ],
)
def test_the_wait_is_told_in_words(wait: timedelta, words: str) -> None:
    assert quota.in_words(wait) == words

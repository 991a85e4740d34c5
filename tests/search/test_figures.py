"""What a search costs beside the original's query: a million courses in the long run, a small world in every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import search


@pytest.mark.sqlite
def test_the_benchmark_measures_ten_mixed_queries_of_which_most_find_something(tmp_path: Path) -> None:
    measured = search.measure("sqlite", 300, tmp_path)
    assert len(measured) == 10
    assert sum(each.hits != "0" for each in measured) >= 7


@pytest.mark.long
@pytest.mark.sqlite
@pytest.mark.timeout(7200)
def test_among_a_million_courses_the_core_is_a_thousand_times_cheaper_than_the_original_s_query(tmp_path: Path) -> None:
    assert search.ratio(search.measure("sqlite", 1_000_000, tmp_path)) >= search.BAR

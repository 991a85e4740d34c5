"""Every assertion and every defect has its test, and the documents say which."""

from __future__ import annotations

from tests.conformance import tables


def test_every_assertion_has_a_test_or_a_later_owner() -> None:
    assert tables.missing(tables.conformance()) == []


def test_every_defect_of_the_original_has_a_test_or_a_later_owner() -> None:
    assert tables.missing(tables.defects()) == []


def test_the_documents_say_what_the_tests_say() -> None:
    written = [(tables.DOCS / name).read_text(encoding="utf-8") for name in ("conformance.md", "defects.md")]
    assert written == [tables.conformance(), tables.defects()], "run: python -m tests.conformance.tables"

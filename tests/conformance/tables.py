"""docs/conformance.md and docs/defects.md, made from the numbers in the names of tests.

``python -m tests.conformance.tables`` writes them; a test compares them with what the tests say today.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
DOCS = TESTS.parent / "docs"

CONFORMANCE_HEAD = """# Conformance: what real Moodles rely on

Each line is an assertion about how the hub answers unmodified Moodle sites, by its number in the protocol's client
checklist, with the tests that hold it. Made from the names of the tests: `python -m tests.conformance.tables`.

| number | assertion | held by |
| --- | --- | --- |
"""

DEFECTS_HEAD = """# Defects of the original hub that ours must not repeat

Each line is a finding about the original, by its number in the protocol's list, with the tests that prove ours free of
it. Made from the names of the tests: `python -m tests.conformance.tables`.

| number | finding about the original | ours is held by |
| --- | --- | --- |
"""


def conformance() -> str:
    """The text of docs/conformance.md."""
    return CONFORMANCE_HEAD + "".join(_lines("assertions.tsv", lambda number: f"assertion_{int(number):03d}"))


def defects() -> str:
    """The text of docs/defects.md."""
    return DEFECTS_HEAD + "".join(_lines("defects.tsv", lambda number: number.lower().replace("-", "_")))


def missing(text: str) -> list[str]:
    """The numbers whose line names neither a test nor a later owner."""
    return re.findall(r"^\| (\S+) \|[^|]*\| nothing yet \|$", text, re.MULTILINE)


def _lines(name: str, mark_of: Callable[[str], str]) -> Iterator[str]:
    tests = _tests_by_mark()
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        number, statement, *later = line.split("\t")
        held = tests.get(mark_of(number), [])
        holders = "<br>".join(f"`{each}`" for each in held)
        if not held:
            holders = f"comes with {later[0]}" if later else "nothing yet"
        yield f"| {number} | {statement} | {holders} |\n"


def _tests_by_mark() -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for mark in _marks(node.name):
                    found[mark].append(f"{path.relative_to(TESTS.parent)}::{node.name}")
    return found


def _marks(name: str) -> set[str]:
    """The numbers in a test's name: ``assertions_024_025`` and ``assertion_024_and_025`` name two."""
    marks: set[str] = set()
    name = name.lower()
    for run in re.findall(r"assertions?((?:_(?:and_|to_)?\d{1,3}(?!\d))+)", name):
        numbers = re.findall(r"(to_)?(\d{1,3})", run)
        for position, (to, number) in enumerate(numbers):
            first = int(numbers[position - 1][1]) + 1 if to else int(number)
            marks |= {f"assertion_{each:03d}" for each in range(first, int(number) + 1)}
    for run in re.findall(r"(?:^|_)b((?:_\d{2}(?!\d))+)", name):
        marks |= {f"b_{number}" for number in re.findall(r"\d{2}", run)}
    for run in re.findall(r"(?:^|_)b(\d{2})(?=_|$)", name):
        marks.add(f"b_{run}")
    return marks


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    (DOCS / "conformance.md").write_text(conformance(), encoding="utf-8")
    (DOCS / "defects.md").write_text(defects(), encoding="utf-8")

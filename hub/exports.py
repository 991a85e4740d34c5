"""Lists that leave the hub as files: streamed row by row, as CSV for spreadsheets or as JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """A header and a line for each row; no cell can become a formula, whatever somebody has called their site."""
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row.get(name)) for name in columns])


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """A list of objects, an object a line."""
    separator = "[\n"
    for row in rows:
        yield separator + json_text(row)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def json_text(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON; moments in ISO 8601."""
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=indent)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping | list | tuple):
        return json_text(value)
    text = _plain(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()

"""The address being answered, and addresses made from it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request

from hub import fields

LARGEST_ID = 2**31 - 1
LAST_PAGE = 1_000_000  # further than any list goes; keeps offsets within what databases take


def local(path: str) -> str:
    """The path as a browser has to ask for it, also when the hub lies below a prefix."""
    return request.script_root + path


def asked_page() -> int:
    """The page of a list that is asked for, from 0; 0 for what is no page."""
    return min(max(asked_number("page"), 0), LAST_PAGE)


def asked_number(name: str) -> int:
    """A number in the address that can be the id of a row; 0 for what cannot, and for none."""
    try:
        number = fields.integer(request.args.get(name, "0"))
    except ValueError:
        return 0
    return number if abs(number) <= LARGEST_ID else 0


def same_page(number: int) -> str:
    """The address being answered, with another page number (from 0)."""
    return _changed(page=number or None)


def without(name: str) -> str:
    """The address being answered without one of its parameters, from the first page on."""
    return _changed(page=None, **{name: None})


def changed(**values: Any) -> str:
    """The address being answered, with these parameters instead, and without those that are None."""
    return _changed(**values)


def _changed(**changed: Any) -> str:
    kept = {name: values for name, values in request.args.to_dict(flat=False).items() if name not in changed}
    given = {name: value for name, value in changed.items() if value is not None}
    query = urlencode({**kept, **given}, doseq=True)
    return request.script_root + request.path + (f"?{query}" if query else "")

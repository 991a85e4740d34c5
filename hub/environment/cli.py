"""hub check: whether everything is there that this hub needs."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from hub.commands import as_json, json_option, say
from hub.environment.requirements import Verdict, examine_all

_SIGN = {Verdict.GOOD: "ok  ", Verdict.DOUBTFUL: "look", Verdict.FAILED: "FAIL"}


@click.command("check")
@json_option
@with_appcontext
def check(json: bool) -> None:
    """Look at what the hub needs; the status is 1 when something is missing."""
    found = examine_all()
    if json:
        as_json(
            [
                {"check": each.key, "verdict": finding.verdict.value, "found": finding.found, "cure": finding.cure}
                for each, finding in found
            ]
        )
    else:
        for each, finding in found:
            say(f"{_SIGN[finding.verdict]}  {each.label}: {finding.found}")
            if finding.cure:
                say(f"      {finding.cure}")
    if any(finding.verdict is Verdict.FAILED for _, finding in found):
        sys.exit(1)

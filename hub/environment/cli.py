"""hub check: whether everything is there that this hub needs."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from hub.commands import as_json, json_option, say
from hub.environment.requirements import Finding, Requirement, Verdict, examine_all, failed, good
from hub.events.record import COMMAND
from hub.mail import jobs as mail

_SIGN = {Verdict.GOOD: "ok  ", Verdict.DOUBTFUL: "look", Verdict.FAILED: "FAIL"}


@click.command("check")
@click.option("--test-mail", metavar="ADDRESS", help="Send a mail there too, and say what the mail server answered.")
@json_option
@with_appcontext
def check(json: bool, test_mail: str | None) -> None:
    """Look at what the hub needs; the status is 1 when something is missing."""
    found = examine_all()
    if test_mail:
        found.append(_tried(test_mail))
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


def _tried(address: str) -> tuple[Requirement, Finding]:
    tried = mail.tried(address, by=COMMAND)
    finding = failed(tried.problem, "Mend what the server names.") if tried.problem else good(f"Taken for {address}.")
    return Requirement("test mail", "Test mail", lambda: finding, 99), finding

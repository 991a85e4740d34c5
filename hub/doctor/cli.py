"""The doctor for operators: sees everything, and asks as often as it is told to."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from hub.commands import as_json, json_option, say
from hub.doctor import wording
from hub.doctor.examination import Doctor
from hub.doctor.findings import Finding, Report, Verdict
from hub.doctor.views import as_object

_SIGNS = {Verdict.GOOD: "ok", Verdict.WARNING: "look", Verdict.BAD: "BAD", Verdict.NOT_ASKED: "-"}


@click.command("doctor")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@json_option
@with_appcontext
def doctor(urls: tuple[str, ...], json: bool) -> None:
    """Say step by step what the hub sees of a site, and how to mend what is wrong."""
    known: Doctor = current_app.extensions["doctor"]
    agent = known.client.user_agent
    reports = [known.examine(url) for url in urls]
    if json:
        as_json([as_object(report, agent) for report in reports])
    else:
        for report in reports:
            _say(report, agent)
    if any(report.verdict is Verdict.BAD for report in reports):
        raise click.exceptions.Exit(1)


def _say(report: Report, agent: str) -> None:
    say(f"{report.url}: {wording.headline(report)}")
    for finding in report.findings:
        _say_step(finding, agent)


def _say_step(finding: Finding, agent: str) -> None:
    say(f"  {_SIGNS[finding.verdict]:>4}  {wording.STEPS[finding.step]}: {wording.sentence(finding, agent)}")
    if cure := wording.cure(finding, agent):
        say(f"        {cure}")

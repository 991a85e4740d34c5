"""Keeps reports for an hour: the newest one of each address."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

import sqlalchemy as sa

from hub import clock
from hub.doctor import reading
from hub.doctor.cleaning import cleaned
from hub.doctor.findings import Finding, Report, Step, Verdict
from hub.doctor.models import DoctorReport
from hub.extensions import db

KEPT = timedelta(hours=1)
FRESH = timedelta(minutes=5)  # younger than this, a report answers for another examination


def doctor_url(site_url: str) -> str:
    """The path of the doctor's page about a site: with its report while there is one, else ready to examine it."""
    return f"/doctor?{urlencode({'url': site_url})}"


def keep(report: Report) -> None:
    """Let this be the report about its address."""
    db.session.execute(sa.delete(DoctorReport).where(DoctorReport.url_hash == _hash(report.url)))
    row = DoctorReport(url_hash=_hash(report.url), url=report.url, asked_at=report.asked_at, content=report.stored())
    db.session.add(row)


def forget_old() -> None:
    """Delete what is not shown any more."""
    db.session.execute(sa.delete(DoctorReport).where(DoctorReport.asked_at < clock.now() - KEPT))


def keep_glance(url: str, sentence: str) -> None:
    """Let this be known of a site that a registration could not reach, until somebody examines it."""
    read = reading.read(url)
    seen = Finding(Step.ANSWER, Verdict.BAD, "probed", {"sentence": cleaned(sentence, 600)})
    keep(Report(read.url, clock.now(), False, (read.finding, seen), whole=False))


def find(text: str) -> Report | None:
    """The report about the site at this address; about one that cannot be read there is nothing else to ask."""
    read = reading.read(text)
    if read.target is None:
        return Report(read.url, clock.now(), False, (read.finding,)) if text.strip() else None
    row = db.session.get(DoctorReport, _hash(read.url))
    if row is None or row.asked_at < clock.now() - KEPT:
        return None
    return _as_typed(Report.from_stored(row.url, row.asked_at, row.content), read.finding)


def find_fresh(text: str, now: datetime) -> Report | None:
    """The same, if nobody has to be asked again yet."""
    report = find(text)
    return report if report and report.whole and report.asked_at > now - FRESH else None


def _as_typed(report: Report, finding: Finding) -> Report:
    """The report, about the address as it was typed this time."""
    first, *others = report.findings
    return report if first.verdict is Verdict.BAD else replace(report, findings=(finding, *others))


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()

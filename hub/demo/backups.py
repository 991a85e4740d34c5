"""Backups for the demo's downloadable courses: small archives with the outline of a Moodle course."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def backup(course: dict[str, Any]) -> bytes:
    """A zip archive that says of itself what the listing says: name, language and activities."""
    stored = BytesIO()
    with ZipFile(stored, "w", ZIP_DEFLATED) as archive:
        archive.writestr("moodle_backup.xml", _manifest(course))
        archive.writestr("course/course.xml", _course(course))
        for number, activity in enumerate(_activities(course), start=1):
            folder = f"activities/{activity['modulename']}_{number}"
            archive.writestr(f"{folder}/module.xml", f'{_DECLARATION}<module id="{number}"/>\n')
    return stored.getvalue()


def _activities(course: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in course["contents"] if each["moduletype"] == "activity"]


def _manifest(course: dict[str, Any]) -> str:
    activities = "".join(
        f"<activity><moduleid>{number}</moduleid><modulename>{escape(each['modulename'])}</modulename></activity>"
        for number, each in enumerate(_activities(course), start=1)
    )
    return (
        f"{_DECLARATION}<moodle_backup><information><name>demo.mbz</name><type>course</type>"
        f"<original_course_fullname>{escape(course['fullname'])}</original_course_fullname>"
        f"<contents><activities>{activities}</activities></contents></information></moodle_backup>\n"
    )


def _course(course: dict[str, Any]) -> str:
    return (
        f'{_DECLARATION}<course id="{course["sitecourseid"]}"><shortname>{escape(course["shortname"])}</shortname>'
        f"<fullname>{escape(course['fullname'])}</fullname><lang>{escape(course['language'])}</lang></course>\n"
    )

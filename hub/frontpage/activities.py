"""What a course is made of, in words: the activity modules of Moodle, and those that others wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

NAMES = {
    "assign": _("Assignments"),
    "assignment": _("Assignments (2.2)"),
    "bigbluebuttonbn": _("BigBlueButton rooms"),
    "book": _("Books"),
    "chat": _("Chats"),
    "choice": _("Choices"),
    "data": _("Databases"),
    "feedback": _("Feedback"),
    "folder": _("Folders"),
    "forum": _("Forums"),
    "glossary": _("Glossaries"),
    "h5pactivity": _("H5P"),
    "imscp": _("IMS packages"),
    "label": _("Labels"),
    "lesson": _("Lessons"),
    "lti": _("External tools"),
    "page": _("Pages"),
    "qbank": _("Question banks"),
    "quiz": _("Quizzes"),
    "resource": _("Files"),
    "scorm": _("SCORM packages"),
    "subsection": _("Subsections"),
    "survey": _("Surveys"),
    "url": _("Links"),
    "wiki": _("Wikis"),
    "workshop": _("Workshops"),
}


def title(module: str) -> str:
    """The activity in words; a module that others wrote stands for itself."""
    return str(NAMES.get(module, module))


def activities(contents: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Activities with their numbers, the most frequent first; blocks say nothing about a course and are left out."""
    counted = ((title(each["modulename"]), each["contentcount"]) for each in contents if _is_activity(each))
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))


def _is_activity(content: Mapping[str, Any]) -> bool:
    return content.get("moduletype") == "activity" and content.get("contentcount", 0) > 0

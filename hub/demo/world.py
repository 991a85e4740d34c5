"""The plan of the demo world: its sites, what they publish, what became of it. Nothing is stored here."""

from __future__ import annotations

import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.demo.lists import TONGUES, TOPICS, Tongue, Topic

LEVELS = ("primary", "secondary", "secondary", "secondary", "tertiary", "tertiary", "corporate", "association", "other")
LICENCES = ("cc", "cc-sa", "cc-nc-sa", "cc-nc-sa-4.0", "cc-4.0", "public", "allrightsreserved", "unknown")
RELEASES = (
    ("2012062501.11", "2.3.1+ (Build: 20120801)"),
    ("2014111005.02", "2.8.5+ (Build: 20150319)"),
    ("2017051501.00", "3.3.1+ (Build: 20170727)"),
    ("", "3.9.2 (Build: 20200914)"),
    ("", "4.1.5 (Build: 20230814)"),
    ("", "4.5.6+ (Build: 20250816)"),
    ("", "5.1 (Build: 20251006)"),
)
ACTIVITIES = (
    "forum",
    "page",
    "quiz",
    "assign",
    "resource",
    "url",
    "glossary",
    "h5pactivity",
    "book",
    "choice",
    "lesson",
)


class Fate(enum.Enum):
    """What the demo's moderators did with a course."""

    SHOWN = "shown"
    WAITING = "waiting"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class SitePlan:
    """A site of the demo world, told as a site tells it."""

    number: int
    tongue: Tongue
    told: dict[str, Any]
    secret: str
    registered_at: datetime
    trusted: bool
    prioritised: bool
    hidden: bool
    course_count: int


@dataclass(frozen=True)
class CoursePlan:
    """A course of the demo world, told as a site tells it."""

    told: dict[str, Any]
    published_at: datetime
    fate: Fate
    cover: int  # which of the pictures; 0: none


def sites(count: int, now: datetime, chance: random.Random) -> Iterator[SitePlan]:
    """Plans of ``count`` sites, the oldest first; few publish much, many publish a little."""
    ages = sorted((chance.betavariate(1.2, 2.2) * 3600 for _ in range(count)), reverse=True)
    for number, age in enumerate(ages, start=1):
        tongue = chance.choice(TONGUES[:1] * 3 + TONGUES)
        trusted = chance.random() < 0.35
        yield SitePlan(
            number=number,
            tongue=tongue,
            told=_site_told(number, tongue, chance),
            secret=f"{chance.getrandbits(160):032x}"[:32] + f"moodle{number}.example",
            registered_at=now - timedelta(days=age, seconds=chance.randrange(86400)),
            trusted=trusted,
            prioritised=trusted and chance.random() < 0.15,
            hidden=chance.random() < 0.02,
            course_count=min(80, int(chance.paretovariate(0.9)) + chance.randrange(6)),
        )


def courses(site: SitePlan, count: int, now: datetime, chance: random.Random) -> Iterator[CoursePlan]:
    """Plans of the courses of one site, in the order of their publication."""
    life = (now - site.registered_at).total_seconds()
    moments = sorted(site.registered_at + timedelta(seconds=chance.random() * life) for _ in range(count))
    for number, moment in enumerate(moments, start=1):
        topic = chance.choice(TOPICS)
        yield CoursePlan(
            told=_course_told(site, number, topic, chance),
            published_at=moment,
            fate=_fate(site, chance),
            cover=TOPICS.index(topic) + 1 if chance.random() < 0.6 else 0,
        )


def _fate(site: SitePlan, chance: random.Random) -> Fate:
    if chance.random() < 0.04:
        return Fate.WITHDRAWN
    if site.trusted:
        return Fate.SHOWN
    return chance.choices((Fate.SHOWN, Fate.WAITING, Fate.HIDDEN), (88, 8, 4))[0]


def _site_told(number: int, tongue: Tongue, chance: random.Random) -> dict[str, Any]:
    city = chance.choice(tongue.cities)
    version, release = chance.choice(RELEASES)
    users = int(chance.paretovariate(0.7) * 40) % 60_000
    return {
        "name": chance.choice(tongue.schools).format(c=city),
        "url": f"https://moodle{number}.example" + chance.choice(("", "", "/moodle")),
        "description": city,
        "language": tongue.language,
        "contactname": chance.choice(tongue.people),
        "contactemail": f"moodle{number}@moodle{number}.example",
        "contactable": int(chance.random() < 0.5),
        "emailalert": int(chance.random() < 0.5),
        "privacy": chance.choices(("linked", "named", "notdisplayed"), (70, 20, 10))[0],
        "countrycode": tongue.country,
        "moodleversion": version,
        "moodlerelease": release,
        "users": users if chance.random() < 0.9 else -1,
        "courses": max(1, users // 25),
        "enrolments": users * 4,
        "posts": users * 7,
        "questions": users * 2,
        "resources": users,
    }


def _course_told(site: SitePlan, number: int, topic: Topic, chance: random.Random) -> dict[str, Any]:
    tongue = site.tongue
    name = topic.names[tongue.language]
    downloadable = chance.random() < 0.55
    address = f"{site.told['url']}/course/view.php?id={number + 1}"
    return {
        "sitecourseid": number + 1,
        "fullname": chance.choice(tongue.variants).format(t=name),
        "shortname": f"{name[:24]} {chance.randrange(100, 999)}",
        "description": tongue.description.format(t=name),
        "language": tongue.language,
        "publishername": site.told["contactname"],
        "publisheremail": site.told["contactemail"],
        "creatorname": chance.choice(tongue.people),
        "contributornames": ", ".join(chance.sample(tongue.people, chance.randrange(3))),
        "coverage": ", ".join(dict.fromkeys((name.lower(), chance.choice(TOPICS).names[tongue.language].lower()))),
        "licenceshortname": chance.choice(LICENCES),
        "subject": topic.subject if chance.random() < 0.95 else "none",
        "audience": topic.audience,
        "educationallevel": chance.choice(LEVELS),
        "creatornotes": f"<p>{tongue.description.format(t=name)}</p>",
        "creatornotesformat": 1,
        "enrollable": int(not downloadable),
        "courseurl": "" if downloadable else address,
        "demourl": address if downloadable and chance.random() < 0.5 else "",
        "contents": _contents(chance),
        "outcomes": [{"fullname": name}] if chance.random() < 0.2 else [],
    }


def _contents(chance: random.Random) -> list[dict[str, Any]]:
    chosen = chance.sample(ACTIVITIES, chance.randrange(2, 7))
    activities = [
        {"moduletype": "activity", "modulename": each, "contentcount": chance.randrange(1, 15)} for each in chosen
    ]
    return [*activities, {"moduletype": "block", "modulename": "calendar_month", "contentcount": 1}]


HOSTILE: tuple[dict[str, Any], ...] = (
    {"fullname": "<script>alert('hub')</script> Free marks", "description": "<img src=x onerror=alert(1)> Click here!"},
    {"fullname": "CHEAP ESSAYS $$$ 24/7 – best price – buy now", "description": "Visit our shop. " * 40},
    {"fullname": "Robert'); DROP TABLE course;--", "description": "%' OR '1'='1"},
    {"fullname": "‮esruoc sdrawkcaB", "description": "Text that turns around: ‮abc‬ and hides​zero​width."},
    {"fullname": "A" * 254, "description": "No spaces at all: " + "x" * 4000},
    {"fullname": "Z̸a̸l̸g̸o̸ course", "description": "Marks upon marks: " + "a" + "̸" * 200},
    {
        "fullname": "Link farm",
        "description": "See it",
        "courseurl": "javascript:alert(document.cookie)",
        "demourl": "data:text/html,x",
    },
)
"""Listings that a moderator should see once before the real ones arrive: markup, spam, tricks with text."""

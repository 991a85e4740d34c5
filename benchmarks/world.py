"""A world of courses for measurements: deterministic, made in bulk, its words as unevenly frequent as real ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from hub.courses.models import Course, Kind, Standing
from hub.sites.models import Site, SitePrivacy, SiteState

BATCH = 5_000
VOCABULARY = 20_000  # words of a language
NEWEST = datetime(2026, 6, 1, tzinfo=UTC)
OLDEST = datetime(2012, 1, 1, tzinfo=UTC)
AUDIENCES = ("students", "educators", "admins")
LEVELS = ("tertiary", "secondary", "primary", "corporate", "association", "government", "other")
LICENCES = ("cc-4.0", "cc-sa-4.0", "cc-nc", "public", "allrightsreserved", "unknown")
SUBJECTS = tuple(
    f"field1{broad:02}{narrow:02}{detailed:02}"
    for broad in range(1, 13)
    for narrow in (1, 3, 5)
    for detailed in (1, 3, 5, 7)
)


@dataclass(frozen=True)
class Language:
    """A language of the world: how often it occurs, what its made-up words are made of, and real words of courses."""

    code: str
    share: int
    syllables: str
    words: str
    spaced: bool = True


_PLAIN = "al be co di en fo ga hi in ka lo mi na or pre qui ra si tu un ver wo xa ye zi con ter str ing ment"
LANGUAGES = (
    Language(
        "en",
        40,
        _PLAIN,
        "introduction course students learning teaching mathematics statistics algebra history science programming "
        "networks education assessment university workshop quantum thermodynamics beekeeping calligraphy",
    ),
    Language(
        "es",
        14,
        _PLAIN + " ción dad ñe",
        "introducción curso estudiantes aprendizaje enseñanza matemáticas estadística álgebra historia ciencias "
        "programación redes educación evaluación universidad taller cuántica termodinámica apicultura caligrafía",
    ),
    Language(
        "fr",
        9,
        _PLAIN + " tion eur é",
        "introduction cours étudiants apprentissage enseignement mathématiques statistiques algèbre histoire sciences "
        "programmation réseaux éducation évaluation université atelier quantique thermodynamique apiculture",
    ),
    Language(
        "de",
        8,
        _PLAIN + " ung keit sch",
        "einführung kurs studierende lernen unterricht mathematik statistik algebra geschichte wissenschaft "
        "programmierung netzwerke bildung bewertung universität werkstatt quanten wärmelehre imkerei schönschrift",
    ),
    Language(
        "pt_br",
        8,
        _PLAIN + " ção dade lh",
        "introdução curso estudantes aprendizagem ensino matemática estatística álgebra história ciências "
        "programação redes educação avaliação universidade oficina quântica termodinâmica apicultura caligrafia",
    ),
    Language("it", 5, _PLAIN + " zione gli", "introduzione corso studenti matematica statistica algebra storia reti"),
    Language("nl", 3, _PLAIN + " heid ij", "inleiding cursus studenten wiskunde statistiek geschiedenis netwerken"),
    Language("pl", 3, _PLAIN + " ość cz", "wprowadzenie kurs studenci matematyka statystyka historia sieci"),
    Language(
        "ru",
        4,
        "ал бе ко ди ен фо га хи ин ка ло ми на ор пре ра си ту ун вер ние ость тель",
        "введение курс студенты математика статистика алгебра история наука программирование сети",
    ),
    Language(
        "ar",
        2,
        "ال با تا جي دو را سي شا عم فا قو لا مي نا هو وا ية",
        "مقدمة دورة طلاب رياضيات إحصاء جبر تاريخ علوم برمجة شبكات",
    ),
    Language(
        "ja",
        2,
        "数学統計代物理化歴史科入門基礎講座演習情報の教育学とをはに",
        "数学入門 統計学 線形代数 歴史 情報科学",
        False,
    ),
    Language(
        "zh_cn", 2, "数学统计代物理化历史科入门基础课程练习信息的教育学和", "数学 统计学 线性代数 历史 计算机", False
    ),
)


class Vocabulary:
    """Words of a language and how often each occurs: a word's frequency falls with its place (Zipf's law)."""

    def __init__(self, language: Language) -> None:
        self.language = language
        source = random.Random(language.code)
        syllables = list(language.syllables) if not language.spaced else language.syllables.split()
        made = {"".join(source.choices(syllables, k=source.randint(2, 4))): None for _ in range(2 * VOCABULARY)}
        self.words = [*made][:VOCABULARY]
        for number, word in enumerate(language.words.split()):
            self.words.insert(4 + number * number * 3, word)
        self.weights = list(accumulate(1 / (place + 5) for place in range(len(self.words))))

    def text(self, source: random.Random, count: int) -> str:
        return (" " if self.language.spaced else "").join(source.choices(self.words, cum_weights=self.weights, k=count))


def fill(connection: sa.Connection, count: int, progress: Callable[[int], None] = lambda done: None) -> None:
    """Put ``count`` courses and their sites into an empty database; all are listed, none is indexed yet."""
    sites = max(2, count // 300)
    connection.execute(sa.insert(Site), [_site(number) for number in range(1, sites + 1)])
    for done, batch in _batches(_courses(count, sites)):
        connection.execute(sa.insert(Course), batch)
        progress(done)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    batch: list[dict[str, Any]] = []
    for done, row in enumerate(rows, 1):
        batch.append(row)
        if len(batch) == BATCH:
            yield done, batch
            batch = []
    if batch:
        yield done, batch


def _site(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "state": SiteState.LIVE,
        "url": f"https://moodle{number}.example.org",
        "url_key": f"moodle{number}.example.org",
        "secret_hash": f"{number:064x}",
        "signing_key": "",
        "name": f"Moodle {number}",
        "privacy": SitePrivacy.LINKED,
        "visible": True,
        "trusted": number % 3 == 0,
        "prioritised": number % 50 == 0,
        "registered_at": OLDEST,
        "modified_at": OLDEST,
    }


def _courses(count: int, sites: int) -> Iterator[dict[str, Any]]:
    source = random.Random(f"courses {count}")
    vocabularies = [Vocabulary(language) for language in LANGUAGES]
    shares = [language.share for language in LANGUAGES]
    step = (NEWEST - OLDEST) / count
    for number in range(1, count + 1):
        [vocabulary] = source.choices(vocabularies, shares)
        yield _course(number, OLDEST + step * number, source.randint(1, sites), vocabulary, source)


def _course(number: int, at: datetime, site: int, vocabulary: Vocabulary, source: random.Random) -> dict[str, Any]:
    at += timedelta(seconds=source.randrange(86_400 * 30))
    title = vocabulary.text(source, source.randint(1, 7)).capitalize()
    return {
        "id": number,
        "site_id": site,
        "course_id_on_site": number,
        "kind": Kind.DOWNLOADABLE if source.random() < 0.3 else Kind.ENROLLABLE,
        "standing": Standing.TRUSTED,
        "listed": True,
        "published_at": at,
        "modified_at": at,
        "fullname": title[:255],
        "shortname": f"C{number}",
        "description": vocabulary.text(source, source.randint(20, 120)),
        "language": vocabulary.language.code,
        "publisher_name": vocabulary.text(source, 2).title(),
        "coverage": ", ".join(vocabulary.text(source, 1) for _ in range(source.randint(0, 5))),
        "licence": source.choice(LICENCES),
        "subject": source.choice(SUBJECTS),
        "audience": source.choices(AUDIENCES, (80, 18, 2))[0],
        "educational_level": source.choices(LEVELS, (40, 25, 10, 10, 5, 5, 5))[0],
        "backup_size": 1_000_000,
    }

"""A meta tag in the head of a stranger's front page, found without believing anything else of it."""

from __future__ import annotations

from html.parser import HTMLParser

LONGEST_HEAD = 131_072  # characters: heads of Moodle are a tenth of it
_PIECE = 4096
_IN_HEAD = {"html", "head", "title", "base", "link", "meta", "style", "script"}
_HOLDS_TEXT = {"title", "style", "script"}
_FOLLOWED_BY_NOTHING = {"base", "link", "meta"}


def meta_contents(page: str, name: str) -> list[str]:
    """The contents of the page's meta tags of this name, as far as they stand in its head.

    The head ends at the first thing that cannot stand in one: what users of the site may write comes after it.
    """
    reader = _HeadReader(name)
    for start in range(0, min(len(page), LONGEST_HEAD), _PIECE):
        reader.feed(page[start : start + _PIECE])
        if reader.over:
            break
    return reader.found


class _HeadReader(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.over = False
        self._name = name
        self._inside = ""  # the element whose text is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.over or self._inside:
            return
        if tag not in _IN_HEAD:
            self.over = True
        elif tag in _HOLDS_TEXT:
            self._inside = tag
        elif tag == "meta":
            self._note(dict(reversed(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A slash at the end closes nothing in HTML."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            self._inside = "" if tag == self._inside else self._inside
        elif tag not in _FOLLOWED_BY_NOTHING:
            self.over = True

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.over = True

    def _note(self, attributes: dict[str, str | None]) -> None:
        if (attributes.get("name") or "").strip().lower() == self._name:
            self.found.append((attributes.get("content") or "").strip())

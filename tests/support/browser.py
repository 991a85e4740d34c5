"""Debian's Chromium, driven by Playwright; notes what its console says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",  # the sandbox needs rights that root and containers have not
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.*",
]


SITES_ICON = "/favicon.ico"  # of a Moodle site that was left before it came; the hub's pages name their own


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        yield from _launched(playwright)


def _launched(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@dataclass
class Complaints:
    """What went wrong in the pages of a context: console errors, uncaught exceptions, requests to other hosts."""

    found: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()  # parts of complaints that a test provokes on purpose

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self.found.append(f"{error.page and error.page.url}: {error.error}"))

    def _note_message(self, message: ConsoleMessage) -> None:
        address = str(message.location.get("url"))
        if message.type == "error" and not address.endswith(SITES_ICON):
            self.found.append(f"{address}: {message.text}")

    @property
    def unexpected(self) -> list[str]:
        return [each for each in self.found if not any(part in each for part in self.expected)]


__all__ = ["Complaints", "Page", "chromium"]

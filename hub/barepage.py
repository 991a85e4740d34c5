"""The page of last resort: it needs no database, no template and no language, so it cannot break on what it reports."""

from __future__ import annotations

from html import escape
from string import Template

_PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<script src="$prefix/static/theme.js"></script>
<link rel="stylesheet" href="$prefix/static/hub.css">
<link rel="icon" type="image/svg+xml" href="$prefix/static/favicon.svg">
</head>
<body>
<header class="top"><div class="wrap"><a class="brand" href="$prefix/"><img src="$prefix/static/favicon.svg" alt=""
 width="32" height="32"><span>Moodle course hub</span></a></div></header>
<main id="main"><div class="wrap page narrow">
<div class="page-head">
<h1>$title</h1>
<p class="lead">$message</p>
</div>
<p>$advice</p>
<p class="cluster"><a class="button primary" href="$prefix/">Go to the front page</a></p>
<p class="muted small">Number of this error, if you ask for help: <code>$number</code></p>
</div></main>
</body>
</html>
"""
)


def render(prefix: str, **values: str) -> str:
    """The page with ``title``, ``message``, ``advice`` and ``number``; ``prefix`` is what the hub lies below."""
    return _PAGE.substitute({name: escape(value) for name, value in {"prefix": prefix, **values}.items()})

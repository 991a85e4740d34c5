"""Finding courses."""

from __future__ import annotations

from flask import Flask

from hub.courses import visibility
from hub.search import caught_up, cli, index, jobs


def init_app(app: Flask) -> None:
    """Register the commands, and let the index follow the courses."""
    app.cli.add_command(cli.group)
    if index.follow not in visibility.followers:  # it is one list for all applications of a process
        visibility.followers.append(index.follow)
        visibility.more_rules.append(caught_up.RULE)


__all__ = ["init_app", "jobs"]

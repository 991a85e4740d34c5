"""Files by key."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from config import Config
from hub.storage import jobs, models, trial
from hub.storage.disk import DiskFiles
from hub.storage.files import Files
from hub.storage.objects import ObjectFiles


def init_app(app: Flask) -> None:
    """Open the storage that the configuration names: by default a folder of the data folder."""
    app.extensions["hub_storage"] = _opened(app.config["HUB"], app.config["DATA_FOLDER"])


def _opened(config: Config, data_folder: Path) -> Files:
    if not config.storage_url:
        return DiskFiles(data_folder / "files")
    parts = urlsplit(config.storage_url)
    return DiskFiles(Path(parts.path)) if parts.scheme == "file" else ObjectFiles(config.storage_url)


__all__ = ["init_app", "jobs", "models", "trial"]

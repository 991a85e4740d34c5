"""The hub's logo."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from hub.settings import declared, logo
from hub.storage.files import files
from tests.support.pages import Visitor, visitor

ADDRESS = "/local/hub/webservice/download.php?filetype=hubscreenshot"


def picture(size: tuple[int, int] = (900, 600), kind: str = "PNG") -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    target.seek(0)
    return target


def test_an_uploaded_logo_is_made_anew_and_stands_on_every_page(app: Flask, administrator: Visitor) -> None:
    administrator.post("/admin/settings/logo", picture=(picture(), "../../evil.svg"))
    shown = visitor(app).get("/login").page.xpath("//a[@class='brand']/img/@src")[0]
    answer = app.test_client().get(shown)
    assert answer.mimetype == "image/png"
    assert max(Image.open(io.BytesIO(answer.data)).size) == logo.SIDE


def test_a_new_logo_gives_up_the_old_file_and_its_removal_brings_the_hubs_sign_back(
    app: Flask, administrator: Visitor
) -> None:
    administrator.post("/admin/settings/logo", picture=(picture(), "one.png"))
    first = declared.current("hublogo")
    administrator.post("/admin/settings/logo", picture=(picture(kind="JPEG"), "two.jpg"))
    assert declared.current("hublogo") not in ("", first)
    administrator.post("/admin/settings/logo/remove")
    assert declared.current("hublogo") == ""
    assert "favicon.svg" in visitor(app).get("/login").page.xpath("//a[@class='brand']/img/@src")[0]


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a but no more"])
def test_what_is_no_picture_is_refused_and_nothing_is_stored(
    app: Flask, administrator: Visitor, content: bytes
) -> None:
    answer = administrator.post("/admin/settings/logo", status=422, picture=(io.BytesIO(content), "logo.png"))
    assert answer.page.xpath("//ul[@id='picture-errors']/li")
    assert list(files().keys("hub")) == []


def test_only_administrators_change_the_logo(app: Flask, moderator: Visitor, auditor: Visitor) -> None:
    for browser in (moderator, auditor):
        browser.post("/admin/settings/logo", status=403, picture=(picture(), "logo.png"))
        browser.post("/admin/settings/logo/remove", status=403)


def test_without_a_logo_its_address_still_answers_with_a_picture(app: Flask) -> None:
    assert app.test_client().get(ADDRESS).mimetype == "image/png"

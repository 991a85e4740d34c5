"""When two URLs are the same site, and what a secret gives away."""

from __future__ import annotations

import pytest

from hub.sites.identity import UrlUnusable, host_of, origin, secret_stem_hash, signing_key, url_key
from tests.outgoing.addresses import UNREADABLE_URLS


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.org/moodle",
        "https://example.org/moodle",
        "HTTPS://EXAMPLE.org/moodle/",
        "http://example.org:80/moodle",
        "https://example.org:443/moodle//",
        "http://example.org./moodle",
    ],
)
def test_B31_spellings_of_one_site_have_one_key(spelling: str) -> None:
    assert url_key(spelling) == "example.org/moodle"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/moodle", "http://example.org/Moodle"),
        ("http://example.org", "http://example.org:8080"),
        ("http://example.org", "http://www.example.org"),
        ("http://example.org", "http://example.org/moodle"),
    ],
)
def test_different_sites_have_different_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("http://münchen.example", "http://xn--mnchen-3ya.example"), ("http://134744072", "http://8.8.8.8")],
)
def test_the_host_is_read_as_the_probe_reads_it(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize("url", [url for url in UNREADABLE_URLS if url.strip() == url])
def test_what_the_hub_would_not_visit_is_no_url_of_a_site(url: str) -> None:
    with pytest.raises(UrlUnusable):
        url_key(url)


@pytest.mark.parametrize("url", ["http://example.org/?x=1", "http://example.org/#x", "http://example.org/?"])
def test_a_query_or_fragment_is_refused(url: str) -> None:
    with pytest.raises(UrlUnusable, match="contains"):
        url_key(url)


def test_host_and_origin_leave_the_path_out() -> None:
    assert host_of(url_key("https://example.org:8443/moodle")) == "example.org:8443"
    assert origin("https://Example.org:8443/moodle") == "https://example.org:8443"
    assert origin("http://[2606:2800::1]/x") == "http://[2606:2800::1]"


@pytest.mark.parametrize("secret", ["short20260101120000", "no digits at the end", "x" * 40 + "2026010112000"])
def test_a_secret_without_14_final_digits_has_no_stem(secret: str) -> None:
    assert secret_stem_hash(secret) is None


def test_assertion_111_secrets_that_differ_only_in_their_date_share_the_stem() -> None:
    stem = "KqwdsGIZEO7MirWVuRuZMRpzUBIxGMu7127.0.0.1"
    assert secret_stem_hash(stem + "20261122050856") == secret_stem_hash(stem + "20261122053710") is not None


def test_assertion_113_the_signing_key_is_the_md5_of_the_secret() -> None:
    assert signing_key("thesharedsecret") == "0daced6f282db781fd51819ae99a7f03"


@pytest.mark.parametrize("path", ["/a/..", "/./", "/moodle/../moodle", "/%2E%2e/b", "/.%2e"])
def test_a_url_that_goes_up_its_path_is_no_second_name_of_a_site(path: str) -> None:
    with pytest.raises(UrlUnusable, match="goes up its own path"):
        url_key(f"https://moodle.example.org{path}")
    assert url_key("https://moodle.example.org/a..b/.c/...") == "moodle.example.org/a..b/.c/..."

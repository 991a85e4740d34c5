"""Which addresses the hub may connect to, and how URLs are read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.outgoing.addresses import carried, public, read_ipv4, why_refused
from hub.outgoing.errors import UrlRefused
from hub.outgoing.targets import read_target

TEN = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    "text",
    ["8.8.8.8", "93.184.215.14", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "223.255.255.1"],
)
def test_public_ipv4_addresses_are_welcome(text: str) -> None:
    assert public(ip_address(text))


@pytest.mark.parametrize("text", ["2606:2800:21f::1", "2a00:1450:4001::200e", "2400:cb00::1", "2001:4860:4860::8888"])
def test_public_ipv6_addresses_are_welcome(text: str) -> None:
    assert public(ip_address(text))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_not_global_is_refused(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert why_refused(address)


@given(st.ip_addresses(v=4))
def test_an_inward_address_is_refused_in_every_wrapping(address: IPv4Address) -> None:
    number = int(address)
    wrappings = [
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) + number),
        IPv6Address((0xFFFF << 48) + number),
        IPv6Address((0x64FF9B << 96) + number),
        IPv6Address((0x2002 << 112) + (number << 80) + 1),
        IPv6Address((0x20010000 << 96) + (number << 64) + 1),
    ]
    assert all(why_refused(wrapping) for wrapping in wrappings)


@given(st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_metadata_is_refused_in_every_wrapping_even_where_all_private_sites_are_allowed(address: IPv4Address) -> None:
    number = int(address)
    for prefix in (0, 0xFFFF << 32, 0xFFFF << 48, 0x64FF9B << 96, 0x2606 << 112 | 0x5EFE << 32):
        assert why_refused(IPv6Address(prefix + number), allowed=True)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("::1", []),
        ("::", []),
        ("2606:2800:21f::1", []),
        ("::10.0.0.1", ["10.0.0.1"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("64:ff9b::10.0.0.1", ["10.0.0.1"]),
        ("2002:a00:1::", ["10.0.0.1"]),
        ("2001:0:a00:1::f5ff:fffe", ["10.0.0.1", "10.0.0.1"]),
        ("2606:2800::200:5efe:10.0.0.1", ["10.0.0.1"]),
    ],
)
def test_the_addresses_inside_an_address_are_found(text: str, inside: list[str]) -> None:
    assert [str(each) for each in carried(IPv6Address(text))] == inside


def test_a_list_of_networks_lifts_these_networks_only() -> None:
    assert why_refused(ip_address("10.1.2.3"), TEN) is None
    assert why_refused(ip_address("::ffff:10.1.2.3"), TEN) is None
    assert why_refused(ip_address("192.168.1.1"), TEN)
    assert why_refused(ip_address("::ffff:192.168.1.1"), TEN)
    assert why_refused(ip_address("127.0.0.1"), TEN)


def test_a_listed_network_never_lifts_link_local_or_metadata() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    for text in ("169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "ff02::1"):
        assert why_refused(ip_address(text), everything)


def test_behind_a_listed_translator_the_address_inside_is_judged() -> None:
    translator = (ip_network("64:ff9b::/96"),)
    assert why_refused(ip_address("64:ff9b::8.8.8.8"), translator) is None
    assert why_refused(ip_address("64:ff9b::10.0.0.1"), translator)
    assert why_refused(ip_address("64:ff9b::10.0.0.1"), translator + TEN) is None


@pytest.mark.parametrize(
    ("host", "meaning"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.258", "127.0.1.2"),
        ("2130706433", "127.0.0.1"),
        ("0177.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0x7F000001", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("010.8.8.8", "8.8.8.8"),
    ],
)
def test_odd_forms_of_an_address_mean_what_the_c_library_takes_them_for(host: str, meaning: str) -> None:
    assert read_ipv4(host) == IPv4Address(meaning)


@pytest.mark.parametrize("host", ["moodle.example.org", "7.example", "1.2.3.4.nip.io", "0xmoodle.org"])
def test_names_with_digits_stay_names(host: str) -> None:
    assert read_ipv4(host) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://moodle.example.org", "https://moodle.example.org/"),
        ("HTTPS://Moodle.Example.ORG:443/Moodle", "https://moodle.example.org/Moodle"),
        ("http://moodle.example.org:8080?a=b#top", "http://moodle.example.org:8080/?a=b"),
        ("http://moodle.example.org./", "http://moodle.example.org/"),
        ("http://bücher.example/straße", "http://xn--bcher-kva.example/stra%C3%9Fe"),
        ("http://my_school.example/a%20b", "http://my_school.example/a%20b"),
        ("http://[2606:2800::1]:81/", "http://[2606:2800::1]:81/"),
        ("http://example.org/?next=http://user@127.0.0.1/", "http://example.org/?next=http://user@127.0.0.1/"),
    ],
)
def test_usual_urls_are_read_as_they_are_meant(text: str, url: str) -> None:
    assert read_target(text).url == url


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/login/index.php", "http://moodle.example.org/login/index.php"),
        ("login", "http://moodle.example.org/a/login"),
        ("//sso.example.org/", "http://sso.example.org/"),
        ("?lang=de", "http://moodle.example.org/a/b?lang=de"),
        ("/my page", "http://moodle.example.org/my%20page"),
        ("/stra\u00c3\u009fe", "http://moodle.example.org/stra%C3%9Fe"),
    ],
)
def test_a_redirect_is_read_as_its_server_meant_it(location: str, url: str) -> None:
    assert read_target("http://moodle.example.org/a/b").followed(location).url == url


def test_a_redirect_out_of_the_web_is_refused() -> None:
    with pytest.raises(UrlRefused):
        read_target("http://moodle.example.org/").followed("file:///etc/passwd")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        target = read_target("http://" + text)
    except UrlRefused:
        return
    assert read_target(target.url).url == target.url

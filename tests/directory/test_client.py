"""Calls of the directory, against everything that a server can answer."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from config import Config
from hub.directory.client import DirectoryProblem, DirectoryUnreachable, HubUnknownThere, RemoteDirectory
from hub.outgoing.client import GuardedClient
from hub.sites.introduction import Introduction
from tests.directory.played import AGREEMENTS, NEW_TOKEN, SERVICE, TROUBLES, PlayedDirectory, fault

TOLD: Introduction = {"name": "Hub & <Söhne> 学", "sites": 3, "url": "http://hub.test", "description": ""}


@pytest.fixture
def remote(directory: PlayedDirectory) -> RemoteDirectory:
    return RemoteDirectory(directory.url, NEW_TOKEN, GuardedClient(allowed=True))


def test_an_update_carries_every_value_with_its_type(remote: RemoteDirectory, directory: PlayedDirectory) -> None:
    remote.update(TOLD)
    assert directory.calls == [("hubdirectory_update_hub_info", [TOLD])]
    (request,) = directory.requests
    assert request["path"] == f"{SERVICE}?wstoken={NEW_TOKEN}"
    assert request["Content-Type"] == "text/xml; charset=utf-8"
    assert request["body"].startswith('<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>hubdirectory_up')
    assert "<int>3</int>" in request["body"]


def test_unregistering_takes_no_arguments(remote: RemoteDirectory, directory: PlayedDirectory) -> None:
    remote.unregister()
    assert directory.calls == [("hubdirectory_unregister_hub", [])]


@pytest.mark.parametrize("how", AGREEMENTS)
def test_a_yes_is_understood_however_it_is_said(how: str, remote: RemoteDirectory, directory: PlayedDirectory) -> None:
    directory.trouble = AGREEMENTS[how]
    remote.unregister()


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_ends_as_an_error_that_says_what_it_was(
    name: str,
    remote: RemoteDirectory,
    directory: PlayedDirectory,
    impatient: Callable[[str], None],
) -> None:
    impatient(name)
    directory.trouble, key, words = TROUBLES[name]
    with pytest.raises(DirectoryProblem) as caught:
        remote.update(TOLD)
    assert caught.value.key == key
    assert words in caught.value.message
    assert NEW_TOKEN not in caught.value.message
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("said", ["Invalid token | ERRORCODE: invalidtoken", "debug words only"])
def test_a_directory_that_has_forgotten_the_hub_is_told_apart(
    said: str, remote: RemoteDirectory, directory: PlayedDirectory
) -> None:
    code = 89159464 if "debug" in said else 1
    directory.trouble = lambda asked: asked.send(fault(code, said))
    with pytest.raises(HubUnknownThere, match="register again"):
        remote.update(TOLD)


def test_a_directory_that_is_gone_is_unreachable(remote: RemoteDirectory, directory: PlayedDirectory) -> None:
    directory.stop()
    with pytest.raises(DirectoryUnreachable, match="refused"):
        remote.update(TOLD)


def test_a_directory_inside_our_own_network_is_not_called_and_its_token_not_told(directory: PlayedDirectory) -> None:
    for url in (directory.url, directory.url.replace("127.0.0.1", "0x7f.1")):
        with pytest.raises(DirectoryUnreachable) as caught:
            RemoteDirectory(url, NEW_TOKEN, GuardedClient()).update(TOLD)
        assert NEW_TOKEN not in caught.value.message
    assert directory.calls == []


def test_a_directory_behind_a_private_authority_is_called_when_the_bundle_names_it(tmp_path: Path) -> None:
    authority, bundle = trustme.CA(), tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    played = PlayedDirectory(tls=context)
    trusting = GuardedClient.from_config(Config(allow_private_sites=True, ca_bundle=str(bundle)))
    try:
        RemoteDirectory(played.url, NEW_TOKEN, trusting).update(TOLD)
        with pytest.raises(DirectoryUnreachable, match="certificate"):
            RemoteDirectory(played.url, NEW_TOKEN, GuardedClient(allowed=True)).update(TOLD)
    finally:
        played.stop()
    assert len(played.calls) == 1


def test_the_token_shows_in_no_representation(remote: RemoteDirectory) -> None:
    assert NEW_TOKEN not in repr(remote)

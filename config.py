"""Settings of the deployment: the environment, read once into a frozen value."""

from __future__ import annotations

import difflib
import ipaddress
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_YES = {"1", "true", "yes"}
_NO = {"0", "false", "no"}
_ROLES = {"administrator", "moderator", "auditor"}


class ConfigurationError(Exception):
    """The environment holds something that cannot be meant; the text says what to do."""


@dataclass(frozen=True)
class Config:
    """Every variable is ``HUB_`` and the field's name in capitals; docs/configuration.md explains each."""

    data_dir: Path = Path("var")
    url: str | None = None
    url_aliases: tuple[str, ...] = ()
    database_url: str | None = None
    storage_url: str | None = None
    queue_url: str | None = None
    ratelimit_url: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    mail_server: str | None = None
    mail_port: int = 25
    mail_use_tls: bool = False
    mail_username: str | None = None
    mail_password: str | None = field(default=None, repr=False)
    mail_default_sender: str | None = None
    allow_private_sites: bool | tuple[Network, ...] = False
    trusted_proxies: tuple[Network, ...] = ()
    outgoing_proxy: str | None = None
    ca_bundle: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_role_claim: str | None = None
    oidc_roles: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """The configuration that the environment describes; an empty variable counts as unset.

        Raises ConfigurationError for a value that cannot be read and for a name that is nearly, but not
        quite, one of ours. Other unknown ``HUB_`` names only warn.
        """
        environment = os.environ if environment is None else environment
        given = {
            name[4:].lower(): value.strip()
            for name, value in environment.items()
            if name.startswith("HUB_") and value.strip()
        }
        _refuse_misspellings(given)
        known = given.keys() & _READERS.keys()
        values: dict[str, Any] = {name: _READERS[name](f"HUB_{name.upper()}", given[name]) for name in known}
        config = cls(**values)
        _refuse_half_a_provider(config)
        return config


def _refuse_misspellings(given: Mapping[str, str]) -> None:
    for name in sorted(set(given) - set(_READERS)):
        near = difflib.get_close_matches(name, _READERS, n=1, cutoff=0.8)
        if near:
            raise ConfigurationError(
                f"HUB_{name.upper()} is not a setting; did you mean HUB_{near[0].upper()}? "
                "Rename it, or remove it from the environment."
            )
        warnings.warn(f"HUB_{name.upper()} is not a setting of the hub and is ignored.", stacklevel=3)


def _refuse_half_a_provider(config: Config) -> None:
    if bool(config.oidc_issuer) != bool(config.oidc_client_id):
        raise ConfigurationError("Single sign-on needs both HUB_OIDC_ISSUER and HUB_OIDC_CLIENT_ID, or neither.")
    if bool(config.oidc_role_claim) != bool(config.oidc_roles):
        raise ConfigurationError(
            "Roles by single sign-on need both HUB_OIDC_ROLE_CLAIM and HUB_OIDC_ROLES, or neither."
        )


def _text(_name: str, value: str) -> str:
    return value


def _path(_name: str, value: str) -> Path:
    return Path(value).expanduser()


def _base_url(name: str, value: str) -> str:
    if not value.lower().startswith(("http://", "https://")):
        raise ConfigurationError(f"{name} must start with http:// or https://, but is {value!r}.")
    return value.rstrip("/")


def _issuer(name: str, value: str) -> str:
    """As it is written: an issuer is compared letter by letter, a slash at its end included."""
    host = urlsplit(value).hostname or ""
    if value.startswith("https://") or (value.startswith("http://") and host in ("localhost", "127.0.0.1", "::1")):
        return value
    raise ConfigurationError(f"{name} must start with https:// (http:// only on this very machine), but is {value!r}.")


def _role_names(name: str, value: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.rpartition("=") for part in value.split(";") if part.strip()]
    roles = tuple((group.strip(), role.strip()) for group, _equals, role in pairs)
    if not all(group and role in _ROLES for group, role in roles):
        raise ConfigurationError(
            f"{name} must look like hub-admins=administrator; hub-team=moderator, but is {value!r}."
        )
    return roles


def _base_urls(name: str, value: str) -> tuple[str, ...]:
    return tuple(_base_url(name, part) for part in value.replace(",", " ").split())


def _port(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise ConfigurationError(f"{name} must be a port number between 1 and 65535, but is {value!r}.")
    return int(value)


def _yes_no(name: str, value: str) -> bool:
    if value.lower() in _YES:
        return True
    if value.lower() in _NO:
        return False
    raise ConfigurationError(f"{name} must be one of 1, 0, true, false, yes, no, but is {value!r}.")


def _networks(name: str, value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part, strict=False) for part in value.replace(",", " ").split())
    except ValueError as error:
        raise ConfigurationError(
            f"{name} must be a list of networks such as 10.0.0.0/8 or fd00::/8: {error}."
        ) from error


def _yes_no_or_networks(name: str, value: str) -> bool | tuple[Network, ...]:
    if value.lower() in _YES | _NO:
        return _yes_no(name, value)
    return _networks(name, value)


_READERS = {
    "data_dir": _path,
    "url": _base_url,
    "url_aliases": _base_urls,
    "database_url": _text,
    "storage_url": _text,
    "queue_url": _text,
    "ratelimit_url": _text,
    "secret_key": _text,
    "mail_server": _text,
    "mail_port": _port,
    "mail_use_tls": _yes_no,
    "mail_username": _text,
    "mail_password": _text,
    "mail_default_sender": _text,
    "allow_private_sites": _yes_no_or_networks,
    "trusted_proxies": _networks,
    "outgoing_proxy": _text,
    "ca_bundle": _text,
    "tls_cert": _path,
    "tls_key": _path,
    "oidc_issuer": _issuer,
    "oidc_client_id": _text,
    "oidc_client_secret": _text,
    "oidc_role_claim": _text,
    "oidc_roles": _role_names,
}
assert set(_READERS) == {each.name for each in fields(Config)}

"""What a server's certificate says about itself. Nothing here decides whether to believe it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import NameOID

NAMES_SHOWN = 6
Kind = TypeVar("Kind", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Certificate:
    """A certificate as its server showed it; texts are as they stand there, to be cleaned before they are shown."""

    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    self_signed: bool
    tells_issuers_address: bool  # authorities that everybody knows write where their own certificate can be had


def read_certificate(der: bytes) -> Certificate:
    """The certificate of these bytes; ValueError for what is none."""
    found = x509.load_der_x509_certificate(der)
    return Certificate(
        names=_names(found),
        issuer=_name(found.issuer),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        self_signed=found.issuer == found.subject,
        tells_issuers_address=_extension(found, x509.AuthorityInformationAccess) is not None,
    )


def _names(found: x509.Certificate) -> tuple[str, ...]:
    told = _extension(found, x509.SubjectAlternativeName)
    if told is None:
        return (_name(found.subject),)
    addresses = (str(each) for each in told.get_values_for_type(x509.IPAddress))
    return (*told.get_values_for_type(x509.DNSName), *addresses)[:NAMES_SHOWN]


def _extension(found: x509.Certificate, kind: type[Kind]) -> Kind | None:
    with suppress(x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return found.extensions.get_extension_for_class(kind).value
    return None


def _name(name: x509.Name) -> str:
    """The words by which people know the owner of the name."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)
    return ""

"""Which internet addresses the hub may connect to: a judgement over values, nothing is asked of the network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Allowed = bool | tuple[Network, ...]


def _table(*rows: tuple[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(network), name) for network, name in rows)


# Nothing lifts these: what answers there is the machine itself, its neighbours on the cable, or the keys of its cloud.
_NEVER = _table(
    ("0.0.0.0/8", "unspecified"),
    ("169.254.0.0/16", "link-local"),
    ("100.100.100.200/32", "metadata"),
    ("168.63.129.16/32", "metadata"),
    ("192.0.0.192/32", "metadata"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("::/128", "unspecified"),
    ("fe80::/10", "link-local"),
    ("fd00:ec2::254/128", "metadata"),
    ("fd20:ce::254/128", "metadata"),
    ("fd00:42::42/128", "metadata"),
    ("ff00::/8", "multicast"),
    # The IPv4 address inside may begin at any of four places, so nobody can judge it.
    ("64:ff9b:1::/48", "local translation"),
)

# These lead inward or to nobody; HUB_ALLOW_PRIVATE_SITES can lift them.
_INWARD = _table(
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a provider's customers"),
    ("127.0.0.0/8", "loopback"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("240.0.0.0/4", "reserved"),
    ("::1/128", "loopback"),
    ("::/96", "IPv4-compatible"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("64:ff9b::/96", "NAT64"),
    ("2001::/32", "Teredo"),
    ("2001:2::/48", "benchmarking"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("fc00::/7", "private"),
    ("fec0::/10", "site-local"),
)

_PUBLIC_V6 = IPv6Network("2000::/3")  # all that has been handed out for the public internet so far
_LAST_32_BITS_ARE_IPV4 = [ip_network(each) for each in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")]


def why_refused(address: Address, allowed: Allowed = False) -> str | None:
    """What kind of place the hub does not visit this address is, or None when it may connect there.

    ``allowed`` is HUB_ALLOW_PRIVATE_SITES. An address that carries another one passes only if both do.
    """
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped and allowed:
        return why_refused(mapped, allowed)  # the operating system connects to the IPv4 address
    verdicts = (_verdict(each, allowed) for each in (address, *carried(address)))
    return next((verdict for verdict in verdicts if verdict), None)


def public(address: Address) -> bool:
    """Whether the whole internet can reach the address, so that nothing said about it gives anything away."""
    return why_refused(address) is None


def carried(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv6 address, to which some gateway would pass the connection on."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return ()
    if address.teredo:
        return address.teredo
    if address.sixtofour:
        return (address.sixtofour,)
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    isatap = (int(address) >> 32) & 0xFCFFFFFF == 0x5EFE
    return (last,) if isatap or any(address in network for network in _LAST_32_BITS_ARE_IPV4) else ()


def read_address(text: str) -> Address:
    """The address that a resolver or a socket wrote, without its zone; ValueError when it is none."""
    return ip_address(text.partition("%")[0])


def read_ipv4(host: str) -> IPv4Address | None:
    """The address that a host of digits stands for, in any of the forms the C library has ever understood.

    One to four parts, each decimal, octal (``0``) or hexadecimal (``0x``), the last one filling the rest. None
    for a name. ValueError for what looks like an address and is none.
    """
    parts = host.split(".")
    if not _numeric(parts[-1]):
        return None
    numbers = [_number(part) for part in parts]
    *leading, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in leading) or last >= 256 ** (5 - len(numbers)):
        raise ValueError(f"{host} is not an address")
    return IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(leading)) + last)


def _numeric(part: str) -> bool:
    return part.isdecimal() or part[:2].lower() == "0x"


def _number(part: str) -> int:
    if not part.isascii() or not part.isalnum():
        raise ValueError(f"{part!r} is not a number")
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def _verdict(address: Address, allowed: Allowed) -> str | None:
    forbidden = _name(address, _NEVER)
    if forbidden or _lifted(address, allowed):
        return forbidden
    outside = isinstance(address, IPv6Address) and address not in _PUBLIC_V6
    return _name(address, _INWARD) or ("reserved" if outside else None)


def _lifted(address: Address, allowed: Allowed) -> bool:
    return allowed if isinstance(allowed, bool) else any(address in network for network in allowed)


def _name(address: Address, table: tuple[tuple[Network, str], ...]) -> str | None:
    return next((name for network, name in table if address in network), None)

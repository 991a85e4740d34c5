"""The closed network: a test that forgot a fake fails with the name of the host it wanted to reach."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class NetworkClosed(RuntimeError):
    """A test tried to leave the machine."""


def close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets of this process reach loopback addresses and Unix sockets only."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _loopback(address[0]):
            raise NetworkClosed(f"A test tried to reach {address!r}. Which fake was forgotten?")
        return connect(self, address)

    return guarded


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"

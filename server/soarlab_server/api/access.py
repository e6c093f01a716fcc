"""Who may use the server: the key, the names it answers to, and the web pages that may ask it."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

KEY_PREFIX = "tml-"
"""The official SDK refuses keys without it."""


@dataclass(frozen=True, slots=True)
class Access:
    key: str | None
    """None: whoever reaches the server may use it."""
    hosts: frozenset[str]
    """Names that a Host header may give. A web page can have its own name point to this machine,
    and then read what a server answers that does not know its own names."""
    any_address: bool = False
    """Whether a Host header may also give an IP address, which no web page can make its own."""
    origins: frozenset[str] = frozenset()
    """Web pages, as `https://example.org`, whose scripts may ask the server."""

    def admits_key(self, headers: dict[bytes, bytes]) -> bool:
        if self.key is None:
            return True
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        bearer = token.strip() if scheme.lower() == b"bearer" else b""
        return any(
            hmac.compare_digest(given, self.key.encode())
            for given in (headers.get(b"x-api-key", b""), bearer)
        )

    def admits_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self.hosts or (self.any_address and _is_address(name))


def new_key() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(24)


def access(
    key: str | None, bound: str, *, hosts: list[str] | None = None, origins: list[str] | None = None
) -> Access:
    """For a server that listens on `bound` and also answers to `hosts`."""
    names = {bound.lower(), *(host.lower() for host in hosts or [])}
    everywhere = _is_address(bound) and ipaddress.ip_address(bound).is_unspecified
    if everywhere or bound == "localhost" or _is_loopback(bound):
        names |= {"localhost", "127.0.0.1", "::1"}
    if everywhere:
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return Access(key, frozenset(names), everywhere, frozenset(origins or []))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback

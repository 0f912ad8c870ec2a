"""How much one client may ask in a while, counted for all processes together.

One number for each client is enough (GCRA, ITU-T I.371): the time at which all it has asked for
so far would have been due at the permitted rate. The numbers lie in a file that every process
maps. Clients are places in that file, by a hash with a salt that is new at each start: nobody
can read an address out of it, and a query is never there.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from math import ceil
from pathlib import Path

import numpy as np

from index.errors import TooMany

_FILE = "throttle"
_PLACES = 1 << 16
_SALT_BYTES = 32


class Throttle:
    """`per_minute` requests on average and `burst` at once, for each client; 0 sets no limit.

    Clients that share a place, one in 65,536, share its limit. Two processes that write at the
    same moment may let one request through too many.
    """

    def __init__(self, home: Path, per_minute: int, burst: int) -> None:
        file = home / _FILE
        self._per_minute = per_minute
        self._interval = 60 / per_minute if per_minute else 0.0
        self._burst = burst
        if not file.exists() or file.stat().st_size != _SALT_BYTES + 8 * _PLACES:
            renew(home)
        with file.open("rb") as handle:
            self._salt = handle.read(_SALT_BYTES)
        self._due = np.memmap(file, np.float64, "r+", _SALT_BYTES, (_PLACES,))

    def take(self, address: str, now: float, cost: float = 1.0) -> None:
        """Count a request at `now`, in seconds since 1970. Raises TooMany."""
        if not self._per_minute:
            return
        place = self._place(address)
        due = max(float(self._due[place]), now)
        ahead = due - now - (self._burst - cost) * self._interval
        if ahead > 1e-6:
            raise TooMany("查得太频繁了，请稍等再试", max(1, ceil(ahead)))
        self._due[place] = due + cost * self._interval

    def _place(self, address: str) -> int:
        digest = hmac.digest(self._salt, _client(address).encode(), "sha256")
        return int.from_bytes(digest[:8]) % _PLACES


def renew(home: Path) -> None:
    """Forget all clients; called once, before any process answers."""
    fresh = home / f"{_FILE}.new"
    fresh.write_bytes(secrets.token_bytes(_SALT_BYTES) + bytes(8 * _PLACES))
    fresh.replace(home / _FILE)


def _client(address: str) -> str:
    """Of IPv6 the network: one client has 2^64 addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

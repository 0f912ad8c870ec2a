"""Keys: what a member unit or a colleague shows to see more than the public does.

A key is `xh_<id>_<secret>`. The secret is 256 random bits, so one round of SHA-256 keeps it as
well as a slow hash would; it is shown once, when it is made.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from index.errors import BadRequest, KeyRefused, NotFound
from index.model import Audience
from service.ledger import Ledger

# Matches xh_1f0c9a3e_ and 43 characters of base64url; not a document's id.
KEY = re.compile(r"xh_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_MAX_NAME_CHARS = 60
_NOBODY = bytes(32)
_FIELDS = "key_id, audience, name, created, expires, revoked"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: `expires` is the last day on which it is good, `revoked` when it was
    taken back."""

    key_id: str
    audience: Audience
    name: str
    created: str
    expires: str | None
    revoked: str | None

    def state(self, today: date) -> str:
        """good, expired or revoked."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires < str(today) else "good"


class Keys:
    """The keys of one library."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def create(self, audience: Audience, name: str, expires: str | None, now: datetime) -> str:
        """A new key's text, which is kept nowhere. Raises BadRequest."""
        name = " ".join(filter(str.isprintable, name.split()))
        if not 1 <= len(name) <= _MAX_NAME_CHARS:
            raise BadRequest(f"请写明钥匙给谁用，如 --name 泊阳学院；最多 {_MAX_NAME_CHARS} 个字")
        if audience is Audience.PUBLIC:
            raise BadRequest("公众不需要钥匙；--audience 应是 member 或 staff")
        if expires is not None and _day(expires) < now.date():
            raise BadRequest(f"--expires 是已经过去的日子：{expires}")
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        self._ledger.execute(
            "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)",
            (key_id, _digest(secret), str(audience), name, _minute(now), expires),
        )
        return f"xh_{key_id}_{secret}"

    def all(self) -> list[Key]:
        """Oldest first."""
        rows = self._ledger.execute(f"SELECT {_FIELDS} FROM keys ORDER BY created, key_id")
        return [_key(row) for row in rows]

    def revoke(self, key_id: str, now: datetime) -> Key:
        """Take a key back, at once and for good. Raises NotFound."""
        self._ledger.execute(
            "UPDATE keys SET revoked = ? WHERE key_id = ? AND revoked IS NULL",
            (_minute(now), key_id),
        )
        for key in self.all():
            if key.key_id == key_id:
                return key
        raise NotFound(f"没有编号是 {key_id} 的钥匙，用 xiehui key list 查看")

    def shown(self, text: str, today: date) -> Key:
        """The key that somebody shows. Raises KeyRefused, which says more than that only to who
        knows the secret."""
        match = KEY.fullmatch(text)
        key_id, secret = match.groups() if match else ("", "")
        rows = self._ledger.execute(
            f"SELECT {_FIELDS}, digest FROM keys WHERE key_id = ?", [key_id]
        )
        digest = rows[0][-1] if rows else _NOBODY
        if not hmac.compare_digest(_digest(secret), digest):
            raise KeyRefused("钥匙不对，请检查是否完整；如果一直不行，请向秘书处要一把新的")
        key = _key(rows[0])
        state = key.state(today)
        if state == "expired":
            raise KeyRefused(f"钥匙已于 {key.expires} 到期，请向秘书处要一把新的", "key_expired")
        if state == "revoked":
            raise KeyRefused("钥匙已经停用，请向秘书处要一把新的", "key_revoked")
        return key


def _key(row: tuple[Any, ...]) -> Key:
    """Of a row of _FIELDS."""
    return Key(row[0], Audience(row[1]), *row[2:6])


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _minute(now: datetime) -> str:
    return now.isoformat(" ", "minutes")


def _day(text: str) -> date:
    try:
        if len(text) == len("2027-06-30"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadRequest(f"--expires 应是日期，如 2027-06-30；不能是 {text[:20]}")

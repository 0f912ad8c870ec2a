"""The door: who is there is decided here, once for each request, and nowhere else.

No key means the public. A key comes in the Authorization header from a program, in a cookie from
somebody who signed in; never in the address, where logs and histories would keep it.
"""

from __future__ import annotations

import hmac
import re
import time
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import FormData

from index.errors import BadRequest, KeyRefused, StaffOnly
from index.model import Audience
from service.keys import KEY, Key, Keys
from service.throttle import Throttle
from service.wording import NAMES

COOKIE = "xiehui_key"
_KEY_PARAMETERS = frozenset(("key", "apikey", "api_key", "access_token", "token", "authorization"))
_HOLDS_KEY = re.compile(KEY.pattern)
_SIGNED_IN_S = 30 * 24 * 3600
# What a wrong key costs of what one client may ask: guessing is slow, a slip of the hand is not.
_WRONG_KEY_COST = 10.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `form` is what the forms on this visitor's pages carry, empty for the public and
    for programs: another site can send a form here, but cannot know it."""

    audience: Audience = Audience.PUBLIC
    key: Key | None = None
    form: str = ""

    def json(self) -> dict[str, object]:
        """For the pages."""
        return {
            "audience": str(self.audience),
            "name": NAMES[self.audience],
            "signed_in": self.key is not None,
            "csrf": self.form,
        }


class Door:
    """Lets requests in. Raises BadRequest for a key in the address, KeyRefused for a wrong one,
    TooMany when the public asks too much."""

    def __init__(self, keys: Keys, throttle: Throttle, base_url: str = "") -> None:
        self._keys = keys
        self._throttle = throttle
        self._base = urlsplit(base_url)

    def enter(self, request: Request, cost: float = 1.0) -> Visitor:
        """`cost` is what the request costs the public of what one client may ask."""
        if _names_key(request):
            raise BadRequest("钥匙不能写在网址里，网址会留在记录中；请放在 Authorization 头里")
        address = _address(request)
        text, in_cookie = _key_text(request)
        if text is None:
            self._throttle.take(address, time.time(), cost)
            return Visitor()
        return self._known(text, address, in_cookie)

    def sign_in(self, request: Request, text: str) -> Visitor:
        """Who shows this key in the form for it."""
        require_same_site(request)
        return self._known(text.strip(), _address(request), in_cookie=True)

    def remember(self, request: Request, response: Response, text: str) -> None:
        """Let the browser show this key from now on, to this service only and to no script."""
        response.set_cookie(
            COOKIE,
            text.strip(),
            max_age=_SIGNED_IN_S,
            path=self._path(request),
            secure="https" in (request.url.scheme, self._base.scheme),
            httponly=True,
            samesite="lax",
        )

    def forget(self, request: Request, response: Response) -> None:
        response.delete_cookie(COOKIE, path=self._path(request), httponly=True, samesite="lax")

    def _path(self, request: Request) -> str:
        """What the cookie is for: this service and not the whole site, where it is asked at its
        public address."""
        there = request.headers.get("host") == self._base.netloc
        return self._base.path.rstrip("/") + "/" if there else "/"

    def staff(self, request: Request) -> Visitor:
        """For programs that change something: a cookie is not enough, since a browser sends it
        along whoever asks it to. Raises KeyRefused without a key, StaffOnly with another's."""
        visitor = self.enter(request)
        if visitor.key is None or (visitor.form and request.method not in ("GET", "HEAD")):
            raise KeyRefused("请在 Authorization 头里给出工作人员的钥匙", "key_missing")
        return require_staff(visitor)

    def _known(self, text: str, address: str, in_cookie: bool) -> Visitor:
        try:
            key = self._keys.shown(text, date.today())
        except KeyRefused:
            self._throttle.take(address, time.time(), _WRONG_KEY_COST)
            raise
        form = hmac.digest(text.encode(), b"form", "sha256").hex() if in_cookie else ""
        return Visitor(key.audience, key, form)


def require_staff(visitor: Visitor) -> Visitor:
    if visitor.audience is not Audience.STAFF:
        raise StaffOnly("这需要工作人员的钥匙")
    return visitor


def require_form(request: Request, visitor: Visitor, form: FormData) -> None:
    """Raises BadRequest for a form that is not from one of this visitor's own pages."""
    require_same_site(request)
    given = form.get("csrf")
    if not (isinstance(given, str) and visitor.form and _same(given, visitor.form)):
        raise BadRequest("这一页已经过期，请刷新后再提交")


def require_same_site(request: Request) -> None:
    """Raises BadRequest for a form that another site sent here."""
    origin = request.headers.get("origin")
    if (
        origin is not None and _host_of(origin) != request.headers.get("host")
    ) or request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise BadRequest("这个表单不是从本站提交的")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as http://[
        return None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _names_key(request: Request) -> bool:
    pairs = request.query_params.multi_items()
    return any(
        name.lower() in _KEY_PARAMETERS or _HOLDS_KEY.search(name) or _HOLDS_KEY.search(value)
        for name, value in pairs
    )


def _key_text(request: Request) -> tuple[str | None, bool]:
    """(the key that is shown, whether in the cookie)."""
    given = request.headers.getlist("authorization")
    if given:
        scheme, _, text = given[0].partition(" ")
        whole = len(given) == 1 and scheme.lower() == "bearer"
        return (text.strip() if whole else ""), False
    return request.cookies.get(COOKIE), True


def _address(request: Request) -> str:
    return request.client.host if request.client else ""

"""What may be kept of an answer, by whom, and how to ask whether it is still the same.

The public's answers may be kept but are asked for again each time, so that what was deleted is
gone at once; what others may see is kept by nobody. The tag is made of the answer itself, not of
a state of the library, which would tell that something the asker may not see has changed.
"""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

from index.model import Audience


def cached(
    request: Request, response: Response, audience: Audience, basis: bytes | None = None
) -> Response:
    """The answer with what caches must know, or 304 where the asker has it; `basis` is what the
    tag is made of where that is not the body."""
    tag = f'W/"{sha256(response.body if basis is None else basis).hexdigest()[:24]}"'
    headers = {"ETag": tag, **kept_headers(audience)}
    had = request.headers.get("if-none-match", "")
    if request.method in ("GET", "HEAD") and tag in map(str.strip, had.split(",")):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def kept_headers(audience: Audience) -> dict[str, str]:
    """For every answer that depends on who asks."""
    kept = "no-cache" if audience is Audience.PUBLIC else "private, no-store"
    return {"Cache-Control": kept, "Vary": "Authorization, Cookie"}

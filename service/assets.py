"""Files served beside the pages, each under an address that changes with its content."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi.responses import Response

WEB = Path(__file__).parent / "web"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file served beside the pages; the digest in its address lets browsers keep it."""

    body: bytes
    media_type: str
    digest: str


def load_asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _MEDIA_TYPES[path.suffix], sha256(body).hexdigest()[:16])


def send_asset(asset: Asset | None, digest: str) -> Response:
    """The file, to be kept for a year; under an outdated digest, the current one unkept."""
    if asset is None:
        return Response(status_code=404)
    caching = "public, max-age=31536000, immutable" if digest == asset.digest else "no-cache"
    return Response(asset.body, media_type=asset.media_type, headers={"Cache-Control": caching})


ASSETS = {
    name: load_asset(WEB / name) for name in ("style.css", "page.js", "widget.js", "icon.svg")
}

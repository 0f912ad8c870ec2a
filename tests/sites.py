"""Two servers of a test: a site with the search box on it, and the service that it asks."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from service.assets import ASSETS

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """What a server says, after `delay_s`."""

    body: str
    media_type: str = HTML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


class Site:
    """A server on a free port that says at a path, or there to one question, what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []  # path and parameters of each request
        self._replies: dict[tuple[str, str | None], Reply] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self.say("/favicon.ico", Reply(""))

    def say(self, path: str, reply: Reply, q: str | None = None) -> None:
        self._replies[path, q] = reply

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        params = dict(parse_qsl(parts.query))
        self.asked.append((parts.path, params))
        reply = self._replies.get((parts.path, params.get("q")))
        reply = reply or self._replies.get((parts.path, None)) or Reply("", status=404)
        time.sleep(reply.delay_s)
        body = reply.body.encode()
        try:
            request.send_response(reply.status)
            for name, value in {"Content-Type": reply.media_type, **reply.headers}.items():
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except ConnectionError:
            pass  # the box no longer waits


# What a service says to every site.
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}


class Service(Site):
    """A service that every site may ask, and that finds three documents unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        script = ASSETS["widget.js"]
        self.say("/widget.js", Reply(script.body.decode(), script.media_type, headers=OPEN))
        self.say("/", Reply("<title>检索页</title>"))
        for name in ("1", "2", "3"):
            self.say(f"/documents/{name}", Reply(f"<title>文件{name}</title>"))
        self.finds(answer(hit("1"), hit("2"), hit("3")))

    def finds(
        self,
        found: Any,
        q: str | None = None,
        *,
        path: str = "/v1/search",
        status: int = 200,
        delay_s: float = 0.0,
        **headers: str,
    ) -> None:
        """Answer so, to the question `q` or to every question."""
        body = found if isinstance(found, str) else json.dumps(found)
        told = {**OPEN, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.say(path, Reply(body, "application/json", status, told, delay_s), q)

    def questions(self, path: str = "/v1/search") -> list[str]:
        return [params.get("q", "") for asked, params in self.asked if asked == path]

    def is_asked(self, *questions: str, path: str = "/v1/search") -> bool:
        """Whether it is asked these questions and no others, once so many have come."""
        end = time.monotonic() + 10
        while len(self.questions(path)) < len(questions) and time.monotonic() < end:
            time.sleep(0.01)
        return self.questions(path) == list(questions)


def hit(document_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "title": f"会费管理办法{document_id}",
        "number": f"示后协〔2023〕{document_id}号",
        "date": "2023-06-25",
        "types": ["办法"],
        "source": "a.pdf",
        "url": f"/documents/{document_id}",
        "superseded": False,
        "passages": [
            {
                "passage_id": 10,
                "address": "第四条",
                "text": "第四条 会费于每年六月三十日以前缴纳。",
                "marks": [[4, 6]],
            }
        ],
        **fields,
    }


def answer(*hits: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "query": {"text": "", "understood": []},
        "total": len(hits),
        "total_is_exact": True,
        "notice": None,
        "suggestions": [],
        "answer": None,
        "hits": list(hits),
        **fields,
    }


def box(service: str, attributes: str = "", inside: str = "", fields: str = "") -> str:
    """What a site puts into its page, but for the line that loads the script."""
    return (
        f'<xiehui-search {attributes}>{inside}<form action="{service}" method="get" role="search">'
        f'<input name="q" type="search" placeholder="搜索文件" aria-label="站内检索">{fields}'
        "<button>搜索</button></form></xiehui-search>"
    )


def page(service: str, *boxes: str, head: str = "", html: str = 'lang="zh-CN"') -> Reply:
    """A page of a site with boxes on it, in the middle of other things."""
    shown = "".join(boxes or (box(service),))
    return Reply(
        f"<!doctype html><html {html}><head><title>某协会</title><meta name=viewport "
        f'content="width=device-width, initial-scale=1">{head}</head><body><header>'
        f'<p>某协会</p>{shown}</header><main><h1>首页</h1><p>正文</p><a href="#x">别处</a></main>'
        f'<script type="module" src="{service}widget.js"></script></body></html>'
    )

"""Starting the service on this machine, and telling the person when it can be used."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from types import FrameType

import typer
import uvicorn

from index import sounds
from index.collection import Collection
from index.errors import SearchError
from index.model import Audience
from service.connection import Connection
from service.desk import Desk
from service.porter import Porter
from service.selftest import Readiness
from service.settings import Settings
from service.siblings import Siblings
from service.throttle import renew

_READY_WITHIN_S = 120
_ADDRESS_BYTES = 512 * 1024
_MOST_CONNECTIONS = 1000


class PortTaken(SearchError):
    code = "port_taken"


def run(collection: Collection, settings: Settings) -> None:
    """Serve until Ctrl-C, in as many processes as the settings say. Raises PortTaken when
    something else listens there."""
    _check_port(settings.host, settings.port)
    renew(settings.home)
    with (
        _counting_together(),
        Siblings(settings.processes - 1, partial(_answer_beside, settings)) as siblings,
        Porter(settings),
    ):
        threading.Thread(target=_announce, args=(collection, settings), daemon=True).start()
        _answer(collection, settings, Readiness(), siblings.end)


@contextmanager
def _counting_together() -> Iterator[None]:
    """A folder in which the metrics of all processes are added up. prometheus_client asks for it
    when it is imported, so what counts is imported below."""
    with TemporaryDirectory(prefix="xiehui-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _answer_beside(settings: Settings) -> None:
    """What a sibling does: it takes connections only once it can answer them."""
    collection = Collection(settings.home, encoder_name=settings.encoder)
    readiness = Readiness()
    readiness.check(collection)
    if readiness.ready:
        _answer(collection, settings, readiness, lambda: None)


def _answer(
    collection: Collection,
    settings: Settings,
    readiness: Readiness,
    at_end: Callable[[], None],
) -> None:
    """Answer what arrives until a signal comes; `at_end` is called when it does."""
    collection.refresh()
    threading.Thread(target=sounds.load, daemon=True).start()  # no question waits for it
    from service.api import create_app, guarded

    config = uvicorn.Config(
        guarded(create_app(collection, settings, readiness)),
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        # httptools refuses addresses above 64 kB in its own words; a question of 10,000
        # characters deserves ours.
        http=Connection,
        h11_max_incomplete_event_size=_ADDRESS_BYTES,
        ws="none",
        limit_concurrency=_MOST_CONNECTIONS,
        forwarded_allow_ips=settings.trusted_proxies,
    )
    listening = socket.create_server(
        (settings.host, settings.port),
        family=_family(settings.host),
        reuse_port=settings.processes > 1,
    )
    _Server(config, at_end).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Ends by raising the signal again, after which nothing of ours would run."""

    def __init__(self, config: uvicorn.Config, at_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._at_end = at_end

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._at_end()
        super().handle_exit(sig, frame)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _check_port(host: str, port: int) -> None:
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "已被占用" if error.errno == errno.EADDRINUSE else f"不能用（{error.strerror}）"
            other = port % 65535 + 1
            raise PortTaken(
                f"端口 {port} {why}，请换一个："
                f"make demo PORT={other} 或 xiehui serve --port {other}"
            ) from error


def _announce(collection: Collection, settings: Settings) -> None:
    """Once the self-test has passed, say where to go and what to try."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    landing = Desk(collection, Audience.PUBLIC, settings).landing()
    for _ in range(_READY_WITHIN_S * 5):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    else:
        typer.echo("服务没有在预期时间内通过自检，请查看上面的错误", err=True)
        return
    typer.echo(f"\n协会检索已就绪：{address}   （按 Ctrl-C 停止）")
    typer.echo(f"公众可检索 {landing['documents']} 份文件。可以试试：")
    for example in landing["examples"]:
        typer.echo(f"  · {example}")

"""The service under load: `xiehui serve` in a process of its own, asked by 1, 8 and 32 at once.

python tests/bench/http_load.py [--size 147966] [--seconds 10]
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import material


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit("the server did not become ready")


def load(port: int, at_once: int, seconds: float, texts: list[str]) -> tuple[list[float], float]:
    """Milliseconds of every answer, and answers per second."""
    times_ms: list[float] = []
    end = time.perf_counter() + seconds

    def client(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        at = first
        while time.perf_counter() < end:
            path = "/v1/search?q=" + urllib.parse.quote(texts[at % len(texts)])
            began = time.perf_counter()
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
            times_ms.append((time.perf_counter() - began) * 1000)
            at += at_once

    began = time.perf_counter()
    clients = [threading.Thread(target=client, args=(n,)) for n in range(at_once)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    return times_ms, len(times_ms) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=147_966)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    print(material.machine())
    collection = material.home(given.size)
    home, port = collection.library.home, free_port()
    collection.close()
    command = Path(sys.executable).with_name("xiehui")
    server = subprocess.Popen(
        [command, "serve", "--home", home, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XIEHUI_NAME": "压力测试"},
    )
    try:
        wait_until_ready(port)
        texts = material.questions()
        load(port, 4, 2, texts)
        for at_once in (1, 8, 32):
            times_ms, rate = load(port, at_once, given.seconds, texts)
            print(material.line(f"{at_once} at once", times_ms) + f"  {rate:.0f} answers/s")
        print(
            Path(f"/proc/{server.pid}/status").read_text().split("VmHWM:")[1].split("\n")[0].strip()
        )
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()

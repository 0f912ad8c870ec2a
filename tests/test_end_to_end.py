"""As its users meet it: the installed command, a real server, a real browser."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "corpus" / "documents" / "public"
XIEHUI = Path(sys.executable).with_name("xiehui")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(XIEHUI), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("end-to-end") / "home"
    done = run("ingest", str(DOCUMENTS), "--home", str(home), "--audience", "public", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["added"] == len(list(DOCUMENTS.iterdir()))
    return home


@contextmanager
def serving(home: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Two processes that answer; (address, the first of them)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("w") as output:
        child = subprocess.Popen(
            [str(XIEHUI), "serve", "--home", str(home), "--port", str(port)],
            stdout=output,
            stderr=output,
            env={**os.environ, "XIEHUI_PROCESSES": "2"},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                assert child.poll() is None, log.read_text()
                time.sleep(0.1)
        else:
            pytest.fail(f"not ready within 30 s:\n{log.read_text()}")
        yield address, child
    finally:
        child.terminate()
        child.wait(timeout=20)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(home, tmp_path_factory.mktemp("server") / "log") as (address, _):
        yield address


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page whose console and network must stay clean: nothing logged, nothing from elsewhere."""
    context = browser.new_context(base_url=server)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda request: said.append(request.url) if not request.url.startswith(server) else None,
    )
    yield page
    context.close()
    assert said == []


def get(server: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(server + path, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


QUESTIONS = [json.loads(line) for line in (ROOT / "corpus" / "judged" / "queries.jsonl").open("rb")]


def answered(server: str, task: dict[str, str]) -> tuple[bool, bool]:
    """Whether the right document comes first, and whether it shows the right sentence."""
    status, body = get(server, "/v1/search?q=" + urllib.parse.quote(task["text"]))
    assert status == 200
    hits = json.loads(body)["hits"]
    first = bool(hits) and hits[0]["source"] == task["expect_doc"]
    wanted = "".join(task["expect_passage"].split())
    shown = [p for hit in hits for p in hit["passages"] if hit["source"] == task["expect_doc"]]
    return first, any(wanted in "".join(passage["text"].split()) for passage in shown)


def test_the_three_questions_of_the_demo_show_their_sentence_first(server: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    tasks = {task["text"]: task for task in QUESTIONS if f'"{task["text"]}"' in makefile}
    assert len(tasks) == 3
    assert [answered(server, task) for task in tasks.values()] == [(True, True)] * 3


def test_a_question_of_thousands_of_characters_is_cut_or_refused_in_words(server: str) -> None:
    status, body = get(server, f"/v1/search?q={'x' * 10_000}")
    assert status == 200 and "500" in json.loads(body)["notice"]
    status, body = get(server, f"/v1/search?q={urllib.parse.quote('字' * 10_000)}")
    told = json.loads(body)
    assert status in {200, 400, 414, 431} and (told.get("notice") or told["error"]["message"])


def test_broken_utf8_in_the_address_is_no_server_error(server: str) -> None:
    assert get(server, "/v1/search?q=%ff%fe")[0] == 200
    assert get(server, "/%ff")[0] == 404


def sibling_of(child: subprocess.Popen[bytes]) -> int | None:
    """The process that answers beside the first, once there is one."""
    for thread in Path(f"/proc/{child.pid}/task").iterdir():
        # a thread or a child may end while they are listed
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for pid in (thread / "children").read_text().split():
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
    return None


def until(condition: Callable[[], bool], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def answers(address: str) -> bool:
    """Whether one of twenty new connections is answered: half go to a process that is stopped."""
    for _ in range(20):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=0.5):
                return True
        except OSError:
            pass
    return False


def test_one_of_two_processes_may_stop_or_die_and_takes_nothing_with_it(
    home: Path, tmp_path: Path
) -> None:
    with serving(home, tmp_path / "log") as (address, child):
        os.kill(child.pid, signal.SIGSTOP)
        try:
            assert until(lambda: answers(address)), "the second process answers by itself"
        finally:
            os.kill(child.pid, signal.SIGCONT)
        first = sibling_of(child)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert answers(address)
        assert until(lambda: sibling_of(child) not in {None, first}), "another takes its place"
        last = sibling_of(child)
        os.kill(child.pid, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{last}").exists()), "none outlives the first"


def test_a_busy_port_is_one_line_that_names_the_way_out(server: str, home: Path) -> None:
    done = run("serve", "--home", str(home), "--port", server.rsplit(":", 1)[1])
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1 and "PORT=" in done.stderr


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_searches_opens_a_hit_and_sees_the_sentence(
    browser: Browser, server: str, javascript: bool
) -> None:
    context = browser.new_context(base_url=server, java_script_enabled=javascript)
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("孩子寝室开空调一度电多少钱")
    page.keyboard.press("Enter")
    first = page.locator("li.hit").first
    assert "每千瓦时0.55元" in first.inner_text()
    assert first.locator("mark").count() > 0
    first.get_by_role("link").first.click()
    assert "高校后勤服务指引" in (page.locator("h1").text_content() or "")
    assert page.get_by_text("每千瓦时0.55元收取").count() > 0
    context.close()


def test_every_kind_of_page_is_quiet_and_loads_nothing_from_elsewhere(page: Page) -> None:
    for path in ("/", "/?q=会费", "/?q=量子纠缠哥本哈根", "/?type=通知", "/docs"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.title()


def test_a_phone_sees_no_sideways_scrolling(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for path in ("/", "/?q=会费标准"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("li.hit h2 a").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()

"""The search box with the real service, on a site of another origin."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, Request, expect

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from ingest.pipeline import ingest
from service.api import create_app, guarded
from service.selftest import Readiness
from service.settings import Settings
from sites import Reply, Site, box, page

Visit = Callable[..., Page]

CORPUS = Path(__file__).parents[1] / "corpus"
HOSTILE = "<img src=x onerror=alert(1)>]]></script>关于\u202e用印\u202c的通知"
# An emoji, a character beyond the first plane, an accent of its own: each counts otherwise in
# UTF-16, in code points and to the eye.
RARE = "𠮷林分会😀为e\u0301会费登记造册，𠮷林分会的会费另行登记。"


@dataclass(frozen=True)
class Running:
    address: str

    def asks(self, path: str, **params: str) -> Any:
        query = urllib.parse.urlencode(params)
        with urllib.request.urlopen(f"{self.address}{path}?{query}", timeout=20) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def website() -> Iterator[Site]:
    website = Site()
    yield website
    website.close()


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer, website: Site
) -> Iterator[Running]:
    """What `xiehui serve` serves, over the sample documents and two that mean trouble."""
    folder = tmp_path_factory.mktemp("widget")
    (folder / "files").mkdir()
    for file in (CORPUS / "documents" / "public").iterdir():
        if file.suffix in {".html", ".txt"}:
            shutil.copy(file, folder / "files")
    (folder / "files" / "坏.html").write_text(
        "<html><head><meta charset='utf-8'><link rel='canonical' href='javascript:alert(1)'></head>"
        "<body><h1>用印通知</h1><p>各单位申请用印，须写明份数和用途，由秘书长签字后盖章。</p></body>",
        "utf-8",
    )
    (folder / "files" / "坏.html.meta.toml").write_text(f"title = {json.dumps(HOSTILE)}", "utf-8")
    (folder / "files" / "少见字.txt").write_text(f"分会名册说明\n\n{RARE}\n", "utf-8")
    home = folder / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    ingest(collection, [folder / "files"], audience=Audience.PUBLIC)
    readiness = Readiness()
    readiness.check(collection)
    origin = website.address.rstrip("/")
    app = create_app(collection, Settings(home=home, allowed_origins=(origin,)), readiness)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(guarded(app), log_level="warning"))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    server.should_exit = True


def ask(opened: Page, text: str) -> None:
    opened.get_by_role("combobox").fill(text)
    expect(opened.get_by_role("option").last).to_have_text("查看全部结果")


def test_w1_without_javascript_the_form_leads_to_the_answer(visit: Visit) -> None:
    opened = visit(java_script_enabled=False)
    opened.get_by_role("searchbox").fill("孩子寝室开空调一度电多少钱")
    opened.keyboard.press("Enter")
    expect(opened.locator("li.hit").first).to_contain_text("每千瓦时0.55元")


def test_w1_with_javascript_enter_leads_there_too_and_the_list_to_the_sentence(
    visit: Visit, service: Running
) -> None:
    opened = visit()
    ask(opened, "孩子寝室开空调一度电多少钱")
    expect(opened.get_by_role("group", name="原文摘录")).to_contain_text("每千瓦时0.55元")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{service.address}documents/*")
    expect(opened.locator(".asked").first).to_contain_text("每千瓦时0.55元")
    opened.go_back()
    opened.get_by_role("combobox").fill("会费")
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{service.address}?q=*")
    expect(opened.locator("li.hit").first).to_be_visible()


def test_w2_a_real_composition_is_one_question(visit: Visit) -> None:
    opened = visit()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(urllib.parse.unquote(request.url)))
    opened.get_by_role("combobox").focus()
    keyboard = opened.context.new_cdp_session(opened)
    for typed in ("s", "sh", "shi", "shi't", "shi'tang"):
        selection = {"selectionStart": len(typed), "selectionEnd": len(typed)}
        keyboard.send("Input.imeSetComposition", {"text": typed, **selection})
        opened.wait_for_timeout(200)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "食堂"})
    expect(opened.get_by_role("option").last).to_have_text("查看全部结果")
    assert len(asked) == 1 and "?q=食堂&" in asked[0]


def test_w12_hostile_documents_are_text_and_nothing_else(visit: Visit, service: Running) -> None:
    opened = visit()
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url))
    opened.on("dialog", lambda dialog: sent.append(dialog.message))
    ask(opened, "申请用印")
    title = opened.locator("[part=title]").first
    assert title.text_content() == HOSTILE
    assert title.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"
    href = opened.get_by_role("option").first.get_attribute("href") or ""
    assert href.startswith(f"{service.address}documents/")
    assert all(url.startswith(f"{service.address}v1/search?") for url in sent)


def test_w13_it_works_under_the_strictest_policy_and_breaks_none(
    visit: Visit, service: Running
) -> None:
    both = f"'self' {service.address}"
    policy = f"default-src 'none'; script-src {both}; style-src 'self'; connect-src {both}; "
    policy += f"form-action {both}"
    strict = Reply(page(service.address).body, headers={"Content-Security-Policy": policy})
    opened = visit(strict)  # which fails when anything is said on the console
    ask(opened, "会费")
    expect(opened.locator("[part=panel]")).to_have_css("position", "fixed")
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{service.address}?q=*")


def test_w13_and_on_our_own_pages_where_enter_keeps_the_filters(
    visit: Visit, service: Running
) -> None:
    opened = visit()
    opened.goto(f"{service.address}?q=会费&type=办法")
    ask(opened, "会员")
    expect(opened.get_by_role("option").last).to_have_attribute("href", re.compile("type="))
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/?q=%E4%BC%9A%E5%91%98&type=*")
    assert opened.locator("#q").input_value() == "会员"


def test_the_box_on_our_own_pages_does_not_move_when_the_script_comes(
    visit: Visit, service: Running
) -> None:
    sizes = []
    for javascript in (True, False):
        opened = visit(java_script_enabled=javascript)
        for path in ("", "?q=会费"):
            opened.goto(service.address + path)
            if javascript:
                expect(opened.get_by_role("combobox")).to_be_visible()
            parts = ("form[role=search]", "#q", "form[role=search] button")
            sizes.append([opened.locator(part).first.bounding_box() for part in parts])
    assert sizes[:2] == sizes[2:]


def test_w19_nothing_is_kept_nothing_is_told_to_others_and_nothing_masked_is_seen(
    visit: Visit, service: Running, website: Site
) -> None:
    sources = "".join(file.read_text("utf-8") for file in (CORPUS / "sources").iterdir())
    numbers = set(re.findall(r"0899[-—]\d{7,8}|[\w.]+@[\w.]+\.\w+", sources))
    assert len(numbers) > 5
    queries = map(json.loads, (CORPUS / "judged" / "queries.jsonl").open(encoding="utf-8"))
    questions = [each["text"] for each in queries if each["audience"] == "public"]
    opened = visit(page(service.address, box(service.address, 'compose="pinyin"')))
    requests: list[Request] = []
    opened.on("request", lambda request: requests.append(request))
    seen = ""
    for question in [*questions[:25], "联系电话", "秘书处 邮箱"]:
        with opened.expect_response("**/v1/search?*") as response:
            opened.get_by_role("combobox").fill(question)
        seen += response.value.text()
        expect(opened.get_by_role("status")).not_to_be_empty()
        seen += opened.locator("xiehui-search").evaluate("box => box.shadowRoot.textContent")
    assert not [number for number in numbers if number in seen]
    assert all(request.url.startswith(service.address) for request in requests)
    assert not any({"cookie", "referer"} & request.all_headers().keys() for request in requests)
    assert opened.context.cookies() == []
    assert opened.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_w21_marks_are_those_of_the_service_whatever_the_characters(
    visit: Visit, service: Running
) -> None:
    question = "𠮷林分会 会费登记"
    (hit,) = [
        hit
        for hit in service.asks("v1/search", q=question)["hits"]
        if hit["title"] == "分会名册说明"
    ]
    passage = hit["passages"][0]
    marked = [passage["text"][start:end] for start, end in passage["marks"]]
    assert passage["text"].endswith(RARE) and len(marked) > 2
    opened = visit()
    ask(opened, question)
    option = opened.get_by_role("option").filter(has_text="分会名册说明").last
    assert option.locator("mark").all_text_contents() == marked
    assert option.locator("[part=excerpt]").text_content() == passage["text"]

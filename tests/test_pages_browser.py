"""The pages in a real browser, as the public and as the staff: usable by keyboard, on a phone, on
paper, without scripts, and by axe's rules of accessibility."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience
from ingest.pipeline import ingest
from service.api import create_app, guarded
from service.keys import Keys
from service.ledger import Ledger
from service.settings import Settings
from test_end_to_end import DOCUMENTS

CHOSEN = ("*会费*", "*服务指引*", "*乒乓球*", "*2025年度研究课题*")
AXE = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
PAGES = {
    "landing": "/",
    "results": "/?q=会费什么时候交&type=通知",
    "document": "/documents/{pdf}",
    "nothing": "/?q=量子纠缠哥本哈根&year=2024&mode=keyword",
    "error": "/nowhere",
    "login": "/login",
}
STAFF_PAGES = {
    "files": "/files",
    "managed": "/documents/{pdf}",
    "beside": "/documents/{pdf}?original=1",
}
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Path:
    home = tmp_path_factory.mktemp("pages") / "home"
    collection = Collection(home, create=True, analyzer=analyzer)
    chosen = sorted(file for pattern in CHOSEN for file in DOCUMENTS.glob(pattern))
    ingest(collection, chosen, audience=Audience.PUBLIC)
    collection.close()
    return home


@pytest.fixture(scope="module")
def service(home: Path, analyzer: Analyzer) -> Iterator[str]:
    settings = Settings(home=home, contact="秘书处 0899-5550100", rate_per_minute=0)
    app = guarded(create_app(Collection(home, analyzer=analyzer), settings))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def key(home: Path) -> str:
    return Keys(Ledger(home)).create(Audience.STAFF, "测试", None, datetime.now())


@pytest.fixture
def open_context(browser: Browser, service: str) -> Iterator[Any]:
    """Contexts whose consoles must stay empty and that ask for nothing from elsewhere."""
    said: list[str] = []
    contexts: list[BrowserContext] = []

    def opened(**settings: Any) -> BrowserContext:
        context = browser.new_context(base_url=service, locale="zh-CN", **settings)
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("request", lambda asked: said.append(asked.url) if _foreign(asked.url) else None)
        contexts.append(context)
        return context

    def _foreign(url: str) -> bool:
        # The browser shows a PDF by an extension of its own.
        return not url.startswith((service, "chrome:", "chrome-extension:", "blob:", "data:"))

    yield opened
    for context in contexts:
        context.close()
    assert [words for words in said if "404" not in words] == []


def sign_in(page: Page, key: str) -> None:
    page.goto("/login")
    page.get_by_label("钥匙").fill(key)
    page.get_by_role("button", name="登录").click()


def pdf_id(page: Page) -> str:
    page.goto("/?q=关于缴纳2025年度会费的通知")
    address = page.locator("li.hit h2 a").first.get_attribute("href") or ""
    return re.findall(r"documents/(\w+)", address)[0]


def broken_rules(page: Page) -> list[str]:
    # Not by a script element, which the pages forbid: evaluated, as a person's own tools are.
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {iframes: false, resultTypes: ['violations']})")
    return [
        f"{page.url}: {rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, PHONE], ids=["desk", "phone"])
def test_every_page_keeps_the_rules_of_accessibility(
    open_context: Any, key: str, viewport: Any, scheme: Any
) -> None:
    page = open_context(viewport=viewport, color_scheme=scheme).new_page()
    pdf, broken = pdf_id(page), []
    for address in PAGES.values():
        page.goto(address.format(pdf=pdf))
        broken += broken_rules(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    sign_in(page, key)
    for address in STAFF_PAGES.values():
        page.goto(address.format(pdf=pdf))
        page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
        broken += broken_rules(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert broken == []


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(open_context: Any) -> None:
    page = open_context().new_page()
    page.goto("/?q=会费")
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.textContent") == "跳到正文"
    assert page.evaluate(f"{focused}.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.closest('main') !== null")
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"


def test_a_citation_is_copied_by_a_click(open_context: Any) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/documents/{pdf_id(page)}")
    page.get_by_role("button", name="复制").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#citation").inner_text()


def test_a_citation_is_copied_where_there_is_no_clipboard(open_context: Any) -> None:
    page = open_context().new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(f"/documents/{pdf_id(page)}")
    page.get_by_role("button", name="复制").click()
    page.get_by_text("已复制").wait_for()


def test_without_scripts_everything_but_the_copy_button_is_there(open_context: Any) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"/documents/{pdf_id(page)}")
    assert page.locator("#citation").is_visible()
    assert not page.locator("[data-copy]").is_visible()
    page.goto("/?q=去年的会费")
    page.get_by_role("link", name="去掉“优先时间").click()
    assert page.get_by_role("link", name="去掉“按字面：去年”").is_visible()


def test_the_staff_see_the_file_beside_its_text_and_only_on_wide_screens(
    open_context: Any, key: str
) -> None:
    context = open_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    sign_in(page, key)
    page.goto(f"/documents/{pdf_id(page)}")
    with page.expect_response(re.compile(r"/original\?view")) as answered:
        page.get_by_role("link", name="对照原文件").click()
    assert answered.value.headers["content-type"] == "application/pdf"
    frame, text = page.locator("iframe").bounding_box(), page.locator("article").bounding_box()
    assert frame and text and frame["x"] + frame["width"] <= text["x"]
    page.set_viewport_size(PHONE)
    assert not page.locator("iframe").is_visible()
    assert page.get_by_role("link", name="下载原文件").is_visible()


def test_the_staff_say_who_may_see_a_document_without_scripts(open_context: Any, key: str) -> None:
    page = open_context(java_script_enabled=False).new_page()
    sign_in(page, key)
    page.goto("/?q=全省高校后勤职工乒乓球比赛在泊阳举行")
    page.locator("li.hit h2 a").first.click()
    page.get_by_text("管理（现在公众能看到）").click()
    page.get_by_label("会员单位").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("管理（现在会员单位能看到）").click()
    page.get_by_text("删除这份文件").click()
    assert page.get_by_text("谁也查不到、打不开这份文件").is_visible()
    visitor = open_context().new_page()
    visitor.goto(page.url)
    assert visitor.get_by_role("heading", name="没有找到这一页").is_visible()


def test_paper_gets_the_document_and_nothing_to_click(open_context: Any) -> None:
    page = open_context(color_scheme="dark").new_page()
    page.goto(f"/documents/{pdf_id(page)}")
    printed = "".join(leaf.extract_text() for leaf in PdfReader(BytesIO(page.pdf())).pages)
    printed = normalize("NFKC", printed)  # fonts share the glyphs of 文 and of the radical ⽂
    for words in ("关于缴纳2025年度会费的通知", "引用格式", "第 2 "):
        assert words in printed
    for words in ("检索内容", "登录", "目录", "复制"):
        assert words not in printed
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"

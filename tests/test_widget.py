"""The search box as it is seen, read aloud and used by keyboard, on sites of every kind."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from axe_core_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import CDPSession, Locator, Page, expect

from service.assets import ASSETS
from sites import Reply, Service, answer, box, hit, page

Visit = Callable[..., Page]

RESPELLED = {"text": "huifei", "understood": [{"kind": "sound", "text": "huifei", "value": "会费"}]}
QUOTE = {"quote": "会费于每年六月三十日以前缴纳。", "document_id": "1", "passage_id": 10}
QUOTE |= {"start": 4, "end": 20, "page": [1, 1], "address": "第四条"}
EVERYTHING = answer(
    hit("1", superseded=True),
    hit("2", types=["通知"]),
    hit("3", passages=[{**hit("3")["passages"][0], "address": "三、会费"}]),
    query=RESPELLED,
    notice="已按“会费”搜索（拼音）",
    answer=QUOTE,
)
NOTHING = answer(suggestions=["会费管理办法"])


def ask(opened: Page, text: str = "会费") -> Locator:
    """Types it and waits for the list; the options."""
    opened.get_by_role("combobox").first.fill(text)
    options = opened.get_by_role("option")
    expect(options.first).to_be_visible()
    return options


def unscripted(service: Service) -> Reply:
    """The page before its script comes."""
    return Reply(page(service.address).body.replace('type="module"', 'type="text/later"'))


def chosen(opened: Page) -> str | None:
    """The text of the option that a screen reader is told is the active one."""
    return opened.get_by_role("combobox").evaluate(
        """input => {
            const id = input.getAttribute("aria-activedescendant");
            const option = id && input.getRootNode().getElementById(id);
            if (id && option.getAttribute("aria-selected") !== "true") throw new Error(id);
            return id && option.querySelector("[part]").textContent;
        }"""
    )


# --- What is shown ----------------------------------------------------------------------


def test_documents_stand_in_groups_with_number_date_place_and_marks(
    visit: Visit, service: Service
) -> None:
    service.finds(EVERYTHING)
    opened = visit()
    options = ask(opened)
    groups = opened.get_by_role("group")
    labels = groups.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert labels == ["原文摘录", "条款", "通知公告", "文件"]
    expect(groups.nth(0)).to_contain_text("会费于每年六月三十日以前缴纳。")
    expect(groups.nth(1)).to_contain_text("已有更新的版本")
    for words in ("会费管理办法1", "示后协〔2023〕1号", "2023年6月25日", "第四条"):
        expect(groups.nth(1)).to_contain_text(words)
    expect(groups.nth(1).locator("mark")).to_have_text(["会费"])
    assert options.last.inner_text() == "查看全部结果"
    links = options.evaluate_all("all => all.map(each => each.href)")
    assert links[1] == f"{service.address}documents/1?passage=10#passage"
    assert links[-1] == f"{service.address}?q=%E4%BC%9A%E8%B4%B9"


@pytest.mark.parametrize(
    "url", ["https://www.example.org/a.html", "javascript:alert(1)", "data:text/html,x", None]
)
def test_a_result_leads_to_our_page_wherever_it_was_taken_from(
    visit: Visit, service: Service, url: str | None
) -> None:
    service.finds(answer(hit("1", url=url)))
    first = ask(visit()).first
    expected = f"{service.address}documents/1?passage=10#passage"
    assert first.get_attribute("href") == expected


def test_what_was_searched_instead_is_told_and_what_was_typed_can_be_searched(
    visit: Visit, service: Service
) -> None:
    service.finds(EVERYTHING)
    opened = visit()
    options = ask(opened, "huifei")
    expect(opened.get_by_text("已按“会费”搜索（拼音）")).to_be_visible()
    expect(options.first).to_have_text("仍搜“huifei”")
    options.first.click()
    expect(opened.get_by_role("combobox")).to_be_focused()
    assert service.is_asked("huifei", "huifei")
    assert service.asked[-1][1] == {"q": "huifei", "literal": "huifei", "limit": "6"}


def test_where_nothing_is_found_other_words_and_a_way_to_ask_are_offered(
    visit: Visit, service: Service
) -> None:
    service.finds(NOTHING, "汇费")
    opened = visit(page(service.address, box(service.address, 'contact="/contact.html"')))
    options = ask(opened, "汇费")
    expect(opened.get_by_role("status")).to_contain_text("没有找到和“汇费”有关的文件")
    expect(options).to_have_text(["会费管理办法", "联系我们"])
    assert options.last.get_attribute("href") == opened.url + "contact.html"
    options.first.click()
    expect(options).to_have_count(4)
    assert service.is_asked("汇费", "会费管理办法")


def test_recent_searches_are_kept_only_where_the_site_wishes_and_can_be_cleared(
    visit: Visit, service: Service
) -> None:
    opened = visit(page(service.address, box(service.address, "recent")))
    options = opened.get_by_role("option")
    for text in ("章程", "会费"):
        ask(opened, text)
        expect(options).to_have_count(4)
        options.first.click()
        opened.wait_for_url("**/documents/**")
        opened.go_back()
        expect(opened.get_by_role("combobox")).to_be_visible()
        opened.get_by_role("combobox").fill("")
    opened.get_by_role("combobox").blur()
    opened.get_by_role("combobox").focus()
    expect(options).to_have_text(["会费", "章程", "清除搜索记录"])
    options.last.click()
    expect(options).to_have_count(0)
    assert opened.evaluate("localStorage.length") == 0


def test_w17_every_language_has_every_word_and_a_site_may_have_its_own() -> None:
    script = ASSETS["widget.js"].body.decode()
    tables = re.findall(r'^  "?([\w-]+)"?: \{\n(.*?)^  \},', script, re.M | re.S)
    keys = {name: re.findall(r"^    (\w+):", table, re.M) for name, table in tables}
    assert list(keys) == ["zh-Hans", "zh-Hant", "en"]
    assert keys["zh-Hans"] == keys["zh-Hant"] == keys["en"]
    used = set(re.findall(r"#words\.(\w+)|#word\(\"(\w+)\"", script))
    assert {one or other for one, other in used} <= set(keys["en"])


@pytest.mark.parametrize(
    ("lang", "language", "words"),
    [
        ("zh-CN", "zh-Hans", ["查看全部结果", "找到 1,234 份文件", "2023年6月25日"]),
        ("zh-TW", "zh-Hant", ["查看全部結果", "找到 1,234 份文件", "2023年6月25日"]),
        ("zh-Hant-HK", "zh-Hant", ["查看全部結果", "找到 1,234 份文件", "2023年6月25日"]),
        ("en-GB", "en", ["See all results", "Documents found: 1,234", "June 25, 2023"]),
        ("fr", "zh-Hans", ["查看全部结果", "找到 1,234 份文件", "2023年6月25日"]),
    ],
)
def test_w17_it_speaks_the_language_of_the_page(
    visit: Visit, service: Service, lang: str, language: str, words: list[str]
) -> None:
    service.finds(answer(hit("1"), total=1234))
    opened = visit(page(service.address, html=f'lang="{lang}"'))
    options = ask(opened)
    everything, found, date = words
    expect(options.last).to_have_text(everything)
    expect(opened.get_by_role("status")).to_have_text(found)
    expect(options.first).to_contain_text(date)
    assert opened.locator("xiehui-search .box").get_attribute("lang") == language


def test_w17_words_of_the_site_replace_ours(visit: Visit, service: Service) -> None:
    words = '<script type="application/json">{"all": "更多……"}</script>'
    opened = visit(page(service.address, box(service.address, inside=words)))
    expect(ask(opened).last).to_have_text("更多……")


# --- Keyboard and screen readers --------------------------------------------------------


def test_w9_everything_can_be_reached_without_leaving_the_input(
    visit: Visit, service: Service
) -> None:
    opened = visit()
    ask(opened)
    combobox, keys = opened.get_by_role("combobox"), opened.keyboard
    seen = []
    for key in (
        "ArrowDown",
        "ArrowDown",
        "ArrowUp",
        "ArrowUp",
        "ArrowUp",
        "ArrowDown",
        "ArrowDown",
    ):
        keys.press(key)
        seen.append(chosen(opened))
        expect(combobox).to_be_focused()
    first, second = "会费管理办法1", "会费管理办法2"
    assert seen == [first, second, first, None, "查看全部结果", None, first]
    keys.press("Home")
    assert chosen(opened) == first and combobox.evaluate("input => input.selectionStart") == 0
    with opened.context.expect_page() as tab:
        keys.press("Control+Enter")
    tab.value.wait_for_url("**/documents/1?passage=10#passage")
    assert len(opened.context.pages) == 2
    expect(combobox).to_be_focused()
    keys.press("Escape")
    expect(combobox).to_have_attribute("aria-expanded", "false")
    expect(combobox).to_have_value("会费")
    keys.press("Escape")
    expect(combobox).to_have_value("")
    ask(opened)
    keys.press("Tab")
    expect(opened.get_by_role("button")).to_be_focused()
    expect(combobox).to_have_attribute("aria-expanded", "false")
    combobox.focus()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    opened.wait_for_url("**/documents/**")


def test_w9_who_types_on_has_chosen_nothing_and_enter_searches_for_it(
    visit: Visit, service: Service
) -> None:
    opened = visit()
    ask(opened)
    opened.keyboard.press("ArrowDown")
    assert chosen(opened) == "会费管理办法1"
    opened.get_by_role("combobox").press_sequentially("标准")
    assert chosen(opened) is None
    opened.keyboard.press("Enter")
    opened.wait_for_url(f"{service.address}?q=*")


def test_an_answer_that_comes_when_one_has_gone_on_opens_nothing(
    visit: Visit, service: Service
) -> None:
    service.finds(answer(hit("1")), delay_s=0.3)
    opened = visit()
    opened.get_by_role("combobox").fill("会费")
    assert service.is_asked("会费")
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("status")).to_have_text("找到 1 份文件")
    expect(opened.locator("[part=panel]")).to_be_hidden()


def test_w9_the_shortcuts_lead_to_the_box_unless_a_field_or_the_page_has_the_key(
    visit: Visit, service: Service
) -> None:
    opened = visit(page(service.address, box(service.address), "<textarea></textarea>"))
    combobox, field, keys = (
        opened.get_by_role("combobox"),
        opened.locator("textarea"),
        opened.keyboard,
    )
    for key in ("/", "Control+k"):
        keys.press(key)
        expect(combobox).to_be_focused()
        expect(combobox).to_have_value("")
        combobox.blur()
    field.focus()
    keys.press("/")
    expect(field).to_have_value("/")
    field.blur()
    opened.evaluate("addEventListener('keydown', event => event.preventDefault(), true)")
    keys.press("/")
    expect(combobox).not_to_be_focused()


def test_w9_a_click_opens_a_result_and_a_middle_click_a_new_tab(
    visit: Visit, service: Service
) -> None:
    opened = visit()
    with opened.context.expect_page() as tab:
        ask(opened).nth(1).click(button="middle")
    tab.value.wait_for_url("**/documents/2*")
    expect(opened.get_by_role("combobox")).to_be_focused()
    opened.get_by_role("option").nth(2).click()
    opened.wait_for_url("**/documents/3*")


@pytest.mark.parametrize("found", [None, EVERYTHING, NOTHING, "{broken"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_w10_no_rule_of_accessibility_is_broken(
    visit: Visit, service: Service, found: Any, scheme: str
) -> None:
    opened = visit(color_scheme=scheme)
    if found is not None:
        service.finds(found)
        opened.get_by_role("combobox").fill("会费")
        expect(opened.get_by_role("status")).not_to_be_empty()
        opened.keyboard.press("ArrowDown")
    broken = Axe().run(opened)["violations"]
    assert [(rule["id"], [n["html"] for n in rule["nodes"]]) for rule in broken] == []


def test_w10_a_screen_reader_finds_a_combobox_with_its_list(visit: Visit, service: Service) -> None:
    service.finds(EVERYTHING)
    opened = visit()
    ask(opened)
    opened.keyboard.press("ArrowDown")
    tree = opened.context.new_cdp_session(opened).send("Accessibility.getFullAXTree")["nodes"]
    nodes = [node for node in tree if not node["ignored"]]

    def of(role: str) -> list[dict[str, Any]]:
        return [node for node in nodes if node["role"]["value"] == role]

    (combobox,) = of("combobox")
    properties = {each["name"]: each["value"] for each in combobox["properties"]}
    assert combobox["name"]["value"] == "站内检索"
    assert properties["expanded"]["value"] is True and properties["autocomplete"]["value"] == "list"
    (listbox,) = of("listbox")
    assert listbox["name"]["value"] == "检索结果"
    assert (
        properties["controls"]["relatedNodes"][0]["backendDOMNodeId"] == listbox["backendDOMNodeId"]
    )
    names = {node["backendDOMNodeId"]: node["name"]["value"] for node in of("option")}
    active = properties["activedescendant"]["relatedNodes"][0]["backendDOMNodeId"]
    assert names[active] == "仍搜“huifei”"
    assert len(names) == 6
    assert (
        "会费管理办法1 已有更新的版本 示后协〔2023〕1号 2023年6月25日 第四条 "
        "第四条 会费于每年六月三十日以前缴纳。" in names.values()
    )


def test_w11_the_count_is_said_once_for_each_answer(visit: Visit, service: Service) -> None:
    service.finds(NOTHING, "会费标准是")
    opened = visit()
    opened.get_by_role("status").evaluate(
        """status => {
            window.heard = [];
            new MutationObserver(() => window.heard.push(status.textContent))
                .observe(status, {childList: true, characterData: true, subtree: true});
        }"""
    )
    combobox = opened.get_by_role("combobox")
    for times, text in enumerate(("会费", "标准", "是"), start=1):
        combobox.press_sequentially(text)
        opened.wait_for_function("times => window.heard.length === times", arg=times)
    opened.wait_for_timeout(200)
    heard = opened.evaluate("window.heard")
    assert heard[:2] == ["找到 3 份文件"] * 2 and heard[2].startswith("没有找到")
    assert len(heard) == 3


# --- Themes, phones ---------------------------------------------------------------------

CONTRAST = """() => {
    const channels = color => color.match(/[\\d.]+/g).map(Number);
    const light = color => {
        const [r, g, b] = channels(color).map(each => each / 255)
            .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
        return (bright + 0.05) / (dark + 0.05);
    };
    const behind = element => {
        for (; element; element = element.parentElement) {
            const color = getComputedStyle(element).backgroundColor;
            if (channels(color)[3] !== 0) return color;
        }
        return "rgb(255, 255, 255)";
    };
    const root = document.querySelector("xiehui-search").shadowRoot;
    const texts = [...root.querySelectorAll("[part], mark")]
        .filter(each => each.checkVisibility() && each.part.value !== "status")
        .filter(each => each.matches("input, :not(:has(> *))"))
        .map(each => [each.textContent, ratio(getComputedStyle(each).color, behind(each))]);
    const input = root.querySelector("[part=input]");
    const panel = root.querySelector("[part=panel]");
    const edges = [input, panel].map(each =>
        ratio(getComputedStyle(each).borderTopColor, behind(each)));
    edges.push(ratio(getComputedStyle(input).outlineColor, behind(panel)));
    return {texts, edges, paper: behind(panel)};
}"""


@pytest.mark.parametrize(
    ("scheme", "page_theme", "box_theme", "dark"),
    [
        ("light", "", "", False),
        ("dark", "", "", True),
        ("light", 'data-theme="dark"', "", True),
        ("dark", "", 'data-theme="light"', False),
    ],
)
def test_w15_it_can_be_read_in_light_and_dark(
    visit: Visit, service: Service, scheme: str, page_theme: str, box_theme: str, dark: bool
) -> None:
    service.finds(EVERYTHING)
    shown = page(service.address, box(service.address, box_theme), html=f'lang="zh" {page_theme}')
    opened = visit(shown, color_scheme=scheme)
    ask(opened)
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("ArrowDown")
    measured = opened.evaluate(CONTRAST)
    assert (measured["paper"] == "rgb(28, 31, 35)") is dark
    assert len(measured["texts"]) > 20
    assert [text for text in measured["texts"] if text[1] < 4.5] == []
    assert all(edge >= 3 for edge in measured["edges"]), measured["edges"]


def test_w15_a_page_that_changes_its_theme_takes_the_box_along(visit: Visit) -> None:
    opened = visit(color_scheme="light")
    ask(opened)
    opened.evaluate("document.body.dataset.theme = 'dark'")
    assert opened.evaluate(CONTRAST)["paper"] == "rgb(28, 31, 35)"


def test_w15_the_chosen_option_shows_in_forced_colours_and_nothing_moves(visit: Visit) -> None:
    opened = visit(forced_colors="active", reduced_motion="reduce")
    options = ask(opened)
    opened.keyboard.press("ArrowDown")
    outlines = options.evaluate_all("all => all.map(each => getComputedStyle(each).outlineStyle)")
    assert outlines == ["solid", "none", "none", "none"]
    assert opened.evaluate("document.getAnimations().length") == 0


# The site keeps room for the box, as docs/embed.md says, and notes whatever moves.
SHIFTS = """<style>xiehui-search { display: block; min-height: 46px }</style><script>
    window.shifts = [];
    new PerformanceObserver(list => shifts.push(...list.getEntries()))
        .observe({type: "layout-shift", buffered: true});
</script>"""


def test_w16_on_a_phone_it_is_large_enough_and_keeps_to_the_screen(
    visit: Visit, service: Service
) -> None:
    service.finds(EVERYTHING)
    long = box(service.address) + '<div style="height: 2000px"></div>'
    opened = visit(
        page(service.address, long, head=SHIFTS),
        viewport={"width": 360, "height": 640},
        device_scale_factor=3,
        is_mobile=True,
        has_touch=True,
    )
    combobox, panel = opened.get_by_role("combobox"), opened.locator("[part=panel]")
    combobox.tap()
    options = ask(opened)
    assert combobox.evaluate("input => parseFloat(getComputedStyle(input).fontSize)") >= 16
    assert combobox.get_attribute("enterkeyhint") == "search"
    for height in (640, 320):
        opened.set_viewport_size({"width": 360, "height": height})
        opened.wait_for_timeout(50)
        around = panel.bounding_box()
        assert around is not None and around["height"] > 100
        assert around["x"] >= 0 and around["x"] + around["width"] <= 360
        assert around["y"] >= 0 and around["y"] + around["height"] <= height
    sizes = [each.bounding_box() for each in [combobox, *options.all()]]
    assert all(size is not None and size["height"] >= 44 for size in sizes)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    assert opened.evaluate("shifts.length") == 0
    opened.evaluate("scrollTo(0, 600)")
    expect(panel).to_be_hidden()


# --- The site around it -----------------------------------------------------------------

# What old libraries did to every page, and a style sheet that takes everything away.
LIBRARY = """<script>
    Array.prototype.each = function (visit) { for (const one of this) visit(one); };
    Array.prototype.toJSON = function () { return "[" + this.join() + "]"; };
    Array.from = function (items) { return [].concat(items); };
    Object.prototype.extend = function () { return this; };
    Element.prototype.hide = function () { this.style.display = "none"; };
    String.prototype.strip = function () { return this; };
    window.$ = id => document.getElementById(id);
</script>"""
RESET = "<style>* { all: unset !important }</style>"
PLAIN = "<style>body { margin: 0 }</style>"


def picture(shown: Locator) -> np.ndarray[Any, Any]:
    """What is seen of it, inside its edges, where what lies behind does not shine through."""
    with Image.open(io.BytesIO(shown.screenshot())) as image:
        return np.asarray(image.convert("RGB"), np.int16)[6:-6, 6:-6]


def test_w14_a_hostile_site_changes_nothing(visit: Visit, service: Service) -> None:
    service.finds(EVERYTHING)
    pages = [
        visit(page(service.address, head=head, html=html), viewport={"width": 900, "height": 1200})
        for head, html in ((PLAIN, 'lang="zh"'), (LIBRARY + RESET, 'lang="zh" dir="rtl"'))
    ]
    for opened in pages:
        ask(opened)
        opened.keyboard.press("ArrowDown")
    for name in ("form", "panel"):
        calm, hostile = (picture(opened.locator(f"[part={name}]")) for opened in pages)
        assert calm.shape == hostile.shape, name
        assert np.abs(calm - hostile).mean() < 0.5, name
    pages[1].keyboard.press("Enter")


def test_w14_two_boxes_on_a_page_do_not_meddle(visit: Visit, service: Service) -> None:
    opened = visit(page(service.address, box(service.address), box(service.address)))
    first, second = opened.get_by_role("combobox").all()
    first.fill("会费")
    expect(opened.get_by_role("option")).to_have_count(4)
    second.fill("章程")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(second).to_have_attribute("aria-expanded", "true")
    assert first.input_value() == "会费"
    expect(opened.locator("[part=panel]:visible")).to_have_count(1)


def test_w14_a_box_taken_away_and_put_back_leaves_nothing_behind(
    visit: Visit, service: Service
) -> None:
    opened = visit()
    session = opened.context.new_cdp_session(opened)

    def listeners() -> int:
        found = 0
        for name in ("window", "document", "window.visualViewport"):
            owner = session.send("Runtime.evaluate", {"expression": name})["result"]["objectId"]
            told = session.send("DOMDebugger.getEventListeners", {"objectId": owner})
            found += len(told["listeners"])
        return found

    ask(opened)
    opened.keyboard.press("Escape")
    before = listeners()
    opened.evaluate(
        """async () => {
            const box = document.querySelector("xiehui-search"), parent = box.parentNode;
            for (let i = 0; i < 50; i++) {
                box.remove();
                await 0;
                parent.append(box);
            }
        }"""
    )
    assert listeners() == before
    opened.get_by_role("combobox").fill("")
    expect(ask(opened, "章程")).to_have_count(4)
    opened.evaluate("document.querySelector('xiehui-search').remove()")
    assert listeners() < before


def test_a_box_put_in_by_a_script_and_one_without_a_form_are_both_well(
    visit: Visit, service: Service
) -> None:
    opened = visit(page(service.address, "<xiehui-search><p>没有表单</p></xiehui-search>"))
    expect(opened.get_by_text("没有表单")).to_be_visible()
    opened.evaluate("html => { document.body.innerHTML = html }", box(service.address))
    expect(ask(opened)).to_have_count(4)


def test_focus_and_what_was_typed_before_the_script_stay(visit: Visit, service: Service) -> None:
    opened = visit(unscripted(service))
    opened.get_by_role("searchbox").press_sequentially("会费办法")
    opened.keyboard.press("ArrowLeft")
    opened.evaluate("address => import(address)", f"{service.address}widget.js")
    expect(opened.get_by_role("combobox")).to_be_focused()
    opened.keyboard.insert_text("的")
    assert opened.get_by_role("combobox").input_value() == "会费办的法"


# --- Budget -----------------------------------------------------------------------------


# Milliseconds from a key to the list on the screen, without the pause and the service's own time.
KEYSTROKE = """text => new Promise(resolve => {
    const root = document.querySelector("xiehui-search").shadowRoot;
    const input = root.querySelector("input");
    let since;
    new MutationObserver((_, observer) => {
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => {
            const asked = performance.getEntriesByType("resource").at(-1);
            resolve(Math.round(performance.now() - since - 150 - asked.duration));
        }));
    }).observe(root.querySelector("[role=listbox]"), {childList: true});
    input.value = text;
    since = performance.now();
    input.dispatchEvent(new InputEvent("input"));
})"""


def test_w20_the_script_is_small() -> None:
    assert len(gzip.compress(ASSETS["widget.js"].body, 9, mtime=0)) <= 15 * 1024


def test_w20_a_computer_four_times_slower_is_not_held_up(visit: Visit, service: Service) -> None:
    service.finds(answer(*(hit(str(number)) for number in range(6))))
    ready, waits = [], []
    for _ in range(4):  # the best counts: what else runs on the machine is not the box's doing
        opened = visit(unscripted(service))
        session = opened.context.new_cdp_session(opened)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def worked_ms(script: str, opened: Page = opened, session: CDPSession = session) -> float:
            """How long the page's main thread works to run it."""
            told = []
            for what in ("0", script):
                opened.evaluate(what)
                metrics = session.send("Performance.getMetrics")["metrics"]
                told += [each["value"] for each in metrics if each["name"] == "TaskDuration"]
            return 1000 * (told[1] - told[0])

        asked = worked_ms("0")
        ready.append(4 * (worked_ms(f"import('{service.address}widget.js')") - asked))
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        waits += [opened.evaluate(KEYSTROKE, text) for text in ("会费", "章程")]
    assert min(ready) <= 50, ready
    assert min(waits) <= 100, waits

"""The search box while one types: input methods, pauses, answers that come late, failures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from sites import Service, answer, box, hit, page

Visit = Callable[..., Page]


def stopped(opened: Page) -> Page:
    """With a clock that stands still until the test moves it."""
    opened.clock.install(time=0)
    opened.clock.pause_at(1000)
    return opened


def composing(page: Page) -> CDPSession:
    """The keyboard of an input method, in the box."""
    page.get_by_role("combobox").focus()
    return page.context.new_cdp_session(page)


def compose(keyboard: CDPSession, text: str) -> None:
    keyboard.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )


def state(page: Page) -> list[str | None]:
    """What the box shows: its text, what is chosen, whether the list is open."""
    combobox = page.get_by_role("combobox")
    names = ("aria-activedescendant", "aria-expanded")
    return [combobox.input_value(), *(combobox.get_attribute(name) for name in names)]


def press_while_composing(page: Page, **how: object) -> None:
    """Keys as browsers report them while an input method has them; the page stays where it is."""
    page.get_by_role("combobox").evaluate(
        """(input, how) => {
            for (const key of ["Enter", "ArrowDown", "ArrowUp", "Escape", "Tab"]) {
                const event = new KeyboardEvent("keydown",
                    {key, bubbles: true, composed: true, cancelable: true, ...how});
                if (!input.dispatchEvent(event)) throw new Error(`${key} was taken`);
            }
        }""",
        how,
    )


# --- Input methods ----------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"isComposing": True}, {"keyCode": 229}])
def test_w3_keys_that_choose_a_candidate_are_left_to_the_input_method(
    visit: Visit, service: Service, how: dict[str, object]
) -> None:
    opened = visit()
    opened.get_by_role("combobox").fill("会费")
    expect(opened.get_by_role("option")).to_have_count(4)
    keyboard = composing(opened)
    compose(keyboard, "shi")
    before, address = state(opened), opened.url
    press_while_composing(opened, **how)
    assert state(opened) == before and opened.url == address
    assert service.is_asked("会费")


def test_w4_the_key_that_ends_a_composition_may_come_after_its_end(visit: Visit) -> None:
    opened = visit()
    opened.get_by_role("combobox").evaluate(
        """input => {
            input.value = "食堂";
            input.dispatchEvent(new CompositionEvent("compositionstart"));
            input.dispatchEvent(new CompositionEvent("compositionend", {data: "食堂"}));
            for (const keyCode of [229, 13]) {
                const key = new KeyboardEvent("keydown",
                    {key: "ArrowDown", keyCode, bubbles: true, cancelable: true});
                if (!input.dispatchEvent(key)) throw new Error("the key was taken");
            }
        }"""
    )
    assert state(opened) == ["食堂", None, "false"]


def test_w5_a_prediction_left_open_is_asked_about_and_unfinished_pinyin_is_not(
    visit: Visit, service: Service
) -> None:
    opened = stopped(visit())
    keyboard = composing(opened)
    for text in ("shi'tang", "hui fei", "shi'"):
        compose(keyboard, text)
        opened.clock.run_for(5000)
    compose(keyboard, "food")
    opened.clock.run_for(590)
    assert service.is_asked()
    opened.clock.run_for(20)
    assert service.is_asked("food")


def test_w6_a_cancelled_composition_asks_nothing_and_changes_nothing(
    visit: Visit, service: Service
) -> None:
    opened = stopped(visit())
    keyboard = composing(opened)
    compose(keyboard, "shi")
    compose(keyboard, "")
    opened.clock.run_for(5000)
    assert service.is_asked() and state(opened) == ["", None, "false"]


def test_pinyin_asks_for_suggestions_only_and_only_where_the_site_wishes(
    visit: Visit, service: Service
) -> None:
    found = {"suggestions": [{"text": "食堂管理办法", "kind": "title", "document_id": "1"}]}
    service.finds(found, path="/v1/suggest")
    opened = stopped(visit(page(service.address, box(service.address, 'compose="pinyin"'))))
    keyboard = composing(opened)
    for typed in ("s", "sh", "xq'sh"):
        compose(keyboard, typed)
        opened.clock.run_for(5000)
    for typed in ("shi't", "shi'tang"):
        compose(keyboard, typed)
    opened.clock.run_for(160)
    expect(opened.get_by_role("option")).to_have_text(["食堂管理办法"])
    assert service.is_asked("shitang", path="/v1/suggest") and service.is_asked()
    opened.get_by_role("option").click()
    expect(opened.get_by_role("option")).to_have_count(4)
    assert service.is_asked("食堂管理办法")
    assert opened.get_by_role("combobox").input_value() == "食堂管理办法"


# --- Requests ---------------------------------------------------------------------------


def test_w7_a_late_answer_never_replaces_a_newer_one(visit: Visit, service: Service) -> None:
    service.finds(answer(hit("1", title="旧的")), "会", delay_s=0.5)
    service.finds(answer(hit("2", title="新的")), "会费", delay_s=0.05)
    opened = visit()
    failed: list[str] = []
    opened.on("requestfailed", lambda request: failed.append(request.failure or ""))
    opened.get_by_role("combobox").press_sequentially("会")
    assert service.is_asked("会")
    opened.get_by_role("combobox").press_sequentially("费")
    expect(opened.get_by_role("option").first).to_contain_text("新的")
    opened.wait_for_timeout(600)
    assert opened.get_by_text("旧的").count() == 0
    assert service.is_asked("会", "会费") and failed == ["net::ERR_ABORTED"]


def test_w8_fast_typing_is_one_question(visit: Visit, service: Service) -> None:
    opened = stopped(visit())
    for character in "会费管理办法全文":
        opened.get_by_role("combobox").press_sequentially(character)
        opened.clock.run_for(30)
    opened.clock.run_for(110)
    assert service.is_asked()
    opened.clock.run_for(20)
    assert service.is_asked("会费管理办法全文")


def test_nothing_is_asked_for_nothing_or_for_one_letter_and_nothing_twice(
    visit: Visit, service: Service
) -> None:
    service.finds(answer(hit("1")), "章程")
    opened = stopped(visit())
    for text, options in ((" ", 0), ("x", 0), ("会费", 4), ("章程", 2), ("会费 ", 4)):
        opened.get_by_role("combobox").fill(text)
        opened.clock.run_for(200)
        expect(opened.get_by_role("option")).to_have_count(options)
    assert service.is_asked("会费", "章程")


def test_filters_of_the_form_go_along_and_what_the_service_does_not_know_stays(
    visit: Visit, service: Service
) -> None:
    fields = (
        '<input type="hidden" name="type" value="通知"><input type="hidden" name="from" value="x">'
    )
    opened = visit(page(service.address, box(service.address, fields=fields)))
    opened.get_by_role("combobox").fill("会费")
    last = opened.get_by_role("option").last
    expect(last).to_have_text("查看全部结果")
    assert ("/v1/search", {"q": "会费", "type": "通知", "limit": "6"}) in service.asked
    last.click()
    opened.wait_for_url(f"{service.address}?*")
    assert ("/", {"q": "会费", "type": "通知"}) in service.asked


# --- Failures ---------------------------------------------------------------------------


def submits(opened: Page, service: Service) -> None:
    """The form leads to the result page, whatever the box could not do."""
    opened.get_by_role("combobox").press("Enter")
    opened.wait_for_url(f"{service.address}?q=*")


@pytest.mark.parametrize(
    ("found", "status"), [("{}", 500), ("{}", 503), ("{broken", 200), ("{}", 200), ("null", 200)]
)
def test_w18_an_answer_that_is_none_is_a_line_and_the_form_works(
    visit: Visit, service: Service, found: str, status: int
) -> None:
    service.finds(found, status=status)
    opened = visit()
    opened.get_by_role("combobox").fill("会费")
    expect(opened.get_by_role("status")).to_have_text(
        "检索服务暂时不能回答，请稍后再试，或按回车到检索页查看"
    )
    expect(opened.get_by_text("检索服务暂时不能回答").first).to_be_visible()
    submits(opened, service)


def test_w18_without_a_connection_a_line_says_so_and_later_it_works(
    visit: Visit, service: Service
) -> None:
    opened = visit()
    opened.context.set_offline(True)
    opened.get_by_role("combobox").fill("会费")
    expect(opened.get_by_role("status")).to_contain_text("现在连不上检索服务")
    opened.context.set_offline(False)
    opened.get_by_role("combobox").fill("章程")
    expect(opened.get_by_role("option")).to_have_count(4)
    submits(opened, service)


def test_w18_too_many_questions_wait_as_long_as_they_are_told_to(
    visit: Visit, service: Service
) -> None:
    service.finds("{}", "会费", status=429, Retry_After="2")
    opened = stopped(visit())
    combobox = opened.get_by_role("combobox")
    combobox.fill("会费")
    opened.clock.run_for(200)
    expect(opened.get_by_role("status")).to_contain_text("2 秒后自动再查")
    combobox.fill("章程")
    opened.clock.run_for(1800)
    assert service.is_asked("会费")
    opened.clock.run_for(400)
    expect(opened.get_by_role("option")).to_have_count(4)
    assert service.is_asked("会费", "章程")
    submits(opened, service)


def test_w18_a_slow_answer_is_awaited_in_words_and_given_up_in_words(
    visit: Visit, service: Service
) -> None:
    service.finds(answer(hit("1")), delay_s=3)
    opened = stopped(visit())
    opened.get_by_role("combobox").fill("会费")
    opened.clock.run_for(800)
    expect(opened.get_by_text("正在查找")).to_be_visible()
    opened.clock.run_for(10_000)
    expect(opened.get_by_role("status")).to_contain_text("查找用的时间太长")
    submits(opened, service)

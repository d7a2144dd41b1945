"""Trouble is explained, and no recording is ever lost."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from learner import EXERCISE, TEXT, OpenPage, ready, result, start_recording, text_box, upload
from no_network import is_alone
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.end_to_end

_SLOW = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
_STOP = """() => {
    const start = performance.now();
    document.querySelector("[data-act=record]").click();
    return [document.querySelector(".lf-recorder").dataset.phase, performance.now() - start];
}"""
_CHECK_TWICE = """() => {
    const check = document.querySelector("[data-act=check]"), start = performance.now();
    check.click();
    check.click();
    const { phase } = document.querySelector(".lf-recorder").dataset;
    return document.body.classList.contains("lf-busy") && phase === "sending" ? performance.now() - start : Infinity;
}"""


def refuse(name: str) -> str:
    return f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'))"


MICROPHONES = (
    (refuse("NotAllowedError"), "does not let this page use the microphone"),
    (refuse("NotFoundError"), "No microphone was found"),
    (refuse("NotReadableError"), "Another program is using the microphone"),
    (refuse("TypeError"), "The microphone did not start"),
    ("delete window.MediaRecorder", "This browser cannot record"),
    ("Object.defineProperty(window, 'isSecureContext', { get: () => false })", "only on https pages"),
)


def test_a_microphone_that_does_not_open_is_explained(open_page: OpenPage) -> None:
    page = open_page()
    note = page.locator("[data-part=note]")
    # One after the other in one page: each comes before those above it.
    for trouble, told in MICROPHONES:
        page.evaluate(f"() => {{ {trouble} }}")
        page.locator("[data-act=record]").click()
        expect(note).to_contain_text(told)
        # Whoever has no microphone can still give a file, and try again.
        expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "idle")
        expect(page.locator("#lf-file")).to_be_enabled()
        expect(page.locator("[data-act=record]")).to_be_enabled()
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(note).not_to_contain_text(told)
    expect(note).not_to_be_empty()


def test_a_browser_that_denies_is_understood(open_page: OpenPage, right: Path) -> None:
    def deny(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "permissions-policy": "microphone=()"})

    page = open_page(right)
    page.route(re.compile(r"/en/$"), deny)
    page.reload()
    page.locator(".lf-recorder[data-phase=idle]").wait_for()
    page.locator("[data-act=record]").click()
    expect(page.locator("[data-part=note]")).to_contain_text("does not let this page use the microphone")


def test_silence_is_explained_and_the_recording_stays(open_page: OpenPage, microphone: Callable[[str], Path]) -> None:
    page = open_page(microphone("silence"))
    button = start_recording(page)
    expect(page.locator("[data-part=note]")).to_contain_text("We hear nothing yet")
    button.click()
    alert = page.get_by_role("alert").filter(has_text="We heard no speech")
    expect(alert).to_contain_text("microphone is chosen")
    expect(page.get_by_role("button", name="Hear my recording")).to_be_visible()
    ready(page)
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page.locator(".lf-message")).to_contain_text("Kami tidak mendengar ucapan")
    expect(page.locator("[data-act=listen]")).to_be_visible()


def test_the_microphone_is_tested(open_page: OpenPage, right: Path) -> None:
    page = open_page(right)
    test = page.locator("[data-act=test]")
    test.click()
    expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "testing")
    expect(page.locator(".lf-meter .lf-lit").first).to_be_attached()
    expect(page.locator("[data-part=note]")).to_contain_text("We hear you well")
    test.click()
    expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "idle")
    expect(page.locator(".lf-meter .lf-lit")).to_have_count(0)
    expect(page.locator("[data-act=check]")).to_be_hidden()
    # Recording may begin right out of a test.
    test.click()
    expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "testing")
    start_recording(page)


def test_bad_files_and_texts_are_explained(open_page: OpenPage, right: Path, tmp_path: Path) -> None:
    page = open_page()
    message = page.locator(".lf-message")
    samples, rate_hz = soundfile.read(right, dtype="int16")
    blip = tmp_path / "blip.wav"
    soundfile.write(blip, samples[rate_hz : rate_hz + rate_hz // 5], rate_hz)
    page.locator("#lf-file").set_input_files({"name": "a.wav", "mimeType": "audio/wav", "buffer": b"<html>no</html>"})
    expect(message).to_contain_text("not a sound recording")
    upload(page, blip)
    expect(message).to_have_attribute("data-code", "too_short")
    text_box(page).fill("")
    upload(page, right)
    for text, hint in ((None, "no words to read"), ("🙂🎉", "no words to read"), ("tea " * 500, "too long (500 words")):
        if text is not None:
            text_box(page).fill(text)
            ready(page).click()
        expect(message).to_contain_text(hint)
    text_box(page).fill(f"{TEXT} 🙂")
    ready(page).click()
    result(page)
    expect(message).to_have_count(0)


def test_a_slow_server_is_waited_for_with_progress_at_once(open_page: OpenPage, right: Path) -> None:
    page = open_page(right, place=f"/#{EXERCISE}")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", _SLOW)
    start_recording(page)
    page.wait_for_timeout(3000)
    phase, shown_after_ms = page.evaluate(_STOP)
    assert phase == "sending" and shown_after_ms < 100
    expect(page.locator(".lf-recorder")).to_have_attribute("data-phase", "checking")
    expect(page.locator("body")).to_have_class(re.compile("lf-busy"))
    result(page)
    ready(page)
    expect(page.locator("body")).not_to_have_class(re.compile("lf-busy"))


def test_a_network_that_comes_back_checks_by_itself(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    page.context.set_offline(True)
    upload(page, right)
    expect(page.locator("[data-part=note]")).to_contain_text("could not be sent")
    expect(page.get_by_role("button", name="Hear my recording")).to_be_visible()
    page.context.set_offline(False)
    if is_alone():  # a browser on a computer that has no network never says that there is one again
        page.evaluate("dispatchEvent(new Event('online'))")
    result(page)


def test_a_server_that_comes_back_still_judges_the_recording(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    page.route("**/api/v1/recordings", lambda route: route.abort())
    upload(page, right)
    ready(page)
    expect(page.locator("[data-part=note]")).to_contain_text("press check to try again")
    expect(page.locator("body")).not_to_have_class(re.compile("lf-busy"))
    page.unroute("**/api/v1/recordings")
    page.locator("[data-act=check]").click()
    result(page)


def test_a_check_that_does_not_arrive_keeps_the_recording_and_is_made_later(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    page.route("**/queue/join*", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "queue/join" in request.url):
        upload(page, right)
    page.unroute("**/queue/join*")
    # Gradio notices that the server is back and loads the page anew; the recording is still there and is checked.
    result(page)
    expect(page.get_by_role("button", name="Hear my recording")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_recording_the_server_lost_is_sent_again(open_page: OpenPage, right: Path, planted: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    text_box(page).fill("")
    upload(page, right)
    expect(page.locator(".lf-message")).to_contain_text("no words to read")
    # Four newer ones of the same learner push the waiting one out.
    for _ in range(4):
        assert page.evaluate("fetch('/api/v1/recordings', { method: 'POST', body: 'x' }).then((one) => one.ok)")
    text_box(page).fill(TEXT)
    ready(page).click()
    result(page)
    expect(page.locator(".lf-message")).to_have_count(0)


def test_one_check_for_a_double_click_with_progress_at_once(open_page: OpenPage, right: Path) -> None:
    page = open_page(place=f"/#{EXERCISE}")
    upload(page, right)
    result(page, attempt=1)
    ready(page)
    checks: list[str] = []
    page.on("request", lambda request: checks.append(request.url) if "queue/join" in request.url else None)
    # The server deleted what it judged; a second check sends it again by itself.
    assert page.evaluate(_CHECK_TWICE) < 100
    result(page, attempt=2)
    assert len(checks) == 1
    expect(page.locator("body")).not_to_have_class(re.compile("lf-busy"))
    ready(page)


def test_two_learners_see_only_their_own(open_page: OpenPage, right: Path, planted: Path) -> None:
    pages: list[Page] = [open_page(place=f"/#{EXERCISE}"), open_page(place=f"/#{EXERCISE}", locale="id-ID")]
    for page, recording in zip(pages, (right, planted), strict=True):
        upload(page, recording)
    for page in pages:
        result(page, attempt=1)
    first, second = (page.locator("[role=group][aria-label=fish] .lf-wrong") for page in pages)
    expect(first).to_have_count(0)
    expect(second).to_have_count(1)
    expect(pages[0].locator("#lf-result-title")).to_have_text("Your reading")
    expect(pages[1].locator("#lf-result-title")).to_have_text("Bacaanmu")


def test_without_the_catalogue_a_sentence_of_ones_own_is_still_judged(open_page: OpenPage, right: Path) -> None:
    page = open_page()
    page.route("**/api/v1/exercises", lambda route: route.abort())
    page.reload()
    page.locator(".lf-shelf[data-ready]").wait_for()
    # Nothing to turn to or to begin, and nothing breaks: a script error would fail this test.
    for act in ("next", "flow"):
        page.locator(f"[data-shelf={act}]").click()
    expect(page.locator(".lf-journey")).to_be_hidden()
    text_box(page).fill(TEXT)
    upload(page, right)
    result(page)

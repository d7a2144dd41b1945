import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from classroom_site import Browser, Site, build_site
from fabricated import reading
from fastapi.testclient import TestClient
from homework_site import HOUR, VOICE, begin, hand_in, record, set_work, wav, work_path
from school import NOW, takes_of

from classroom import assessments, consents, people, recordings, reviews, submissions
from classroom.assignments import NewItem
from classroom.people import Person
from classroom.store import Store
from speech.errors import Silence, TooLong
from speech.settings import Settings
from web.assessing import AssessmentQueue
from web.catalogue import open_catalogue
from web.errors import Busy
from web.homework_judging import HomeworkJudge
from web.school import School

pytestmark = pytest.mark.own_app


@pytest.fixture
def ani(site: Site) -> Browser:
    browser = site.browser(site.people.ani)
    browser.get("/homework")
    return browser


# --- keeping takes


def test_an_acknowledged_take_is_on_disk(site: Site, ani: Browser, tmp_path: Path) -> None:
    kept = record(site, ani, begin(site, ani)).json()
    assert kept["audio"] is True and kept["seconds"] == pytest.approx(1.0)
    again = Store.open("", tmp_path / "data")
    heard = recordings.listen(again, kept["id"], by=site.people.ani.id, now=NOW)
    again.close()
    assert heard.media_type == "audio/flac" and heard.content[:4] == b"fLaC"


def test_sending_again_keeps_once(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    first, second = record(site, ani, attempt), record(site, ani, attempt)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(takes_of(site.store, attempt)) == 1
    other = record(site, ani, attempt, content=wav(tone_hz=330))
    assert (other.status_code, other.json()["code"]) == (409, "different_upload")


def test_sending_again_after_handing_in_gives_the_take_there_is(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()
    hand_in(site, ani, attempt)
    assert record(site, ani, attempt).json() == kept


def test_only_the_sound_of_a_file_is_kept(site: Site, ani: Browser) -> None:
    place = b"-6.2088 106.8456"
    kept = record(site, ani, begin(site, ani), content=wav(extra=place)).json()
    heard = recordings.listen(site.store, kept["id"], by=site.people.ani.id, now=NOW).content
    assert place not in heard


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"<html>no sound</html>", 415, "not_audio"),
        (VOICE[:9000], 422, "truncated_audio"),
        (wav(0.05), 422, "too_short"),
        (b"RIFF\xff\xff\xff\xffWAVEjunk" + bytes(100), 422, None),
        (bytes(200_000), 413, "request_too_large"),
    ],
)
def test_what_is_no_take_is_refused_and_nothing_is_lost(
    site: Site, ani: Browser, content: bytes, status: int, code: str | None
) -> None:
    attempt = begin(site, ani)
    good = record(site, ani, attempt).json()
    refused = record(site, ani, attempt, content=content, key="bad")
    assert refused.status_code in {status, 415}, refused.text
    assert code is None or refused.json()["code"] == code
    assert refused.json()["message"] and refused.json()["remedy"]
    assert [one.id for one in takes_of(site.store, attempt)] == [good["id"]]
    assert record(site, ani, attempt, key="bad").status_code == 201, "the key of a refused take can be used again"


def test_a_refusal_is_said_in_indonesian(site: Site) -> None:
    budi = site.browser(site.people.budi, language="id")
    budi.get("/homework")
    refused = record(site, budi, begin(site, budi), content=b"bukan suara, tetapi teks")
    assert refused.json()["message"] == open_catalogue("id").say("error.not_audio.sentence")


def test_a_long_reading_is_refused_and_free_speech_may_be_longer(tmp_path: Path, site: Site, ani: Browser) -> None:
    settings = Settings(max_speech_s=2.0, max_file_bytes=500_000)
    site.app.state.school.settings = settings
    wide = build_site(settings, site.app.state.school, site.judge)
    ani.client = TestClient(wide, cookies=ani.client.cookies, headers=ani.client.headers, follow_redirects=False)
    attempt = begin(site, ani)
    # Three words may take one and a half seconds each.
    assert record(site, ani, attempt, content=wav(4.0)).status_code == 201
    too_long = record(site, ani, attempt, content=wav(6.0), key="long")
    assert (too_long.status_code, too_long.json()["code"]) == (422, "too_long")


def test_uploads_are_limited_per_person(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    answers = [record(site, ani, attempt, content=b"x", key=str(number)).status_code for number in range(41)]
    assert answers[:40] == [415] * 40 and answers[40] == 429
    budi = site.browser(site.people.budi)
    budi.get("/homework")
    assert record(site, budi, begin(site, budi, "his")).status_code == 201


def test_what_one_person_keeps_is_limited_and_said(site: Site) -> None:
    site.app.state.school.settings = replace(site.app.state.school.settings, max_person_bytes=40_000)
    budi = site.browser(site.people.budi, language="id")
    budi.get("/homework")
    attempt = begin(site, budi)
    codes = [record(site, budi, attempt, content=wav(1.0, tone_hz=200.0 + n), key=str(n)) for n in range(9)]
    refused = codes[-1]
    assert codes[0].status_code == 201 and (refused.status_code, refused.json()["code"]) == (409, "room_used_up")
    assert refused.json()["message"].startswith("Rekamanmu sudah memenuhi semua tempat")


def test_uploads_are_limited_per_class(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    for _ in range(400):
        site.app.state.school.limits.count("class", site.people.class_id)
    refused = record(site, ani, attempt)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    site.app.state.school.limits.__init__()
    assert record(site, ani, attempt).status_code == 201


# --- who may


def test_nobody_elses_attempt_or_take_can_be_touched(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    budi = site.browser(site.people.budi)
    budi.get("/homework")
    answers = [
        record(site, budi, attempt),
        budi.send(f"/api/v1/recordings/{kept}/assessment"),
        hand_in(site, budi, attempt),
        budi.get(work_path(site, f"/results/{attempt}")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    page = budi.get(work_path(site)).text
    assert attempt not in page and kept not in page


def test_classmates_and_teachers_names_are_nowhere(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    record(site, ani, attempt)
    hand_in(site, ani, attempt)
    pages = [ani.get(path).text for path in ("/homework", work_path(site), work_path(site, f"/results/{attempt}"))]
    for person in (site.people.budi, site.people.teacher):
        assert not [page for page in pages if person.pseudonym in page or person.id in page]


@pytest.mark.parametrize("role", ["teacher", "admin"])
def test_homework_is_for_learners(site: Site, role: str) -> None:
    person: Person = getattr(site.people, role)
    browser = site.browser(person)
    assert [browser.get(path).status_code for path in ("/homework", work_path(site))] == [403, 403]


def test_what_does_not_come_from_the_page_is_refused(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    ani.csrf = "guessed"
    refused = record(site, ani, attempt)
    assert (refused.status_code, refused.json()["code"]) == (403, "stale_form")


# --- consent


@pytest.mark.parametrize(("language", "word"), [("en", "Nobody has agreed"), ("id", "Belum ada persetujuan")])
def test_without_consent_nothing_is_recorded(site: Site, language: str, word: str) -> None:
    consents.withdraw(site.store, site.people.ani.id, "practice", by=site.people.ani.id, now=NOW)
    browser = site.browser(site.people.ani, language=language)
    for path in ("/homework", work_path(site)):
        page = browser.get(path)
        assert page.status_code == 200 and word in page.text and 'href="/me/consents"' in page.text
    assert 'data-agreed="no"' in page.text
    refused = browser.send(f"/api/v1{work_path(site, '/attempts')}", {"key": "k"})
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_missing")


def test_consent_withdrawn_half_way_closes_keeping_and_judging(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    consents.withdraw(site.store, site.people.ani.id, "practice", by=site.people.ani.id, now=NOW)
    answers = [record(site, ani, attempt, key="next"), ani.send(f"/api/v1/recordings/{kept}/assessment")]
    assert [answer.json()["code"] for answer in answers] == ["consent_missing"] * 2
    assert site.judge.calls == []


def test_who_needs_a_guardian_is_told_whom_to_ask(site: Site) -> None:
    new = people.NewPerson(role="learner", identity=people.Identity(name="Citra"), needs_guardian=True)
    citra = people.create(site.store, new, by=people.OPERATOR, now=NOW)
    page = site.browser(citra).get("/homework").text
    assert open_catalogue("en").say("homework.ask_guardian") in page


def test_free_speech_that_no_teacher_may_hear_is_said(site: Site) -> None:
    path = set_work(site, "free", NewItem(prompt="Your day?"))
    consents.withdraw(site.store, site.people.ani.id, "teacher_listens", by=site.people.ani.id, now=NOW)
    assert open_catalogue("en").say("homework.cannot_hear_free") in site.browser(site.people.ani).get(path).text


# --- verdicts


def test_a_verdict_comes_at_once_and_only_once(site: Site, ani: Browser) -> None:
    kept = record(site, ani, begin(site, ani)).json()["id"]
    first = ani.send(f"/api/v1/recordings/{kept}/assessment")
    assert first.status_code == 200 and first.json()["overall"] == 71 and not first.json()["refused"]
    assert "lf-result" in first.json()["html"]
    assert ani.send(f"/api/v1/recordings/{kept}/assessment").json() == first.json()
    assert len(site.judge.calls) == 1 and site.judge.calls[0][1] == "She eats fish."
    assert len(assessments.of_recording(site.store, kept, by=site.people.ani.id)) == 1
    assert 'data-overall="71"' in ani.get(work_path(site)).text


def test_a_full_queue_keeps_the_take_and_it_is_judged_later(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    site.judge.answer = Busy({"seconds": 7})
    busy = ani.send(f"/api/v1/recordings/{kept}/assessment")
    assert (busy.status_code, busy.headers["retry-after"]) == (429, "7")
    hand_in(site, ani, attempt)
    site.judge.answer = reading()
    with TestClient(site.app):  # a server that starts finds what an earlier one left
        for _ in range(100):
            if assessments.of_recording(site.store, kept, by=site.people.ani.id):
                break
            asyncio.run(asyncio.sleep(0.02))
    assert len(assessments.of_recording(site.store, kept, by=site.people.ani.id)) == 1


def test_catching_up_passes_by_what_cannot_be_judged(site: Site) -> None:
    school: School = site.app.state.school
    attempt = site.people.begin()
    kept = [site.people.record(attempt, f"take {item}", item=item) for item in range(2)]
    submissions.hand_in(site.store, attempt.id, by=site.people.ani.id, now=NOW)
    judge = HomeworkJudge(school, AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5))
    answers = iter([Silence(), reading()])
    listen = site.judge.assess

    def assess(*arguments: object, **options: object):
        site.judge.answer = next(answers)
        return listen(*arguments, **options)

    site.judge.assess = assess
    assert asyncio.run(judge.catch_up()) is None
    assert asyncio.run(judge.catch_up()) is None, "what was refused is not tried each minute"
    found = [assessments.of_recording(site.store, one.id, by=one.person_id) for one in kept]
    scores = [json.loads(document)["scores"]["overall"] for [(_, document)] in found]
    assert sorted((one["value"] or 0.0, one["reason"]) for one in scores) == [(0.0, "silence"), (71.0, None)]


def test_why_a_take_has_no_score_is_said_to_teacher_and_learner(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    site.judge.answer = TooLong({"limit": 30.0})
    judge = HomeworkJudge(site.app.state.school, AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5))
    with pytest.raises(TooLong):
        asyncio.run(judge.judge(kept, by=site.people.ani.id))
    assert assessments.of_recording(site.store, kept, by=site.people.ani.id) == (), "it may be said again"
    hand_in(site, ani, attempt)
    asyncio.run(judge.catch_up())
    assert len(site.judge.calls) == 1
    page = site.browser(site.people.teacher, language="id").get(f"/submissions/{attempt}").text
    reason = open_catalogue("id").explain(TooLong({"limit": 30.0}))[0]
    assert f"{reason} Lafal tidak memberi nilai di sini" in page and "mk-signals" not in page
    page = ani.get(work_path(site, f"/results/{attempt}")).text
    assert "The recording is longer than 30 seconds. Your teacher listens to it instead." in page


def test_an_earlier_take_that_was_judged_counts_before_a_later_one_that_cannot_be(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    first = record(site, ani, attempt).json()["id"]
    ani.send(f"/api/v1/recordings/{first}/assessment")
    site.clock.now = NOW + HOUR
    second = record(site, ani, attempt, content=wav(2.0), key="second").json()["id"]
    hand_in(site, ani, attempt)
    site.judge.answer = Silence()
    judge = HomeworkJudge(site.app.state.school, AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5))
    asyncio.run(judge.catch_up())
    assert assessments.of_recording(site.store, second, by=site.people.ani.id) == ()
    assert reviews.review(site.store, attempt, by=site.people.teacher.id).parts[0].total == 71.0


def test_what_was_gone_before_it_could_be_judged_can_be_marked(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    hand_in(site, ani, attempt)
    site.clock.now = NOW + recordings.RETENTION + HOUR
    judge = HomeworkJudge(site.app.state.school, AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5))
    asyncio.run(judge.catch_up())
    assert site.judge.calls == [] and len(assessments.of_recording(site.store, kept, by=site.people.ani.id)) == 1


def test_two_who_ask_at_once_get_one_verdict(site: Site) -> None:
    attempt = site.people.begin()
    kept = site.people.record(attempt)
    judge = HomeworkJudge(site.app.state.school, AssessmentQueue(lambda: site.judge, workers=2, max_waiting=5))

    async def ask() -> list[str]:
        return await asyncio.gather(*(judge.judge(kept.id, by=site.people.ani.id) for _ in range(3)))

    answers = asyncio.run(ask())
    assert len(set(answers)) == 1 and len(site.judge.calls) == 1


def test_a_take_that_waits_has_a_place_in_the_line(site: Site) -> None:
    attempt = site.people.begin()
    takes = [site.people.record(attempt, f"take {item}", item=item) for item in range(2)]
    queue, go = AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5), threading.Event()
    listen = site.judge.assess
    site.judge.assess = lambda *arguments, **options: go.wait(5) and listen(*arguments, **options)
    judge = HomeworkJudge(site.app.state.school, queue)

    async def ask() -> list[int]:
        asked = [asyncio.create_task(judge.judge(one.id, by=site.people.ani.id)) for one in takes]
        while not queue.waiting:
            await asyncio.sleep(0.01)
        before = sorted(queue.place(one.id).before for one in takes)
        go.set()
        await asyncio.gather(*asked)
        return before

    assert asyncio.run(ask()) == [0, 1]


def test_a_take_that_cannot_be_judged_stays(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    site.judge.answer = Silence()
    refused = ani.send(f"/api/v1/recordings/{kept}/assessment")
    assert (refused.status_code, refused.json()["code"]) == (422, "silence")
    assert recordings.listen(site.store, kept, by=site.people.ani.id, now=NOW).content
    assert hand_in(site, ani, attempt).status_code == 303


def test_who_keeps_scores_only_is_judged_before_the_sound_is_gone(site: Site) -> None:
    people.set_scores_only(site.store, site.people.ani.id, True, by=site.people.ani.id, now=NOW)
    ani = site.browser(site.people.ani)
    ani.get("/homework")
    attempt = begin(site, ani)
    site.judge.answer = Busy({"seconds": 3})
    assert record(site, ani, attempt).status_code == 429
    assert takes_of(site.store, attempt) == (), "the browser still has it"
    site.judge.answer = reading()
    kept = record(site, ani, attempt).json()
    assert kept["audio"] is False
    assert ani.send(f"/api/v1/recordings/{kept['id']}/assessment").json()["overall"] == 71

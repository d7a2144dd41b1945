import asyncio
import re
from dataclasses import replace

import pytest
from classroom_site import Browser, Site
from homework_site import DAY, HOUR, VOICE, begin, hand_in, record, set_work, work_path
from school import NOW

from classroom import assessments, assignments, marks, submissions
from classroom.assignments import NewItem
from classroom.exercises import units
from classroom.marks import Mark
from web.assessing import AssessmentQueue
from web.catalogue import open_catalogue
from web.dates import say_date
from web.homework_judging import HomeworkJudge


@pytest.fixture
def ani(site: Site) -> Browser:
    browser = site.browser(site.people.ani)
    browser.get("/homework")
    return browser


# --- handing in


def test_handing_in_asks_when_something_is_missing_and_locks(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    nothing = hand_in(site, ani, attempt, missing=2)
    assert nothing.status_code == 422, "nothing was recorded"
    record(site, ani, attempt)
    asked = hand_in(site, ani, attempt, missing=0)
    assert asked.status_code == 200 and "1 of 2 are not recorded" in asked.text
    done = hand_in(site, ani, attempt, missing=1)
    assert done.headers["location"] == work_path(site, f"/results/{attempt}")
    locked = record(site, ani, attempt, key="more")
    assert (locked.status_code, locked.json()["code"]) == (409, "not_open")
    assert hand_in(site, ani, attempt).status_code == 303, "twice is once"
    page = ani.get(work_path(site, f"/results/{attempt}")).text
    assert "Your teacher has it now" in page and "1 of 2 attempts used" in ani.get("/homework").text


def test_another_attempt_begins_empty_until_all_are_used(site: Site, ani: Browser) -> None:
    first = begin(site, ani)
    record(site, ani, first)
    hand_in(site, ani, first)
    page = ani.get(work_path(site))
    assert "Try once more" in page.text and "lh-step" not in page.text
    assert ani.post(work_path(site, "/attempts"), {"key": "second"}).status_code == 303
    fresh = ani.get(work_path(site)).text
    assert 'data-state="kept"' not in fresh and fresh.count('data-recording=""') == 2
    second = begin(site, ani, "second")
    assert second != first and record(site, ani, second, key="other").status_code == 201
    hand_in(site, ani, second)
    used = ani.send(f"/api/v1{work_path(site, '/attempts')}", {"key": "third"})
    assert (used.status_code, used.json()["code"]) == (409, "attempts_used")
    refused = ani.post(work_path(site, "/attempts"), {"key": "third"})
    assert refused.status_code == 409 and "lc-problem" in refused.text


def test_opening_the_page_begins_nothing(site: Site, ani: Browser) -> None:
    ani.get(work_path(site))
    assert submissions.of_person(site.store, site.people.assignment.id, site.people.ani.id) == ()


def test_late_work_is_taken_and_shown_as_late(site: Site, ani: Browser) -> None:
    terms = replace(site.people.assignment.terms, due_at=NOW + HOUR, time_zone="Asia/Jakarta")
    assignments.change(site.store, site.people.assignment.id, terms, by=site.people.teacher.id, now=NOW)
    assert "Due Monday 16:30 WIB" in ani.get("/homework").text
    attempt = begin(site, ani)
    record(site, ani, attempt)
    site.clock.now = NOW + 2 * HOUR
    assert "It was due Monday 16:30 WIB" in ani.get("/homework").text
    assert open_catalogue("en").say("homework.late_said") in ani.get(work_path(site)).text
    assert hand_in(site, ani, attempt).status_code == 303
    assert "handed in late" in ani.get(work_path(site, f"/results/{attempt}")).text


# --- what came back


def test_marks_and_comments_are_shown_after_the_release_only(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    ani.send(f"/api/v1/recordings/{kept}/assessment")
    hand_in(site, ani, attempt)
    teacher, store = site.people.teacher.id, site.store
    [(assessed, _)] = assessments.of_recording(store, kept, by=teacher)
    for mark in (
        Mark(level="sound", place="1.0", value=97.0, comment="A fine <th>."),
        Mark(level="score", place="overall", value=90.0, comment="Lovely."),
    ):
        marks.overrule(store, assessed, mark, by=teacher, now=NOW)
    results = work_path(site, f"/results/{attempt}")
    before = ani.get(results).text
    assert "Lovely" not in before and "A fine" not in before and "71" in before
    submissions.release(store, attempt, by=teacher, now=NOW)
    after = ani.get(results).text
    assert "Lovely." in after and "A fine &lt;th&gt;." in after and "Your teacher on /θ/: 97 of 100" in after
    assert f"/audio/{kept}" in after
    assert "<strong>45</strong>" in after, "the mean of 90 and of the sentence that was not said"
    indonesian = site.browser(site.people.ani, language="id").get(results).text
    assert "Gurumu sudah mengembalikannya" in indonesian and "Lovely." in indonesian


@pytest.mark.parametrize(("strictness", "shape"), [("gentle", "good"), ("standard", "nearly"), ("strict", "wrong")])
def test_sounds_are_coloured_as_strictly_as_asked(site: Site, ani: Browser, strictness: str, shape: str) -> None:
    terms = replace(site.people.assignment.terms, strictness=strictness)
    assignments.change(site.store, site.people.assignment.id, terms, by=site.people.teacher.id, now=NOW)
    attempt = begin(site, ani)
    kept = record(site, ani, attempt).json()["id"]
    ani.send(f"/api/v1/recordings/{kept}/assessment")
    hand_in(site, ani, attempt)
    page = ani.get(work_path(site, f"/results/{attempt}")).text
    ships = page[page.index(">ships<") : page.index(">really<")]
    assert ships.count(f"lh-sound lf-{shape}") == {"gentle": 3, "standard": 1, "strict": 1}[strictness]


def test_a_draft_has_no_results_yet(site: Site, ani: Browser) -> None:
    attempt = begin(site, ani)
    assert ani.get(work_path(site, f"/results/{attempt}")).headers["location"] == work_path(site)
    other = set_work(site, "sentences", NewItem(text="No."))
    assert ani.get(f"{other}/results/{attempt}").status_code == 404


# --- kinds and languages


def test_a_picture_stands_for_its_word(site: Site, ani: Browser) -> None:
    exercise = next(one for unit in units() for one in unit.exercises if one.kind == "picture")
    page = ani.get(set_work(site, "picture", NewItem(exercise_id=exercise.id))).text
    assert f"/pictures/{exercise.picture}.svg" in page and "Show the word" in page
    assert ani.get(f"/pictures/{exercise.picture}.svg").status_code == 200


def test_free_speech_is_marked_by_its_teacher_alone(site: Site, ani: Browser) -> None:
    path = set_work(site, "free", NewItem(prompt="Tell me about your day."))
    page = ani.get(path).text
    assert "Tell me about your day." in page and open_catalogue("en").say("homework.free_honest") in page
    attempt = ani.send(f"/api/v1{path}/attempts", {"key": "free"}).json()["id"]
    item = assignments.find(site.store, path.split("/")[-1], by=site.people.ani.id).items[0].id
    kept = ani.send(f"/api/v1/submissions/{attempt}/items/{item}/recording?key=t", method="PUT", content=VOICE)
    assert kept.status_code == 201
    done = ani.post(f"{path}/hand-in", {"submission_id": attempt, "missing": 0})
    judge = HomeworkJudge(site.app.state.school, AssessmentQueue(lambda: site.judge, workers=1, max_waiting=5))
    asyncio.run(judge.catch_up())
    assert site.judge.calls == [] and done.status_code == 303
    sari, results = site.browser(site.people.teacher), f"{path}/results/{attempt}"
    page = sari.get(f"/submissions/{attempt}").text
    assert "Lafal does not judge free speech. Lafal gives no score here" in page and "mk-signals" not in page
    # Of the scores only the one that counts can be given; comments can be on the recording and on the whole.
    assert re.findall(r'data-level="score" data-place="(\w+)"', page) == ["overall", "item", "attempt"]
    marked = re.search(r'data-assessment="(\w+)"', page)
    assert marked
    mark = f"/api/v1/assessments/{marked[1]}/marks"
    answer = sari.send(mark, {"level": "score", "place": "overall", "value": 85, "comment": "Clear <and> lively."})
    assert answer.json()["total"] == 85.0
    assert sari.send(mark, {"level": "score", "place": "item", "comment": "More past tense."}).status_code == 200
    answer = sari.send(mark, {"level": "score", "place": "attempt", "comment": "Well prepared!"}).json()
    assert "Well prepared!" in answer["whole"] and "Well prepared!" not in answer["card"]
    assert ",85.0,handed in," in sari.get(f"/classes/{site.people.class_id}/grades.csv").text
    before = ani.get(results).text
    assert "Lafal does not judge free speech." in before and "<strong>85" not in before and "past tense" not in before
    sari.post(f"/submissions/{attempt}/release")
    after = ani.get(results).text
    assert "<strong>85</strong>" in after and "Clear &lt;and&gt; lively." in after and "Well prepared!" in after
    assert "Your teacher on this recording</strong>" in after and "More past tense." in after


def test_the_rubric_is_shown_to_the_learner_and_beside_the_marks(site: Site, ani: Browser) -> None:
    terms = replace(site.people.assignment.terms, rubric={"Clarity": "Each <word> is heard.", "Courage": ""})
    assignments.change(site.store, site.people.assignment.id, terms, by=site.people.teacher.id, now=NOW)
    attempt = begin(site, ani)
    record(site, ani, attempt)
    working = ani.get(work_path(site)).text
    hand_in(site, ani, attempt)
    result = ani.get(work_path(site, f"/results/{attempt}")).text
    marking = site.browser(site.people.teacher).get(f"/submissions/{attempt}").text
    for page in (working, result, marking):
        assert "<dt>Clarity</dt><dd>Each &lt;word&gt; is heard.</dd>" in page and "<dt>Courage</dt></div>" in page


def test_a_dialogue_shows_the_partners_turn(site: Site, ani: Browser) -> None:
    page = ani.get(set_work(site, "dialogue", NewItem(text="Rice, please.", prompt="What would you like?"))).text
    assert "What would you like?" in page and "Your partner says:" in page


def test_work_that_opens_later_shows_nothing_of_itself(site: Site) -> None:
    path = set_work(site, "sentences", NewItem(text="Secret words."), opens_at=NOW + DAY)
    page = site.browser(site.people.ani, language="id").get(path).text
    assert "Ini dibuka Selasa 08.30 UTC." in page and "Secret words" not in page


def test_the_list_is_in_both_languages(site: Site) -> None:
    english, indonesian = (site.browser(site.people.ani, language=code).get("/homework").text for code in ("en", "id"))
    assert "0 of 2 attempts used" in english and "0 dari 2 kesempatan terpakai" in indonesian


@pytest.mark.parametrize(
    ("zone", "days", "language", "said"),
    [
        ("Asia/Jakarta", 1, "en", "Tuesday 15:30 WIB"),
        ("Asia/Jakarta", 1, "id", "Selasa 15.30 WIB"),
        ("UTC", 10, "en", "Thursday, 12 March 2026, 08:30 UTC"),
        ("Asia/Dubai", -2, "en", "Saturday 12:30 UTC+04"),
    ],
)
def test_dates_are_said_in_the_zone_of_the_work(zone: str, days: int, language: str, said: str) -> None:
    assert say_date(open_catalogue(language), NOW + days * DAY, time_zone=zone, now=NOW) == said

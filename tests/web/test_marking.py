import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from classroom_site import Browser, Site
from fabricated import reading
from school import NOW
from sqlalchemy import select

from classroom import assessments, assignments, consents, marks, people, recordings, submissions
from classroom.marks import Mark
from classroom.people import Person
from classroom.store.schema import AuditRow
from speech.export import to_json
from speech.results import Assessment


def hand_in(site: Site, person: Person | None = None, answer: Assessment | None = None) -> tuple[str, str, str]:
    """Ids of an attempt at "Fish", its one recording, and the assessment of it."""
    school = replace(site.people, now=site.clock())
    attempt = school.begin(person)
    kept = school.record(attempt)
    assessed = assessments.keep(site.store, kept.id, to_json(answer or reading()), now=school.now)
    submissions.hand_in(site.store, attempt.id, by=attempt.person_id, now=school.now)
    return attempt.id, kept.id, assessed


def actions(site: Site) -> list[str]:
    with site.store.reading() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.number)))


def teacher(site: Site, language: str = "en") -> Browser:
    return site.browser(site.people.teacher, language=language)


def marked(site: Site, assessed: str, place: str, value: float, level: str = "sound") -> dict[str, object]:
    browser = teacher(site)
    answer = browser.send(f"/api/v1/assessments/{assessed}/marks", {"level": level, "place": place, "value": value})
    assert answer.status_code == 200
    return answer.json()


def test_the_grid_says_in_words_how_each_piece_of_work_stands(site: Site) -> None:
    attempt, _, _ = hand_in(site)
    due = replace(site.people.assignment.terms, due_at=NOW - timedelta(days=1))
    assignments.change(site.store, site.people.assignment.id, due, by=site.people.teacher.id, now=NOW)
    page = teacher(site).get(f"/classes/{site.people.class_id}/marks").text
    ani, budi = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", page, re.DOTALL)
    assert f'href="/submissions/{attempt}"' in ani and "handed in" in ani and "late" in ani
    # One of two sentences was read, and its total was 71.
    assert re.search(r'class="mk-total">36<', ani)
    assert "missing" in budi and "/submissions/" not in budi
    assert "Give back 1" in page and f"/classes/{site.people.class_id}/grades.xlsx" in page
    assert "dikumpulkan" in teacher(site, "id").get(f"/classes/{site.people.class_id}/marks").text


def test_what_is_only_begun_cannot_be_opened(site: Site) -> None:
    draft = site.people.begin()
    page = teacher(site).get(f"/classes/{site.people.class_id}/marks").text
    assert "draft" in page and draft.id not in page
    assert teacher(site).get(f"/submissions/{draft.id}").status_code == 404


def test_everything_of_an_assignment_is_given_back_at_once(site: Site) -> None:
    for person in site.people.learners:
        hand_in(site, person)
    browser = teacher(site)
    browser.get(f"/classes/{site.people.class_id}/marks")
    answer = browser.post(f"/assignments/{site.people.assignment.id}/release")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert "2 pieces of work were given back." in page and page.count("given back</span>") == 2


PATHS = (
    ("GET", "/classes/{room}/marks"),
    ("POST", "/assignments/{work}/release"),
    ("GET", "/submissions/{attempt}"),
    ("POST", "/submissions/{attempt}/release"),
    ("POST", "/api/v1/assessments/{assessed}/marks"),
    ("POST", "/classes/{room}/corrections.jsonl"),
    ("GET", "/audio/{clip}"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_nobody_but_the_teachers_of_the_class_gets_in(site: Site, method: str, path: str) -> None:
    attempt, clip, assessed = hand_in(site)
    names = {"room": site.people.class_id, "work": site.people.assignment.id, "attempt": attempt}
    address = path.format(**names, assessed=assessed, clip=clip)
    body = {"level": "word", "place": "0", "value": 1}
    for other in (site.people.stranger, site.people.admin, site.people.budi):
        browser = site.browser(other)
        browser.get("/people" if other is site.people.admin else "/home")
        answer = browser.get(address) if method == "GET" else browser.send(address, body)
        assert answer.status_code == 403, other.role
    nobody = site.browser()
    answer = nobody.get(address) if method == "GET" else nobody.send(address, body)
    assert answer.status_code in {303, 401}
    assert marks.history(site.store, assessed, by=site.people.teacher.id) == ()
    assert "recording.listen" not in actions(site)


def test_an_attempt_shows_words_sounds_scores_and_what_is_worth_a_listen(site: Site) -> None:
    attempt, clip, assessed = hand_in(site)
    page = teacher(site).get(f"/submissions/{attempt}").text
    assert f'data-assessment="{assessed}" data-recording="{clip}"' in page
    places = re.findall(r'data-level="(\w+)" data-place="([\w.]+)"', page)
    assert [place for level, place in places if level == "word"] == ["0", "1", "2", "3", "4"]
    assert ("sound", "3.3") in places and ("score", "overall") in places
    assert "Expected /θ/, heard /t/ (86 % sure)." in page and "heard nothing" in page
    assert "Worth a listen" in page and "noise in the background" in page and "no verdict" in page
    assert "Nothing was recorded for this." in page
    assert "Perlu didengarkan" in teacher(site, "id").get(f"/submissions/{attempt}").text


def test_a_mark_answers_what_counts_now_and_is_kept_with_who_and_when(site: Site) -> None:
    attempt, _, assessed = hand_in(site)
    browser = teacher(site)
    browser.get(f"/submissions/{attempt}")
    body = {"level": "sound", "place": "1.0", "value": 100, "comment": "I <b>hear</b> it."}
    answer = browser.send(f"/api/v1/assessments/{assessed}/marks", body).json()
    expected = marks.totals(site.store, assessed, by=site.people.teacher.id)
    assert answer["totals"]["scores"] == dict(expected.scores)
    assert answer["totals"]["words"][1] == pytest.approx(expected.words[1])
    assert answer["total"] == pytest.approx(expected.scores["overall"] / 2)
    card = answer["card"]
    assert "18 → 100" in card and "Sari, 2 Mar 2026, 08:30" in card
    assert "I &lt;b&gt;hear&lt;/b&gt; it." in card and "<b>hear" not in card
    assert re.search(r'mk-sound lf-good" data-level="sound" data-place="1.0".*data-value="100" data-machine="18"', card)
    assert browser.get(f"/submissions/{attempt}").text.count("18 → 100") == 1
    assert actions(site)[-1] == "assessment.overrule"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (
            {"level": "sound", "place": "9.9", "value": 50},
            422,
            "“Bagian” tidak bisa dipakai: tidak ada yang bernama “9.9”",
        ),
        ({"level": "word", "place": "0", "value": 101}, 422, "“Nilai” tidak bisa dipakai: harus dari 0 sampai 100."),
        ({"level": "word", "place": "0", "value": "nan"}, 422, "“Nilai” tidak bisa dipakai: harus dari 0 sampai 100."),
        ({"level": "verse", "place": "0", "value": 1}, 400, "level"),
        ({"level": "word", "place": "0"}, 422, "“Nilai” tidak bisa dipakai: kosong."),
        ({"level": "score", "place": "attempt", "value": 50}, 422, "“Bagian” tidak bisa dipakai"),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused_in_words(
    site: Site, body: dict[str, object], status: int, said: str
) -> None:
    _, _, assessed = hand_in(site)
    browser = teacher(site, "id")
    answer = browser.send(f"/api/v1/assessments/{assessed}/marks", body)
    assert answer.status_code == status and said in answer.json()["message"]
    assert marks.history(site.store, assessed, by=site.people.teacher.id) == ()


def test_a_comment_needs_no_score(site: Site) -> None:
    attempt, _, assessed = hand_in(site)
    browser = teacher(site)
    browser.get(f"/submissions/{attempt}")
    body = {"level": "sound", "place": "1.0", "comment": " Tongue <out>! "}
    answer = browser.send(f"/api/v1/assessments/{assessed}/marks", body).json()
    assert answer["total"] == pytest.approx(71 / 2), "nothing counts otherwise"
    place = (
        r'data-level="sound" data-place="1.0"[^>]* data-value="18" data-machine="18" data-comment="Tongue &lt;out&gt;!"'
    )
    assert re.search(place, answer["card"]) and "marked by a teacher" in answer["card"]
    assert "→" not in answer["card"].partition("mk-history")[2]


def test_a_mark_without_the_pages_token_is_refused(site: Site) -> None:
    _, _, assessed = hand_in(site)
    browser = teacher(site)
    browser.csrf = "made up"
    answer = browser.send(f"/api/v1/assessments/{assessed}/marks", {"level": "word", "place": "0", "value": 1})
    assert (answer.status_code, answer.json()["code"]) == (403, "stale_form")


@pytest.mark.parametrize(("strictness", "label"), [("gentle", "good"), ("standard", "nearly"), ("strict", "wrong")])
def test_strictness_changes_what_is_shown_but_no_mark(site: Site, strictness: str, label: str) -> None:
    attempt, _, assessed = hand_in(site)
    marked(site, assessed, "2.0", 80)
    terms = replace(site.people.assignment.terms, strictness=strictness)
    assignments.change(site.store, site.people.assignment.id, terms, by=site.people.teacher.id, now=NOW)
    page = teacher(site).get(f"/submissions/{attempt}").text
    assert re.search(rf'mk-sound lf-{label}" data-level="sound" data-place="3.1"', page)
    assert re.search(r'mk-sound lf-nearly" data-level="sound" data-place="2.0"', page)


def test_each_listen_is_written_down_and_kept_by_nobody(site: Site) -> None:
    attempt, clip, _ = hand_in(site)
    browser = teacher(site)
    browser.get(f"/submissions/{attempt}")
    assert "recording.listen" not in actions(site)
    answer = browser.get(f"/audio/{clip}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"a voice", "audio/webm")
    assert (answer.headers["cache-control"], answer.headers["accept-ranges"]) == ("no-store", "none")
    assert actions(site).count("recording.listen") == 1
    assert site.browser(site.people.ani).get(f"/audio/{clip}").content == b"a voice"
    assert actions(site).count("recording.listen") == 1


def test_what_is_no_sound_is_never_served_as_a_page(site: Site) -> None:
    attempt = site.people.begin()
    planted = replace(site.people.upload(attempt), media_type="text/html")
    kept = recordings.put(site.store, planted, now=NOW)
    assert site.browser(site.people.ani).get(f"/audio/{kept.id}").headers["content-type"] == "application/octet-stream"


def test_a_clip_that_is_gone_is_explained(site: Site) -> None:
    attempt, clip, _ = hand_in(site)
    consents.withdraw(site.store, site.people.ani.id, "teacher_listens", by=site.people.ani.id, now=NOW)
    page = teacher(site).get(f"/submissions/{attempt}").text
    assert "has not agreed to being heard" in page and f'data-recording="{clip}"' not in page
    assert teacher(site).get(f"/audio/{clip}").status_code == 403
    site.clock.now = NOW + recordings.RETENTION + timedelta(minutes=1)
    page = teacher(site).get(f"/submissions/{attempt}").text
    assert "time was over" in page and "Sound /θ/" in page
    assert teacher(site).get(f"/audio/{clip}").status_code == 404


def test_scores_only_is_explained(site: Site) -> None:
    people.set_scores_only(site.store, site.people.budi.id, True, by=site.people.budi.id, now=NOW)
    attempt, _, _ = hand_in(site, site.people.budi)
    assert "No sound was kept" in teacher(site).get(f"/submissions/{attempt}").text


def test_giving_back_goes_on_to_the_next_and_then_to_the_grid(site: Site) -> None:
    first, _, _ = hand_in(site)
    site.clock.now = NOW + timedelta(minutes=1)
    second, _, _ = hand_in(site, site.people.budi)
    browser = teacher(site)
    page = browser.get(f"/submissions/{first}").text
    assert f'rel="next" href="/submissions/{second}"' in page and "2 wait to be given back" in page
    answer = browser.post(f"/submissions/{first}/release", {"then": "next"})
    assert answer.headers["location"] == f"/submissions/{second}?released=1"
    page = browser.get(answer.headers["location"]).text
    assert "given back to its learner" in page and 'rel="next"' not in page
    assert browser.post(f"/submissions/{second}/release").headers["location"] == f"/submissions/{second}?released=1"
    answer = browser.post(f"/submissions/{second}/release", {"then": "next"})
    assert answer.headers["location"] == f"/classes/{site.people.class_id}/marks?released=1"
    assert actions(site).count("submission.release") == 2


def test_corrections_are_saved_without_names_and_written_down(site: Site) -> None:
    _, clip, assessed = hand_in(site)
    mark = Mark(level="sound", place="1.0", value=90, comment="Ani says it well.")
    marks.overrule(site.store, assessed, mark, by=site.people.teacher.id, now=NOW)
    browser = teacher(site)
    browser.get(f"/classes/{site.people.class_id}/marks")
    answer = browser.post(f"/classes/{site.people.class_id}/corrections.jsonl")
    assert "attachment" in answer.headers["content-disposition"]
    (line,) = map(json.loads, answer.text.splitlines())
    assert (line["recording"], line["machine_score"], line["teacher_score"]) == (clip, 18.0, 90.0)
    assert "Ani" not in answer.text and "Sari" not in answer.text
    assert actions(site)[-1] == "corrections.export"

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from school import NOW, School, document

from classroom import assessments, consents, export, holdings, marks, outside, people, recordings, submissions
from classroom.errors import NotAllowed, NotFound
from classroom.export import Making
from classroom.marks import Mark
from classroom.recordings import RETENTION
from classroom.store import Store, audit
from speech.errors import NotAudio


def convert(content: bytes) -> bytes:
    return b"RIFF" + content


def refuse(content: bytes) -> bytes:
    raise NotAudio


def page(content: Mapping[str, Any]) -> str:
    return f"<h1>{content['person']['pseudonym']}</h1>"


def exported(
    school: School, person: people.Person, *, convert=convert, now=NOW
) -> tuple[dict[str, Any], zipfile.ZipFile]:
    file = io.BytesIO()
    export.write(school.store, person.id, file, making=Making(convert, page), by=person.id, now=now)
    archive = zipfile.ZipFile(file)
    assert archive.testzip() is None
    return json.loads(archive.read("data.json")), archive


def overruled(school: School) -> None:
    _, kept, assessed = school.hand_in()
    mark = Mark(level="word", place="0", value=95.0, comment="Well said, Ani.")
    marks.overrule(school.store, assessed, mark, by=school.teacher.id, now=NOW)
    recordings.listen(school.store, kept.id, by=school.teacher.id, now=NOW)


def test_everything_of_somebody_is_in_the_zip(school: School) -> None:
    overruled(school)
    content, archive = exported(school, school.ani)
    assert content["identity"]["name"] == "Ani" and content["person"]["pseudonym"] == school.ani.pseudonym
    assert [one["name"] for one in content["classes"]] == ["9A"]
    assert {one["purpose"] for one in content["consents"]} == set(consents.VERSIONS)
    assert [(one["assignment"], one["state"]) for one in content["submissions"]] == [("Fish", "submitted")]
    (kept,) = content["recordings"]
    assert (kept["text"], kept["assignment"], kept["file"]) == ("She eats fish.", "Fish", "recordings/0001.wav")
    (assessed,) = kept["assessments"]
    assert assessed["document"] == json.loads(document()) and assessed["scores"]["overall"]
    assert assessed["marks"] == [
        {
            "level": "word",
            "place": "0",
            "value": 95.0,
            "comment": "Well said, Ani.",
            "old_value": assessed["marks"][0]["old_value"],
            "by": "teacher",
            "marked_at": NOW.isoformat(),
        }
    ]
    assert archive.read("recordings/0001.wav") == b"RIFFa voice"
    assert archive.read("index.html").decode() == f"<h1>{school.ani.pseudonym}</h1>"
    told = {(one["action"], one["by"]) for one in content["audit"]}
    assert {("recording.listen", "teacher"), ("assessment.overrule", "teacher"), ("consent.give", "me")} <= told


def test_nothing_of_others_is_in_it(school: School) -> None:
    overruled(school)
    school.hand_in(school.budi)
    for person in (school.budi, school.teacher):
        _, archive = exported(school, person)
        written = b"".join(archive.read(name) for name in archive.namelist())
        others = [one for one in (school.ani, school.teacher, school.admin, school.budi) if one != person]
        for other in others:
            assert other.id.encode() not in written and other.pseudonym.encode() not in written
        assert b"Well said" not in written and b'"Ani"' not in written


def test_what_a_teacher_did_is_told_without_saying_to_whose_work(school: School) -> None:
    overruled(school)
    content, _ = exported(school, school.teacher)
    row = next(one for one in content["audit"] if one["action"] == "assessment.overrule")
    assert (row["by"], row["subject"], row["details"]) == ("me", "assessment", {})


def test_what_cannot_be_converted_comes_as_it_was_sent(school: School) -> None:
    school.record(school.begin())
    content, archive = exported(school, school.ani, convert=refuse)
    assert content["recordings"][0]["file"] == "recordings/0001.webm"
    assert archive.read("recordings/0001.webm") == b"a voice"


def test_of_a_recording_whose_time_is_over_the_result_remains(school: School) -> None:
    _, kept, _ = school.hand_in()
    content, archive = exported(school, school.ani, now=kept.expires_at)
    assert content["recordings"][0]["file"] is None and content["recordings"][0]["assessments"]
    assert archive.namelist() == ["data.json", "index.html"]


def test_a_damaged_recording_does_not_stop_the_rest(school: School) -> None:
    attempt = school.begin()
    school.record(attempt)
    school.record(attempt, "second", b"another voice", 1)
    next(iter(school.store.files)).write_bytes(b"scratched")
    content, archive = exported(school, school.ani)
    assert sorted(one["file"] is None for one in content["recordings"]) == [False, True]
    assert len(archive.namelist()) == 3


def test_accounts_elsewhere_are_in_it(school: School) -> None:
    account = outside.Account("openid https://login.example.org", "ani-17")
    outside.link(school.store, school.ani.id, account, now=NOW)
    outside.link(school.store, school.budi.id, outside.Account(account.source, "budi-18"), now=NOW)
    content, _ = exported(school, school.ani)
    assert content["outside_accounts"] == [{"platform": None, "subject": "ani-17", "linked_at": NOW.isoformat()}]
    assert content["outside_scores"] == []


def test_only_the_person_gets_it(school: School) -> None:
    for by in (school.admin, school.teacher, school.budi):
        with pytest.raises(NotAllowed):
            export.write(school.store, school.ani.id, io.BytesIO(), making=Making(convert, page), by=by.id, now=NOW)


def test_the_audit_knows_of_it(school: School) -> None:
    school.hand_in()
    exported(school, school.ani)
    with school.store.reading() as session:
        newest = audit.events(session, subject=f"person:{school.ani.id}")[0]
    assert (newest.action, newest.actor, newest.details) == ("person.export", school.ani.id, {"recordings": 1})


def test_somebody_with_nothing_gets_an_empty_zip(school: School) -> None:
    content, archive = exported(school, school.admin)
    assert content["recordings"] == content["submissions"] == content["consents"] == []
    assert archive.namelist() == ["data.json", "index.html"]


def test_what_is_held_is_counted(school: School) -> None:
    overruled(school)
    school.hand_in(school.budi)
    held = holdings.held(school.store, school.ani.id, now=NOW)
    assert (held.recordings, held.results, held.submissions, held.marks, held.listened) == (1, 1, 1, 1, 1)
    assert held.next_removal == held.last_removal == NOW + RETENTION
    later = holdings.held(school.store, school.ani.id, now=NOW + RETENTION)
    assert (later.recordings, later.results, later.next_removal) == (0, 1, None)
    nobody = holdings.held(school.store, school.admin.id, now=NOW)
    assert (nobody.recordings, nobody.results, nobody.marks, nobody.listened) == (0, 0, 0, 0)


def test_scores_only_takes_recordings_away_at_once_and_keeps_results(school: School) -> None:
    _, kept, _ = school.hand_in()
    school.hand_in(school.budi)
    assert people.set_scores_only(school.store, school.ani.id, True, by=school.ani.id, now=NOW) == 1
    assert people.find(school.store, school.ani.id).scores_only
    assert len(list(school.store.files)) == 1
    with pytest.raises(NotFound):
        recordings.listen(school.store, kept.id, by=school.ani.id, now=NOW)
    assert assessments.of_recording(school.store, kept.id, by=school.ani.id)
    with school.store.reading() as session:
        newest = audit.events(session, subject=f"person:{school.ani.id}")[0]
    assert (newest.action, newest.details) == ("person.scores_only", {"value": True, "recordings": 1})


def test_scores_only_can_be_switched_off_again(school: School) -> None:
    for value in (True, False):
        people.set_scores_only(school.store, school.ani.id, value, by=school.admin.id, now=NOW)
    assert school.record(school.begin()).kept


def test_others_do_not_switch_scores_only(school: School) -> None:
    for by in (school.teacher, school.budi):
        with pytest.raises(NotAllowed):
            people.set_scores_only(school.store, school.ani.id, True, by=by.id, now=NOW)
    assert not people.find(school.store, school.ani.id).scores_only


@pytest.mark.parametrize("switched", [True, False])
def test_a_recording_sent_while_scores_only_is_switched_is_kept_as_is_wanted(
    school: School, monkeypatch: pytest.MonkeyPatch, switched: bool
) -> None:
    store, ani = school.store, school.ani
    attempt = school.begin()
    people.set_scores_only(store, ani.id, not switched, by=ani.id, now=NOW)
    row_of = recordings._row

    def while_written(*args: Any, **options: Any) -> Any:
        people.set_scores_only(store, ani.id, switched, by=ani.id, now=NOW)
        return row_of(*args, **options)

    monkeypatch.setattr(recordings, "_row", while_written)
    # Where nothing was written there is nothing to keep.
    assert not school.record(attempt).kept
    assert list(store.files) == []
    submissions.hand_in(store, attempt.id, by=ani.id, now=NOW)


def test_a_store_that_is_asked_about_nobody_says_so(store: Store) -> None:
    with pytest.raises(NotFound):
        holdings.held(store, "nobody", now=NOW)

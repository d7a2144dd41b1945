import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from classroom_site import Browser, Site
from markup import Page
from school import NOW

from classroom import assignments, classes, exercises
from classroom.assignments import Assignment, NewItem, Terms
from web.pages.assignment_form import Draft, draft_of, read_items, read_terms

KNOWN = next(one for unit in exercises.units() for one in unit.exercises if one.kind == "sentence")
TALK = next(one for unit in exercises.units() for one in unit.exercises if one.kind == "dialogue")


@pytest.fixture
def sari(site: Site) -> Browser:
    return site.browser(site.people.teacher)


@pytest.fixture
def new(site: Site) -> str:
    return f"/classes/{site.people.class_id}/assignments/new"


def latest(site: Site, class_id: str | None = None) -> Assignment:
    by = site.people.teacher.id
    return max(
        assignments.of_class(site.store, class_id or site.people.class_id, by=by),
        key=lambda one: (one.created_at, one.id != site.people.assignment.id),
    )


def fields_of(page: str) -> dict[str, object]:
    """What a browser sends that opens the page's form and presses its first button."""
    found: dict[str, list[str]] = {}
    for tag, one in Page(page).elements:
        name = one.get("name")
        if tag != "input" or not name or (one.get("type") in {"checkbox", "radio"} and "checked" not in one):
            continue
        found.setdefault(name, []).append(one.get("value") or "")
    for name, text in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = [unescape(text)]
    return dict(found)


def test_a_title_and_sentences_are_enough(site: Site, sari: Browser, new: str) -> None:
    fields = fields_of(sari.get(new).text)
    fields.update(title="Fish", texts="She eats fish.\r\n\r\n  Very good. \n")
    made = sari.post(new, fields)
    assert made.status_code == 303
    assert "The work is set." in sari.get(made.headers["location"]).text
    work = latest(site)
    assert (work.kind, [one.text for one in work.items]) == ("sentences", ["She eats fish.", "Very good."])
    assert work.terms == Terms(title="Fish", weights={"overall": 1.0})


def test_work_for_a_group_is_nobody_elses(site: Site, sari: Browser, new: str) -> None:
    ani, budi, room = site.people.ani, site.people.budi, f"/classes/{site.people.class_id}"
    assert 'name="group"' not in sari.get(new).text  # there is none to choose
    classes.put_in_group(site.store, site.people.class_id, ani.id, "Merah", by=site.people.teacher.id)
    page = sari.get(new).text
    assert "<option>Merah</option>" in page
    fields = {**fields_of(page), "title": "Red", "texts": "She eats fish.", "due": "2026-03-03T08:00", "group": "Merah"}
    site.clock.now += timedelta(seconds=1)
    assert sari.post(new, fields).status_code == 303
    work = latest(site)
    assert "<option selected>Merah</option>" in sari.get(f"/assignments/{work.id}").text
    assert "0 of 1 handed in" in sari.get(room).text
    assert [site.browser(one).get(f"/homework/{work.id}").status_code for one in (ani, budi)] == [200, 404]
    site.clock.now = NOW + timedelta(days=30)
    sari = site.browser(site.people.teacher)
    marks = sari.get(f"{room}/marks").text
    assert "for Merah" in marks and marks.count("for another group") == 1
    overview = Page(sari.get(f"{room}/overview").text).texts
    assert {"0 of 1", "0 of 2"} <= set(overview)
    refused = sari.post(new, {**fields, "csrf": sari.csrf, "group": "Biru"})
    assert refused.status_code == 422 and "<option selected>Biru</option>" in refused.text


def test_every_field_arrives(site: Site, sari: Browser, new: str) -> None:
    site.clock.now += timedelta(seconds=1)
    fields = {
        "title": "Talk",
        "kind": "dialogue",
        "texts": "How are you? | I'm fine.\nGood morning!",
        "exercise": [TALK.id, KNOWN.id],
        "instructions": "Slowly.\nTwice.",
        "opens": "2026-03-02T07:00",
        "due": "2026-03-09T23:59",
        "time_zone": "Asia/Jakarta",
        "attempts": "3",
        "strictness": "strict",
        "counted": ["accuracy", "prosody"],
        "weight_accuracy": "2",
        "weight_prosody": "0,5",
        "weight_overall": "7",
        "rubric": "Tone: friendly: always\nVoice",
    }
    assert sari.post(new, fields).status_code == 303
    work = latest(site)
    assert [(one.exercise_id, one.text, one.prompt) for one in work.items] == [
        (TALK.id, TALK.text, TALK.prompt),
        (KNOWN.id, KNOWN.text, None),
        (None, "I'm fine.", "How are you?"),
        (None, "Good morning!", None),
    ]
    assert work.terms == Terms(
        title="Talk",
        strictness="strict",
        attempts=3,
        opens_at=datetime(2026, 3, 2, 0, 0, tzinfo=UTC),
        due_at=datetime(2026, 3, 9, 16, 59, tzinfo=UTC),
        time_zone="Asia/Jakarta",
        counted=("accuracy", "prosody"),
        weights={"accuracy": 2.0, "prosody": 0.5},
        rubric={"Tone": "friendly: always", "Voice": ""},
        instructions="Slowly.\nTwice.",
    )
    assert 'value="Asia/Jakarta" maxlength' in sari.get(new).text


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        (
            "passage",
            "One line\nand its end.\n\n\nPart two.\n",
            [("One line\nand its end.", None), ("Part two.", None)],
        ),
        ("free", "What did you do today?\nYour family", [("", "What did you do today?"), ("", "Your family")]),
    ],
)
def test_texts_are_divided_as_their_kind_asks(
    site: Site, sari: Browser, new: str, kind: str, texts: str, expected: list[tuple[str, str | None]]
) -> None:
    fields = {"title": "T", "kind": kind, "texts": texts, "counted": "overall"}
    assert sari.post(new, fields).status_code == 303
    assert [(one.text, one.prompt) for one in latest(site).items] == expected


def test_a_text_that_takes_longer_than_lafal_judges_is_warned_about(sari: Browser, new: str) -> None:
    def is_warned(kind: str, texts: str) -> bool:
        page = sari.post(new, {"title": "Long", "kind": kind, "texts": texts, "counted": "overall", "check": "1"}).text
        [shown] = re.findall(r'data-most-words="60"( hidden)?>A recording of more than about 60 words', page)
        return not shown

    line = "word " * 31
    assert is_warned("passage", f"{line}\n{line}") and not is_warned("passage", f"{line}\n\n{line}")
    assert not is_warned("sentences", f"{line}\n{line}") and not is_warned("free", line * 2)


REFUSED = [
    ({"title": ""}, "Judul", "1 sampai 120"),
    ({"texts": ""}, "Yang diucapkan", "pilih setidaknya satu"),
    ({"texts": "Good morning.\nBagus 😀"}, "Teks 2", "tidak bisa dibaca dengan suara"),
    ({"texts": "你好"}, "Teks 1", "bahasa Inggris"),
    ({"texts": "word " * 121}, "Teks 1", "120 kata"),
    ({"texts": "x" * 5001}, "Teks 1", "5000"),
    ({"texts": "Hi.\n" * 101}, "Yang diucapkan", "1 sampai 100"),
    ({"exercise": "no-such"}, "Latihan", "no-such"),
    ({"kind": "picture"}, "Teks Anda sendiri", "katalog"),
    ({"due": "tomorrow"}, "Tenggat", "bukan tanggal"),
    ({"due": "0001-01-01T00:00"}, "Tenggat", "bukan tanggal"),
    ({"due": "2026-03-09T10:00+07:00"}, "Tenggat", "bukan tanggal"),
    ({"opens": "2026-03-09T10:00", "due": "2026-03-09T09:59"}, "Tenggat", "lebih awal"),
    ({"time_zone": "Mars/Olympus"}, "Zona waktu", "Mars/Olympus"),
    ({"attempts": "0"}, "Jumlah percobaan", "dari 1 sampai 100"),
    ({"attempts": "many"}, "Jumlah percobaan", "bukan angka"),
    ({"counted": []}, "Nilai yang dihitung", "pilih"),
    ({"counted": ["beauty"]}, "Nilai yang dihitung", "pilih"),
    ({"weight_overall": "0"}, "Bobot", "lebih dari 0"),
    ({"weight_overall": "much"}, "Bobot", "bukan angka"),
    ({"weight_overall": "nan"}, "Bobot", "dari 0 sampai 1000"),
    ({"rubric": "Tone: a\nTone: b"}, "Rubrik", "dua kali"),
]


@pytest.mark.parametrize(("wrong", "field", "problem"), REFUSED, ids=lambda one: next(iter(one), "") if one else "")
def test_what_cannot_be_used_is_said_in_indonesian_and_nothing_typed_is_lost(
    site: Site, new: str, wrong: dict[str, object], field: str, problem: str
) -> None:
    browser = site.browser(site.people.teacher, language="id")
    good = {
        "title": "Keep me",
        "kind": "sentences",
        "texts": "Keep this.",
        "counted": "overall",
        "instructions": "Keep <that>.",
        "exercise": KNOWN.id if "texts" not in wrong else [],
        "rubric": "Tone: kept",
        "strictness": "gentle",
    }
    answer = browser.post(new, {**good, **wrong})
    assert answer.status_code == 422
    said = unescape(re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)[0])  # type: ignore[index]
    assert f"“{field}”" in said
    assert problem in said
    kept = fields_of(answer.text)
    wanted = {**good, **wrong}
    assert kept["strictness"] == ["gentle"]
    assert kept["texts"] == [wanted["texts"]]
    assert kept["rubric"] == [wanted["rubric"]]
    assert kept["instructions"] == ["Keep <that>."]
    assert kept["title"] == [wanted["title"]]
    assert latest(site).id == site.people.assignment.id


def test_checking_tells_which_words_are_guessed_and_sets_nothing(site: Site, sari: Browser, new: str) -> None:
    fields = {"title": "", "texts": "The zorblax sleeps.", "check": "1", "counted": "overall"}
    page = sari.post(new, fields)
    assert page.status_code == 200
    assert "zorblax." in page.text
    assert "The zorblax sleeps.</textarea>" in page.text
    assert "Every word is in the dictionary" in sari.post(new, {**fields, "texts": "Fish swim."}).text
    assert latest(site).id == site.people.assignment.id


def test_a_form_shows_what_was_set_and_saving_it_changes_nothing(site: Site, sari: Browser) -> None:
    work = site.people.assignment
    path = f"/assignments/{work.id}"
    terms = replace(
        work.terms,
        due_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        time_zone="Europe/Berlin",
        rubric={"Tone": "Friendly", "Voice": ""},
        instructions="Slowly.",
        weights={"overall": 2.5},
    )
    assignments.change(site.store, work.id, terms, by=site.people.teacher.id, now=site.clock())
    before = assignments.find(site.store, work.id, by=site.people.teacher.id)
    page = sari.get(path).text
    assert 'value="2026-10-25T02:30"' in page
    assert sari.post(path, fields_of(page)).status_code == 303
    assert assignments.find(site.store, work.id, by=site.people.teacher.id) == before


@pytest.mark.parametrize(
    ("due", "zone", "expected"),
    [
        ("2026-03-28T23:59", "Europe/Berlin", "2026-03-28T22:59:00+00:00"),
        ("2026-03-29T23:59", "Europe/Berlin", "2026-03-29T21:59:00+00:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00+00:00"),
        ("2026-03-09T23:59", "Asia/Kolkata", "2026-03-09T18:29:00+00:00"),
        ("2026-03-09T23:59", "", "2026-03-09T23:59:00+00:00"),
    ],
)
def test_a_due_date_means_the_clock_on_that_wall(due: str, zone: str, expected: str) -> None:
    terms = read_terms(Draft(title="T", due=due, time_zone=zone))
    assert terms.due_at == datetime.fromisoformat(expected)
    assert terms.time_zone == zone or terms.time_zone == "UTC"


def test_an_hour_that_does_not_exist_is_the_one_the_clock_shows_after_it(site: Site) -> None:
    terms = read_terms(Draft(title="T", due="2026-03-29T02:30", time_zone="Europe/Berlin"))
    shown = draft_of(replace(site.people.assignment, terms=terms)).due
    assert shown == "2026-03-29T03:30"


def test_terms_change_afterwards_and_items_until_somebody_begins(site: Site, sari: Browser) -> None:
    path = f"/assignments/{site.people.assignment.id}"
    fields = fields_of(sari.get(path).text)
    fields.update(title="Fish again", texts="One.\nTwo.", exercise=KNOWN.id, attempts="", counted=["overall"])
    assert sari.post(path, fields).headers["location"] == f"{path}?done=changed"
    work = assignments.find(site.store, site.people.assignment.id, by=site.people.teacher.id)
    assert (work.terms.title, work.terms.attempts) == ("Fish again", None)
    assert [one.text for one in work.items] == [KNOWN.text, "One.", "Two."]
    replace(site.people, assignment=work).begin()
    refused = sari.post(path, {**fields, "title": "Kept title", "texts": "Other."})
    assert refused.status_code == 409
    assert "Somebody has begun this assignment" in refused.text
    assert 'value="Kept title"' in refused.text
    page = sari.get(path).text
    assert 'name="texts"' not in page and 'name="exercise"' not in page
    assert sari.post(path, {**fields_of(page), "title": "Fish, at last"}).status_code == 303
    again = assignments.find(site.store, work.id, by=site.people.teacher.id)
    assert (again.terms.title, again.items) == ("Fish, at last", work.items)


def test_an_exercise_keeps_the_text_it_had(site: Site, sari: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/assignments/{site.people.assignment.id}"
    teacher = site.people.teacher.id
    items = (NewItem(exercise_id=KNOWN.id),)
    assignments.change_items(site.store, site.people.assignment.id, items, by=teacher, now=site.clock())
    monkeypatch.setattr(exercises, "find", lambda _: replace(KNOWN, text="Newer words."))
    fields = fields_of(sari.get(path).text)
    assert sari.post(path, {**fields, "texts": "Mine."}).status_code == 303
    work = assignments.find(site.store, site.people.assignment.id, by=teacher)
    assert [one.text for one in work.items] == [KNOWN.text, "Mine."]


def test_work_is_put_away(site: Site, sari: Browser) -> None:
    work = site.people.assignment
    gone = sari.post(f"/assignments/{work.id}/archive")
    assert gone.headers["location"] == f"/classes/{work.class_id}?done=put_away"
    assert assignments.find(site.store, work.id, by=site.people.ani.id).archived_at == site.clock()
    assert "1 assignment put away" in sari.get(gone.headers["location"]).text
    assert f"/assignments/{work.id}/archive" not in sari.get(f"/assignments/{work.id}").text


def test_work_is_copied_to_another_class(site: Site, sari: Browser) -> None:
    other = classes.create(site.store, "9B", by=site.people.teacher.id, now=site.clock())
    path = f"/assignments/{site.people.assignment.id}"
    assert f'<option value="{other.id}" selected>' in sari.get(path).text
    copied = sari.post(f"{path}/copy", {"class_id": other.id})
    assert copied.status_code == 303
    assert "Check its dates" in sari.get(copied.headers["location"]).text
    made = latest(site, other.id)
    assert [one.text for one in made.items] == [one.text for one in site.people.assignment.items]
    assert sari.post(f"{path}/copy", {"class_id": "none"}).status_code == 404


def test_only_its_teachers_set_and_change_work(site: Site, new: str) -> None:
    work = site.people.assignment
    foreign = classes.create(site.store, "9C", by=site.people.stranger.id, now=site.clock())
    fields = {"title": "Mine", "texts": "Mine.", "has_items": "1", "counted": "overall", "class_id": foreign.id}
    routes = [("GET", new), ("POST", new), ("GET", f"/assignments/{work.id}")]
    routes += [("POST", f"/assignments/{work.id}{end}") for end in ("", "/archive", "/copy")]
    for method, path in routes:
        for person in (site.people.stranger, site.people.admin, site.people.ani):
            browser = site.browser(person)
            answer = browser.get(path) if method == "GET" else browser.post(path, fields)
            assert answer.status_code == 403, (method, path, person.role)
            assert work.terms.title not in answer.text
        nobody = site.browser()
        answer = nobody.get(path) if method == "GET" else nobody.post(path, fields)
        assert answer.headers["location"].startswith("/sign-in")
        if method == "POST":
            assert site.browser(site.people.teacher).post(path, {**fields, "csrf": "forged"}).status_code == 403
    assert assignments.of_class(site.store, work.class_id, by=site.people.teacher.id) == (work,)
    assert assignments.of_class(site.store, foreign.id, by=site.people.stranger.id) == ()


def test_no_assignment_is_no_assignment(sari: Browser) -> None:
    assert sari.get("/assignments/none").status_code == 404


def test_the_catalogue_is_offered_by_unit_with_what_was_chosen_ticked(site: Site, new: str) -> None:
    browser = site.browser(site.people.teacher, language="id")
    page = browser.post(new, {"title": "", "exercise": [KNOWN.id, TALK.id]}).text
    boxes = [one for _, one in Page(page).elements if one.get("name") == "exercise"]
    assert [one["value"] for one in boxes] == [one.id for unit in exercises.units() for one in unit.exercises]
    assert {one["value"] for one in boxes if "checked" in one} == {KNOWN.id, TALK.id}
    assert all(unit.title["id"] in unescape(page) for unit in exercises.units())
    assert page.count('as-unit" open') == 2


def test_a_class_shows_when_its_work_opens_and_is_due(site: Site, sari: Browser) -> None:
    work, teacher = site.people.assignment, site.people.teacher.id
    room = f"/classes/{work.class_id}"

    def set_dates(opens: timedelta | None, due: timedelta | None) -> str:
        dates = {"opens_at": opens and site.clock() + opens, "due_at": due and site.clock() + due}
        terms = replace(work.terms, time_zone="Asia/Jakarta", **dates)
        assignments.change(site.store, work.id, terms, by=teacher, now=site.clock())
        return sari.get(room).text

    assert ">Open<" in set_dates(None, timedelta(days=30))
    assert "15:30" in set_dates(None, timedelta(days=30))
    assert ">Planned<" in set_dates(timedelta(hours=1), None)
    assert ">Past its date<" in set_dates(None, -timedelta(hours=1))
    site.people.hand_in()
    assert "1 of 2 handed in" in sari.get(room).text


def test_a_dialogue_and_a_passage_come_back_as_they_were_typed(site: Site) -> None:
    for kind, texts in (("dialogue", "Hi! | Hello.\nBye."), ("passage", "A a.\nB b.\n\nC c."), ("free", "Why?\nHow?")):
        draft = Draft(kind=kind, title="T", texts=texts)  # type: ignore[arg-type]
        made = assignments.create(
            site.store,
            site.people.class_id,
            draft.kind,
            terms=read_terms(draft),
            items=read_items(draft),
            by=site.people.teacher.id,
            now=site.clock(),
        )
        assert draft_of(made).texts == texts

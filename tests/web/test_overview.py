"""A class at a glance: what it shows, to whom, and that it is never behind what was handed in."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from classroom_site import Site
from markup import Page
from school import NOW, document, phone, word

from classroom import assessments, assignments, submissions
from classroom.assignments import NewItem, Terms
from classroom.people import Identity, name_anew
from classroom.progress import Week
from classroom.store import audit
from classroom.summaries import Tally
from web.pages.charts import HEIGHT, WIDTH, draw

DAY = timedelta(days=1)


def sounds(*expected: str, score: float = 40.0) -> str:
    spoken = replace(
        word("fish", ()), score=score, phones=tuple(replace(phone("T", score), expected=e) for e in expected)
    )
    return document((spoken,))


def hand_in(site: Site, content: str, *, person=None, key: str = "attempt", assignment=None) -> str:
    school = replace(site.people, now=site.clock.now, assignment=assignment or site.people.assignment)
    attempt = school.begin(person, key=key)
    kept = school.record(attempt, key=f"{key} take", content=key.encode())
    assessments.keep(site.store, kept.id, content, now=site.clock.now)
    submissions.hand_in(site.store, attempt.id, by=attempt.person_id, now=site.clock.now)
    return attempt.id


def address(site: Site, page: str = "overview") -> str:
    return f"/classes/{site.people.class_id}/{page}"


def shown(site: Site, page: str = "overview", *, language: str = "en") -> str:
    answer = site.browser(site.people.teacher, language=language).get(address(site, page))
    assert answer.status_code == 200
    return answer.text


def table(html: str, heading: str) -> list[list[str]]:
    """Rows of the table in a section, each cell as its text."""
    part = html.split(f'aria-labelledby="{heading}"', 1)[1].split("</section>", 1)[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_an_empty_class_says_so(site: Site) -> None:
    for language, sentence in (("en", "Nothing has been handed in here yet"), ("id", "Belum ada yang dikumpulkan")):
        assert sentence in shown(site, language=language)


def test_the_heat_map_is_a_table_with_numbers_and_counts(site: Site) -> None:
    hand_in(site, sounds("TH", "TH", "TH", "TH", "TH", "S", score=40.0))
    hand_in(site, sounds("TH", score=88.0), person=site.people.budi)
    assert table(shown(site), "ov-heat") == [
        ["Learner", "θ think", "s sun"],
        ["Whole class", "48 6×", "40 1× too few to say"],
        ["Ani", "40 5×", "40 1× too few to say"],
        ["Budi", "88 1× too few to say", "· nothing"],
    ]
    assert 'data-level="weak"' in shown(site) and 'data-level="few"' in shown(site)


def test_the_hardest_words_are_listed(site: Site) -> None:
    for person in site.people.learners:
        hand_in(site, sounds("TH", score=30.0), person=person)
    assert table(shown(site), "ov-words")[1] == ["fish", "30 2× too few to say", "2"]
    assert "Kata tersulit" in shown(site, language="id")


def test_what_was_just_handed_in_is_there_at_once(site: Site) -> None:
    browser = site.browser(site.people.teacher)
    assert "θ" not in browser.get(address(site)).text
    hand_in(site, sounds("TH"))
    answer = browser.get(address(site))
    assert "θ" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_choice_of_days_and_assignment_filters(site: Site) -> None:
    hand_in(site, sounds("TH"))
    other = assignments.create(
        site.store, site.people.class_id, "sentences", terms=Terms(title="Ships"), items=(NewItem(text="Fish."),) * 2,
        by=site.people.teacher.id, now=NOW,
    )  # fmt: skip
    site.clock.now = NOW + 20 * DAY
    hand_in(site, sounds("SH"), key="second", assignment=other)

    def columns(query: str) -> list[str]:
        return table(shown(site, f"overview?{query}"), "ov-heat")[0][1:]

    assert columns("days=all") == ["ʃ ship", "θ think"]
    assert columns("days=30") == ["ʃ ship", "θ think"]
    assert columns("days=7") == ["ʃ ship"]
    assert columns(f"assignment={site.people.assignment.id}") == ["θ think"]
    page = Page(shown(site, f"overview?days=7&assignment={other.id}"))
    chosen = [one["value"] for tag, one in page.elements if tag == "option" and "selected" in one]
    assert chosen == ["7", other.id]
    teacher = site.browser(site.people.teacher)
    assert teacher.get(address(site, "overview?assignment=elsewhere")).status_code == 404
    assert teacher.get(address(site, "overview?days=8")).status_code == 400


def test_progress_is_drawn_and_told(site: Site) -> None:
    hand_in(site, sounds("TH", score=40.0))
    site.clock.now = NOW + 8 * DAY
    hand_in(site, sounds("TH", score=80.0), key="second")
    html = shown(site)
    rows = table(html, "ov-progress")
    assert [row[0] for row in rows] == ["Week of", "2 Mar", "9 Mar"]
    picture = html.split('role="img"', 1)[1].split("</svg>", 1)[0]
    assert len(re.findall('<circle class="ov-point"', picture)) == 2
    assert len(re.findall('<circle class="ov-dot"', picture)) == 2


def test_who_practises_is_listed_longest_silent_first(site: Site) -> None:
    hand_in(site, sounds("TH"))
    site.clock.now = NOW + 3 * DAY
    assert table(shown(site), "ov-practice") == [
        ["Learner", "Last recording", "Handed in"],
        ["Budi", "Nothing yet", "0 of 1"],
        ["Ani", "3 days ago", "1 of 1"],
    ]
    assert "3 hari lalu" in shown(site, language="id")


def test_a_check_in_names_its_reason_and_can_be_put_aside(site: Site) -> None:
    site.clock.now = NOW + 12 * DAY
    teacher = site.browser(site.people.teacher)
    html = teacher.get(address(site)).text
    assert "Has not recorded anything yet, 12 days after joining" in html
    assert html.count("weak sign") == 2
    sent = {"person": site.people.ani.id, "reason": "stopped"}
    answer = teacher.post(address(site, "overview/dismiss"), sent)
    assert answer.status_code == 303
    html = teacher.get(answer.headers["location"]).text
    assert html.count("weak sign") == 1 and "Put aside. It comes back" in html
    with site.store.reading() as session:
        assert audit.events(session)[0].action == "checkin.dismiss"


def test_putting_aside_needs_our_form_and_a_known_reason(site: Site) -> None:
    teacher = site.browser(site.people.teacher)
    sent = {"person": site.people.ani.id, "reason": "stopped"}
    assert teacher.post(address(site, "overview/dismiss"), {**sent, "csrf": "x"}).status_code == 403
    teacher.get(address(site))
    assert teacher.post(address(site, "overview/dismiss"), {**sent, "reason": "lazy"}).status_code == 422
    stranger = {**sent, "person": site.people.stranger.id}
    assert teacher.post(address(site, "overview/dismiss"), stranger).status_code == 403


def test_a_learners_page_shows_sounds_progress_and_attempts(site: Site) -> None:
    attempt = hand_in(site, sounds("TH", "TH", "TH", "TH", "TH"))
    hand_in(site, sounds("TH", score=90.0), person=site.people.budi)
    html = shown(site, f"learners/{site.people.ani.id}")
    assert table(html, "ov-sounds")[1] == ["θ th as in “think”", "40 5×", "48 6×"]
    assert f'href="/submissions/{attempt}"' in html
    assert table(html, "ov-attempts")[1][0] == "Fish attempt 1"
    assert site.people.ani.pseudonym in html
    assert "Yang dikumpulkan" in shown(site, f"learners/{site.people.ani.id}", language="id")
    assert "Nothing has been handed in yet." not in html


def test_a_learner_without_work_has_a_page(site: Site) -> None:
    assert "Nothing has been handed in yet." in shown(site, f"learners/{site.people.budi.id}")


@pytest.mark.parametrize("page", ["overview", "learners/{ani}"])
def test_nobody_but_the_classs_teacher_sees_it(site: Site, page: str) -> None:
    path = address(site, page.format(ani=site.people.ani.id))
    for person in (site.people.ani, site.people.budi, site.people.stranger, site.people.admin):
        answer = site.browser(person).get(path)
        assert answer.status_code in {403, 404}
        assert "Ani" not in answer.text
    assert site.browser().get(path).headers["location"].startswith("/sign-in")
    for person in (site.people.ani, site.people.stranger, site.people.admin):
        browser = site.browser(person)
        sent = {"person": site.people.budi.id, "reason": "stopped"}
        assert browser.post(address(site, "overview/dismiss"), sent).status_code == 403


def test_only_learners_of_the_class_have_a_page(site: Site) -> None:
    teacher = site.browser(site.people.teacher)
    for person_id in (site.people.teacher.id, site.people.stranger.id, "nobody"):
        assert teacher.get(address(site, f"learners/{person_id}")).status_code == 404


def test_a_real_name_is_escaped(site: Site) -> None:
    name_anew(site.store, site.people.ani.id, Identity(name="<b>Ani</b>"), by=site.people.ani.id, now=NOW)
    hand_in(site, sounds("TH"))
    for page in ("overview", f"learners/{site.people.ani.id}"):
        assert "<b>Ani" not in shown(site, page)


def test_points_lie_in_the_picture() -> None:
    weeks = [
        Week(date(2026, 1, 5) + n * 7 * DAY, Tally(score, 1), {"a": Tally(score, 1)})
        for n, score in enumerate((0.0, 100.0))
    ]
    chart = draw({"class": weeks}, dots=weeks)
    low, high = chart.lines["class"]
    assert chart.left < low.x < high.x < WIDTH
    assert 0 < high.y < low.y < HEIGHT
    assert (low.score, high.score) == (0, 100)
    assert [one.day for one in chart.labels] == [week.begins for week in weeks]
    assert len(draw({"class": weeks[:1]}).lines["class"]) == 1


@pytest.mark.parametrize("page", ["overview", "marks"])
def test_an_open_page_can_tell_that_something_came_in(site: Site, page: str) -> None:
    browser, room = site.browser(site.people.teacher), f"/classes/{site.people.class_id}"
    shown = browser.get(f"{room}/{page}").text
    assert f'data-pulse="{room}/pulse"' in shown and "data-fresh=" in shown and "/scripts/fresh.js" in shown
    known = re.search(r'data-now="(\w+)"', shown)[1]
    assert browser.get(f"{room}/pulse").json() == {"pulse": known}
    site.people.hand_in()
    assert browser.get(f"{room}/pulse").json() != {"pulse": known}

import asyncio
import math

import httpx
import pytest

from benchmarks.homework import Homework, HomeworkOptions, Visit, measure, summed_up, table, visit

FILES = '<link rel="stylesheet" href="/styles/a.css"><script type="module" src="/scripts/b.js"></script>'
PAGE = f'<meta name="csrf" content="c1">{FILES}<article data-item="i1"><a href="/homework">'


def do(**answers):
    """Do homework at a server that answers a kind of request in its own way; the requests as `METHOD path`."""
    seen = []

    def serve(request):
        name = request.url.path.rsplit("/", 1)[-1]
        seen.append(name)
        usual = {
            "homework": httpx.Response(200, text=FILES),
            "a.css": httpx.Response(200),
            "b.js": httpx.Response(200),
            "place": httpx.Response(200, json={"before": 7, "seconds": 1.0}),
            "w1": httpx.Response(200, text=PAGE),
            "attempts": httpx.Response(200, json={"id": "a1"}),
            "recording": httpx.Response(201, json={"id": "r1"}),
            "assessment": httpx.Response(200, json={}),
            "hand-in": httpx.Response(303),
        }
        if name != "hand-in" and request.method != "GET":
            assert request.headers["x-csrf-token"] == "c1"
        assert request.headers.get("origin") == (None if request.method == "GET" else "http://app")
        assert request.headers["cookie"] == "lafal_session=t1"
        planned = answers.get(name.replace("-", "_"))
        return planned.pop(0) if planned else usual[name]

    client = httpx.AsyncClient(base_url="http://app", transport=httpx.MockTransport(serve))
    return asyncio.run(visit(client, "w1", "t1", b"OggS")), seen


def test_a_learner_goes_the_way_of_the_page():
    found, seen = do()
    assert sorted(seen[1:3]) == ["a.css", "b.js"] and seen.count("a.css") == 1
    assert [name for name in seen if name not in {"a.css", "b.js", "place"}] == [
        "homework",
        "w1",
        "attempts",
        "recording",
        "assessment",
        "hand-in",
    ]
    assert found.handed_in and found.returns == 0 and not found.failures
    assert found.page_s >= 0 and found.kept_s >= 0 and found.verdict_s >= 0


def test_who_is_told_to_come_back_waits_as_long_as_told():
    busy = httpx.Response(429, headers={"Retry-After": "0.1"})
    found, seen = do(assessment=[busy, busy])
    assert seen.count("assessment") == 3
    assert found.returns == 2 and found.handed_in and found.verdict_s >= 0.2
    assert found.before == 7 and seen.count("place") == 1


@pytest.mark.parametrize("broken", ["recording", "hand_in"])
def test_what_fails_is_named_and_not_counted_as_done(broken):
    found, _ = do(**{broken: [httpx.Response(500)]})
    assert not found.handed_in and "500" in found.failures[0]
    level = summed_up([found, Visit(1.0, 2.0, 3.0, handed_in=True)], 400.0)
    assert (level.learners, level.handed_in, len(level.failures)) == (2, 1, 1)
    assert level.error_rate == 0.5
    assert level.kept == (2 if broken == "hand_in" else 1)


def test_waits_of_nobody_are_no_number():
    assert all(math.isnan(value) for value in summed_up([Visit()], 1.0).verdict_s)


def test_a_small_class_hands_in():
    found = measure(HomeworkOptions(learners=(2,), within_seconds=0.5, clip_seconds=1.0))
    (level,) = found.levels
    assert (level.kept, level.judged, level.handed_in, level.failures) == (2, 2, 2, ())
    assert isinstance(found, Homework) and 0 < level.verdict_s[0] < 60
    assert "2" in table(found).columns[0].cells

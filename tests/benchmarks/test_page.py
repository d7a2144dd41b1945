import os
from contextlib import nullcontext

import pytest

from benchmarks import page
from benchmarks.page import PageOptions, PageTimes, measure, table

pytestmark = pytest.mark.end_to_end


def test_the_table_sets_the_slow_visits_against_the_targets() -> None:
    fast = PageTimes(5.0, (900.0, 950.0), (400.0, 500.0), (20.0, 30.0))
    slow = PageTimes(5.0, (900.0, 9000.0), (400.0, 5000.0), (20.0, 300.0))
    assert list(table(fast).columns[4].cells) == ["met"] * 3
    assert list(table(slow).columns[4].cells) == ["missed"] * 3
    assert list(table(fast).columns[1].cells) == ["925 ms", "450 ms", "25 ms"]


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page.shutil, "which", lambda _: None)
    with pytest.raises(RuntimeError, match="Install a browser"):
        measure(PageOptions(runs=1))


def test_a_visit_is_timed() -> None:
    if not any(page.shutil.which(name) for name in page.BROWSERS):
        (pytest.fail if os.environ.get("LAFAL_REQUIRE_BROWSER") else pytest.skip)("no browser on this computer")
    times = measure(PageOptions(runs=1, seconds=3.0))
    assert 0 < times.figure_ms[0] < 10_000
    assert 50 < times.verdict_ms[0] < 20_000
    assert times.load_ms[0] > 50


def test_a_visit_without_a_verdict_is_counted_and_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(page.shutil.which(name) for name in page.BROWSERS):
        (pytest.fail if os.environ.get("LAFAL_REQUIRE_BROWSER") else pytest.skip)("no browser on this computer")
    monkeypatch.setattr(page, "serving", lambda: nullcontext("http://127.0.0.1:9"))
    outcomes = iter([page.NoVerdict("We heard no speech"), (900.0, 400.0, 20.0)])

    def visit(*_: object) -> tuple[float, float, float]:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(page, "_visit", visit)
    assert measure(PageOptions(runs=1, seconds=3.0)) == PageTimes(3.0, (900.0,), (400.0,), (20.0,), failed=1)

    def silent(*_: object) -> tuple[float, float, float]:
        raise page.NoVerdict("We heard no speech")

    monkeypatch.setattr(page, "_visit", silent)
    with pytest.raises(RuntimeError, match="We heard no speech"):
        measure(PageOptions(runs=1, seconds=3.0))

import time

import pytest
from classroom_site import Site
from fastapi.testclient import TestClient
from starlette.requests import Request

from classroom.errors import UnusableCode, WrongPassword
from web.errors import TooOften
from web.limits import Limits, address_of


def use_up(limits: Limits, who: str) -> None:
    for _ in range(10):
        limits.count("login", who)


def request_from(host: str | None) -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 1) if host else None})


def test_one_try_too_many_is_refused_with_the_time_to_wait() -> None:
    limits = Limits()
    use_up(limits, "sari")
    with pytest.raises(TooOften) as refused:
        limits.count("login", "sari")
    assert 0 < refused.value.facts["seconds"] <= 300
    with pytest.raises(TooOften):
        limits.check("login", "sari")


def test_others_and_other_kinds_are_counted_apart() -> None:
    limits = Limits()
    use_up(limits, "sari")
    limits.count("login", "budi")
    limits.count("password", "sari")


def test_looking_counts_nothing() -> None:
    limits = Limits()
    for _ in range(50):
        limits.check("login", "sari")
    use_up(limits, "sari")


def test_tries_come_back_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    limits = Limits()
    limits.count("login", "sari")
    now += 200
    for _ in range(9):
        limits.count("login", "sari")
    with pytest.raises(TooOften) as refused:
        limits.count("login", "sari")
    assert refused.value.facts["seconds"] == 100
    now += 101
    limits.count("login", "sari")
    with pytest.raises(TooOften):
        limits.count("login", "sari")


def test_only_the_named_failure_counts() -> None:
    limits = Limits()
    for _ in range(50):
        with limits.failures("login", "sari", WrongPassword):
            pass
        with pytest.raises(UnusableCode), limits.failures("login", "sari", WrongPassword):
            raise UnusableCode
    for _ in range(10):
        with pytest.raises(WrongPassword), limits.failures("login", "sari", WrongPassword):
            raise WrongPassword
    with pytest.raises(TooOften), limits.failures("login", "sari", WrongPassword):
        pytest.fail("a try too many was made")


def test_what_somebody_typed_is_not_kept() -> None:
    limits = Limits()
    limits.count("login", "sari@example.org")
    assert "sari" not in repr(vars(limits._limiter.storage))


def test_a_hundred_learners_practise_behind_one_address() -> None:
    limits = Limits()
    for _ in range(100 * 6 * 4):
        limits.count("practice", "192.0.2.1")
    with pytest.raises(TooOften):
        limits.count("practice", "192.0.2.1")
    limits.count("practice", "192.0.2.2")


def test_a_school_may_lift_the_limit_on_practice() -> None:
    limits = Limits(practice_per_minute=0)
    for _ in range(3000):
        limits.count("practice", "192.0.2.1")
    limits.check("practice", "192.0.2.1")


@pytest.mark.parametrize(
    "route",
    [
        "POST /api/v1/recordings",
        "POST /api/v1/assess",
        "GET /api/v1/examples?text=fish",
        "GET /api/v1/examples/audio?text=fish",
        "POST /en/gradio_api/queue/join",
    ],
)
def test_practice_is_counted_by_address(client: TestClient, monkeypatch: pytest.MonkeyPatch, route: str) -> None:
    limits = Limits(practice_per_minute=1)
    limits.count("practice", "testclient")
    monkeypatch.setattr(client.app.state.school, "limits", limits)
    method, path = route.split()
    sent = {"files": {"audio": b"x"}, "data": {"text": "I"}} if path.endswith("assess") else {}
    answer = client.request(method, path, **sent)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "route",
    ["GET /lti/login", "POST /lti/login", "POST /lti/launch", "GET /lti/keys", "GET /oidc/login", "GET /oidc/callback"],
)
def test_arrivals_are_counted_by_address(site: Site, route: str) -> None:
    for _ in range(600):
        site.app.state.school.limits.count("arrival", "testclient")
    answer = site.browser().client.request(*route.split())
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "testclient", True),
        (None, None, True),
    ],
)
def test_an_ipv6_network_counts_as_one(one: str | None, other: str | None, same: bool) -> None:
    assert (address_of(request_from(one)) == address_of(request_from(other))) is same

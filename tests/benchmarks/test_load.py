import asyncio
import math
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from benchmarks import load
from benchmarks.clients import Answer, Level, closed_loop, open_client, open_loop, submit, summed_up
from benchmarks.clips import Clip
from benchmarks.load import Load, LoadOptions, measure_at, table, targets

LEVEL = Level(16, 96, 96, 4, 4, 0, 40.0, 0.3, 1.2, 1.4)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    path.write_bytes(b"RIFF")
    return Clip(path, "Some text.", 5.0)


def client_of(handler):
    return httpx.AsyncClient(base_url="http://app", transport=httpx.MockTransport(handler))


def serving(*statuses):
    """Answers with these statuses in turn, the last one for ever; a refusal asks for 0.05 s of patience."""
    left = list(statuses)

    async def handler(request):
        await request.aread()
        status = left.pop(0) if len(left) > 1 else left[0]
        await asyncio.sleep(0.01)
        return httpx.Response(status, headers={"Retry-After": "0.05"} if status == 429 else {})

    return handler


def test_a_recording_is_sent_as_the_api_wants_it(clip):
    seen = []

    def handler(request):
        seen.append((request.url.path, request.read()))
        return httpx.Response(200)

    answer = asyncio.run(submit(client_of(handler), clip, b"RIFF"))
    assert answer.served
    ((path, body),) = seen
    assert path == "/api/v1/assess"
    assert b'name="audio"' in body
    assert b"Some text." in body


def test_what_the_server_says_of_a_turn_is_summed_up_and_who_comes_back_has_the_name_it_had(clip):
    names, left = [], [httpx.Response(429, headers={"Retry-After": "0"})]
    left += [
        httpx.Response(200, headers={"Server-Timing": f'queue;dur={ms};desc="{ms // 100} before"'}) for ms in (100, 900)
    ]

    def handler(request):
        names.append(request.read().split(b'name="name"')[1].split()[0])
        return left.pop(0)

    answers = [asyncio.run(submit(client_of(handler), clip, b"")) for _ in range(2)]
    assert names[0] == names[1] != names[2] and len(names[0]) == 32
    level = summed_up(answers, clip, clients=1)
    assert (level.queue_p50_s, level.most_before, level.served_on_return) == (0.5, 9, 1)
    assert level.queue_p95_s == pytest.approx(0.86)


def test_a_refused_recording_comes_back_after_the_wait_it_was_told(clip):
    begin = time.perf_counter()
    answer = asyncio.run(submit(client_of(serving(429, 200)), clip, b""))
    assert (answer.served, answer.refusals) == (True, 1)
    assert answer.seconds >= 0.07
    assert time.perf_counter() - begin < 5


def test_a_server_that_always_refuses_or_breaks_loses_the_recording(clip):
    def broken(request):
        raise httpx.ConnectError("gone", request=request)

    refused = asyncio.run(submit(client_of(serving(429)), clip, b""))
    assert (refused.served, refused.refusals) == (False, 6)
    gone = asyncio.run(submit(client_of(broken), clip, b""))
    failed = asyncio.run(submit(client_of(serving(500)), clip, b""))
    level = summed_up([refused, gone, failed, failed], clip, clients=4)
    assert (level.served, level.lost) == (0, 4)
    assert level.failures == (("500", 2), ("429", 1), ("ConnectError", 1))


@pytest.fixture
def hanging_up():
    """A server that hangs up on its first connection after some answers; those to give, and its connections so far."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        answers, connections = 0, 0

        def setup(self):
            super().setup()
            Handler.connections += 1
            self.left = Handler.answers if Handler.connections == 1 else 10

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.close_connection = not self.left
            if self.left:
                self.left -= 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield Handler, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(("answers", "resent", "failure"), [(1, 1, ""), (0, 0, "RemoteProtocolError")])
def test_a_request_goes_once_more_where_a_kept_connection_closes_under_it(clip, hanging_up, answers, resent, failure):
    handler, address = hanging_up
    handler.answers = answers

    async def scenario():
        async with open_client(address) as client:
            return [await submit(client, clip, b"RIFF") for _ in range(2)]

    first, second = asyncio.run(scenario())
    assert (first.failure, second.served) == (failure, True)
    assert summed_up([first, second], clip, clients=1).resent == resent
    assert handler.connections == 2


def test_outcomes_are_counted(clip):
    answers = [Answer(0.0, 1.0, 0, 200), Answer(1.0, 3.0, 1, 200), Answer(2.0, 2.0, 2, 200), Answer(2.0, 1.0, 6, 429)]
    level = summed_up(answers, clip, clients=2)
    assert (level.sent, level.served, level.lost) == (4, 3, 1)
    assert (level.refused, level.served_on_return) == (3, 1)
    assert level.audio_per_s == pytest.approx(15 / 4)
    assert level.p50_s == 2.0
    assert math.isnan(summed_up([], clip, clients=2).p50_s)


def test_clients_that_never_rest_keep_the_server_busy(clip):
    level = asyncio.run(closed_loop(client_of(serving(200)), clip, clients=3, seconds=0.1))
    assert 3 < level.sent <= 33
    assert level.lost == 0
    assert level.p50_s >= 0.01


def test_a_class_sends_on_time_whether_or_not_it_has_its_answers(clip):
    busy, most = 0, 0

    async def slow(request):
        nonlocal busy, most
        await request.aread()
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.3)
        busy -= 1
        return httpx.Response(200)

    level = asyncio.run(open_loop(client_of(slow), clip, learners=4, every_s=0.1, seconds=0.3))
    assert (level.clients, level.sent, level.lost) == (4, 12, 0)
    assert most > 4


def test_every_level_and_the_class_are_measured(clip, monkeypatch):
    monkeypatch.setattr(load, "open_client", lambda _: client_of(serving(200)))
    options = LoadOptions(clients=(1, 2), level_seconds=0.03, learners=2, every_seconds=0.02, class_seconds=0.04)
    found = asyncio.run(measure_at("http://app", clip, options))
    assert [level.clients for level in found.levels] == [1, 2]
    assert (found.classroom.clients, found.classroom.sent) == (2, 4)
    monkeypatch.setattr(load, "open_client", lambda _: client_of(serving(422)))
    with pytest.raises(RuntimeError, match="did not judge"):
        asyncio.run(measure_at("http://app", clip, options))


def test_promises_are_kept_or_not():
    kept = Load(5.0, 10.0, (LEVEL,), LEVEL)
    slow = Load(5.0, 10.0, (LEVEL,), Level(16, 96, 95, 4, 3, 1, 40.0, 0.3, 1.6, 2.0))
    assert list(targets(kept).columns[3].cells) == ["met"] * 3
    assert list(targets(slow).columns[3].cells) == ["missed"] * 3
    assert list(table(kept).columns[0].cells) == ["16 without rest", "16, one every 10 s"]
    assert list(table(kept).columns[3].cells) == ["1200", "1200"]

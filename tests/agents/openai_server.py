"""A small OpenAI-compatible chat server on loopback that answers our prompts, for tests over real HTTP. Not a language model.

    with OpenAIServer(chaos=0.3) as server:
        env = {"OPENAI_BASE_URL": server.base_url}
        ...
    server.answered, server.misbehaved

It reads the quoted data out of a prompt and answers by the schema asked for: drafts to `write` and `repair`, the goal grammar's plan to
`plan`, nothing found to `review`, plain orders, no learnings. The same request gets the same answer; a repeated one may fare better, so
that misbehaviour is the same in every run however requests interleave (but see `even`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
import select
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Any

from tests.agents.chaos import FAULTS, Fault, Patience, Response, completion, spoiled
from tests.agents.made_up import answer

LUCK = 2
"""So many faults more or fewer than their share there may be at any moment."""


class OpenAIServer:
    """Serves on 127.0.0.1 while the context lasts, and keeps connections. Rates are shares of requests in [0, 1]; `chaos` is spread evenly
    over all FAULTS, `faults` names rates one by one; with `even` no run has more luck than LUCK. At most two tries of one request fail, and
    only the first is refused, so that a patient client gets through. The first `together` orders for copy are answered only when all of
    them have come (or after ten seconds), as a slow model would keep them: a client that asks one after another is seen in `most_at_once`.
    An answer takes `delay` seconds. What matches `never` is refused for good. `seed` is for what is said, `fate` for what goes wrong.
    `watch` is told the number of each good answer; while `down`, everything is a 500."""

    def __init__(
        self,
        *,
        rate_limited: float = 0.0,
        server_error: float = 0.0,
        malformed: float = 0.0,
        chaos: float = 0.0,
        faults: Mapping[Fault, float] | None = None,
        never: str = "",
        seed: int = 0,
        fate: int = 0,
        even: bool = False,
        together: int = 1,
        delay: float = 0.0,
        watch: Callable[[int], None] = lambda _number: None,
    ) -> None:
        spread: dict[Fault, float] = dict.fromkeys(FAULTS, chaos / len(FAULTS))
        single: dict[Fault, float] = {"429": rate_limited, "500": server_error, "malformed": malformed, **(faults or {})}
        self._rates = {fault: spread[fault] + single.get(fault, 0.0) for fault in FAULTS}
        self._seed, self._chance, self._delay, self.watch = seed, f"{seed}.{fate}", delay, watch
        self._even, self._drawn, self._kinds = even, 0, Counter[Fault]()
        self._never = re.compile(never) if never else None
        self.down = False
        self._lock = threading.Lock()
        self._orders, self._meeting = 0, threading.Barrier(together, timeout=10)
        self._starts: set[str] = set()
        self._busy = 0
        self.stopping = threading.Event()
        self.patience = Patience()
        self.answered: Counter[str] = Counter()
        """Good replies by schema name."""
        self.misbehaved: Counter[str] = Counter()
        """Bad replies by kind."""
        self.asked: Counter[str] = Counter()
        """Requests by what they ask, conversations about it included."""
        self.most_at_once = 0
        self.connections = 0
        self.prompts: list[str] = []
        """Every message of every request, as it came."""
        self._http = _Threads(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def requests(self) -> int:
        """All there were."""
        return sum(self.answered.values()) + sum(self.misbehaved.values())

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def respond(self, raw: bytes) -> Response:
        """What one request gets."""
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)
        until = monotonic() + self._delay
        try:
            response = self._respond(json.loads(raw))
            self.stopping.wait(max(0.0, until - monotonic()))
            return response
        finally:
            with self._lock:
                self._busy -= 1

    def _meet(self) -> None:
        """Holds one of the first orders until the others are here."""
        with self._lock:
            self._orders += 1
            early = self._orders <= self._meeting.parties
        if early:
            with suppress(threading.BrokenBarrierError):
                self._meeting.wait()

    def _respond(self, request: dict[str, Any]) -> Response:
        name = request["response_format"]["json_schema"]["name"]
        if name.endswith("Drafts"):
            self._meet()
        asked = hashlib.sha256(json.dumps(request["messages"][:2]).encode()).hexdigest()
        with self._lock:
            self.prompts += [message["content"] for message in request["messages"]]
            request["_cached"] = self._known_start(request["messages"])
            self.asked[asked] += 1
            time = self.asked[asked]
        value = answer(name, request["messages"][1]["content"], random.Random(f"{self._seed}:{asked}"))
        draw = random.Random(f"{self._chance}:{asked}:{time}")
        able = {f: rate for f, rate in self._rates.items() if time <= (1 if f == "refusal" else 2)}
        fault = self._fate(draw.random())
        if self._even:
            fault = self._evened(fault, able)
        elif fault not in able:
            fault = None
        if self._never and self._never.search(request["messages"][1]["content"]):
            fault = "refusal"
        if self.down:
            fault = "500"
        if fault:
            with self._lock:
                self.misbehaved[fault] += 1
            return spoiled(fault, request, value, draw)
        with self._lock:
            self.answered[name] += 1
            number = sum(self.answered.values())
        self.watch(number)
        return Response(200, completion(request, json.dumps(value)))

    def _fate(self, drawn: float) -> Fault | None:
        edges = itertools.accumulate(self._rates.values())
        return next((fault for fault, edge in zip(self._rates, edges, strict=True) if drawn < edge), None)

    def _evened(self, fault: Fault | None, able: Mapping[Fault, float]) -> Fault | None:
        """Whether fate has drawn a fault, but where by luck there would be more than LUCK too many or too few of all requests; of the kinds
        that may be (`able`) the one there were fewest of."""
        with self._lock:
            over = self._kinds.total() - sum(self._rates.values()) * self._drawn
            self._drawn += 1
            if not able or over > LUCK - 1 or (fault is None and over >= -LUCK):
                return None
            kind = min(able, key=lambda f: self._kinds[f] / (able[f] or 1e-9))
            self._kinds[kind] += 1
        return kind

    def _known_start(self, messages: list[dict[str, str]]) -> int:
        """Characters at the start of a prompt that another prompt had too, in pieces of 512 (as providers' prompt caches go, in tokens of
        theirs: 1,024 at least, then in steps of 128)."""
        text = "\n".join(message["content"] for message in messages)
        starts = [hashlib.sha256(text[:end].encode()).hexdigest() for end in range(4096, len(text) + 1, 512)]
        known = next((n for n, start in enumerate(starts) if start not in self._starts), len(starts))
        self._starts.update(starts)
        return 4096 + 512 * (known - 1) if known else 0


class _Threads(ThreadingHTTPServer):
    """A client that hangs up is none of our trouble."""

    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing to say."""


def _handler(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # a reply leaves in one piece

        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.connections += 1

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            response = server.respond(raw) if self.path == "/v1/chat/completions" else Response(404, b"{}")
            self.send_response(response.status)
            length = {"Content-Type": "application/json", "Content-Length": str(len(response.body))}
            for name, value in {**length, **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            match response.how:
                case "whole":
                    self.wfile.write(response.body)
                case "cut":
                    self.wfile.write(response.body[: len(response.body) // 2])
                    self.close_connection = True
                case "drip":
                    self._drip(response.body)

        def _drip(self, body: bytes) -> None:
            """A byte now and then, and never the last one."""
            self.close_connection = True
            age = server.patience.drip()
            try:
                for byte in itertools.chain(body[:-1], itertools.repeat(0)):
                    self.wfile.write(bytes([byte]) if byte else b"")
                    self.wfile.flush()
                    if server.stopping.wait(0.02) or select.select([self.connection], [], [], 0)[0]:
                        return
            finally:
                server.patience.over(age)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests speak for themselves."""

    return Handler

"""`langgraph dev` opens every graph; LangSmith hears of a run only when its variables say so."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphs import served
from tests.graphs.shop import ROOT

NAMED = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
SILENT = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGGRAPH_NO_VERSION_CHECK": "1", "LANGSMITH_TRACING": "false"}


@pytest.mark.parametrize("name", NAMED)
def test_a_factory_takes_nothing_and_names_its_graph(name: str) -> None:
    file, factory = NAMED[name].split(":")
    assert (ROOT / file).resolve() == Path(served.__file__).resolve()
    graph = getattr(served, factory)()
    assert graph.name == name and graph.checkpointer is None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    if find_spec("langgraph_api") is None:
        pytest.skip("langgraph-cli[inmem] is not installed")
    folder = tmp_path_factory.mktemp("served")
    config = json.loads((ROOT / "langgraph.json").read_text())
    config |= {"dependencies": [str(ROOT)], "graphs": {name: str(ROOT / place) for name, place in NAMED.items()}}
    (folder / "langgraph.json").write_text(json.dumps(config))
    (folder / ".env").touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        env = os.environ | SILENT | {"PYTHONPATH": str(ROOT)}
        running = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=subprocess.STDOUT)
        try:
            transport = httpx.HTTPTransport(retries=10)  # each waits twice as long as the one before: a quarter of an hour in all
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=120) as client:
                assert client.get("/ok").status_code == 200, (folder / "log").read_text()
                yield client
        finally:
            running.terminate()
            running.wait(60)
            shutil.rmtree(folder / ".langgraph_api", ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMED)
def test_langgraph_dev_opens_it(name: str, server: httpx.Client) -> None:
    found = {a["graph_id"]: a["assistant_id"] for a in server.post("/assistants/search", json={}).json()}
    assert found.keys() == NAMED.keys()
    drawn = server.get(f"/assistants/{found[name]}/graph")
    assert drawn.status_code == 200, drawn.text
    assert {node["id"] for node in drawn.json()["nodes"]} == set(getattr(served, name)().get_graph().nodes)
    assert server.get(f"/assistants/{found[name]}/schemas").status_code == 200


ONE_RUN = """
import asyncio
from typing import TypedDict
from langgraph.graph import START, StateGraph
class State(TypedDict):
    x: int
async def one(state):
    return {"x": 1}
graph = StateGraph(State)
graph.add_node("one", one)
graph.add_edge(START, "one")
asyncio.run(graph.compile(name="tiny").ainvoke({"x": 0}))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


@pytest.mark.parametrize("tracing", [None, "true"])
def test_langsmith_hears_of_a_run_only_when_asked_to(tracing: str | None) -> None:
    heard: list[str] = []

    class Smith(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            self.do_POST()

        def do_PATCH(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    smith = ThreadingHTTPServer(("127.0.0.1", 0), Smith)
    thread = threading.Thread(target=smith.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSMITH", "LANGCHAIN"))}
    env |= {"LANGSMITH_ENDPOINT": f"http://127.0.0.1:{smith.server_port}", "LANGSMITH_API_KEY": "k"}
    env |= {"LANGSMITH_TRACING": tracing} if tracing else {}
    try:
        subprocess.run([sys.executable, "-c", ONE_RUN], env=env, check=True, timeout=120, capture_output=True)
    finally:
        smith.shutdown()
        thread.join()
        smith.server_close()
    assert bool(heard) == bool(tracing)

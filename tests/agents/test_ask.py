"""The door to a model, against a scripted OpenAI-compatible endpoint (respx): no network, no sleep."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from langchain_core.messages import AIMessage
from pydantic import BaseModel, ConfigDict, Field

from agents.ask import Budget, Door, MemoryLedger, Price, Request, cost_table
from journeyman.clock import ManualClock
from journeyman.errors import BudgetSpent, CircuitOpen, ModelNonsense, ModelRefused, ModelUnavailable, WorkspaceError
from prompts import Prompt, PromptError, load

BASE = "http://model.test/v1"
SECRET = "sk-verysecret-0123456789abcdef"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    paragraph: str = Field(max_length=50)


def said(content: str | None, *, finish: str = "stop", usage: bool = True, **message: Any) -> httpx.Response:
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}],
    }
    return httpx.Response(
        200, json=body | ({"usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}} if usage else {})
    )


GOOD = said('{"paragraph": "It works."}')


class Naps:
    """Stands in for sleep; remembers how long it was asked to."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def server() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False, using="httpx") as router:
        yield router.post(f"{BASE}/chat/completions")


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def make(naps: Naps, ledger: MemoryLedger) -> Callable[..., Door]:
    def door(model: str = "openai:small", **settings: Any) -> Door:
        env = {"OPENAI_BASE_URL": BASE, "OPENAI_API_KEY": SECRET}
        return Door(model, **{"env": env, "sleep": naps, "ledger": ledger, "clock": ManualClock(NOW), **settings})

    return door


def ask(door: Door, **more: Any) -> Any:
    return asyncio.run(door.ask("narrate", Answer, goal="More orders.", learnings=[], **more))


def outcomes(ledger: MemoryLedger) -> list[str]:
    return [call.outcome for call in ledger.calls]


def test_structured_output_is_asked_for_and_read(server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger) -> None:
    server.mock(return_value=GOOD)
    reply = ask(make(prices={"small": Price(input=1, output=2)}))
    assert reply.value == Answer(paragraph="It works.")
    assert (reply.tokens_in, reply.tokens_out, reply.cached, reply.model) == (100, 10, False, "openai:small")
    assert reply.cost == pytest.approx(120e-6)
    sent = json.loads(server.calls[0].request.content)
    assert sent["response_format"]["json_schema"]["strict"] is True
    schema = sent["response_format"]["json_schema"]["schema"]
    assert schema["additionalProperties"] is False and schema["required"] == ["paragraph"]
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert '"additionalProperties": false' in sent["messages"][0]["content"]  # the schema stands in the prompt too
    (call,) = ledger.calls
    assert (call.prompt, call.prompt_hash, call.outcome, call.at) == ("narrate", load("narrate").hash, "ok", NOW)
    assert reply.prompt_hash == call.prompt_hash


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"paragraph": "It works."}\n```',
        'Sure! Here: {"paragraph": "It works."} Enjoy.',
        '<think>{"a": 1}</think>\n{"paragraph": "It works."}',
    ],
)
def test_a_server_that_ignores_response_format_is_understood(text: str, server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=said(text))
    assert ask(make()).value.paragraph == "It works."
    assert server.call_count == 1


def test_a_server_that_refuses_response_format_is_asked_without(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(side_effect=[httpx.Response(400, json={"error": {"message": "response_format is not supported"}}), GOOD, GOOD])
    door = make()
    assert ask(door).value.paragraph == "It works."
    ask(door)
    assert ["response_format" in json.loads(call.request.content) for call in server.calls] == [True, False, False]


def test_429_waits_as_long_as_the_server_says(server: respx.Route, make: Callable[..., Door], naps: Naps, ledger: MemoryLedger) -> None:
    slow = httpx.Response(429, headers={"Retry-After": "7"}, json={"error": {"message": "slow down"}})
    dated = httpx.Response(429, headers={"Retry-After": "Sun, 01 Mar 2026 12:00:20 GMT"}, json={"error": {"message": "slow down"}})
    server.mock(side_effect=[slow, dated, GOOD])
    assert ask(make()).value.paragraph == "It works."
    assert naps.seconds == [7.0, 20.0]
    assert outcomes(ledger) == ["transport", "transport", "ok"]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500, json={"error": {"message": "boom"}}),
        httpx.Response(503, text="busy"),
        httpx.ReadTimeout("late"),
        httpx.ConnectError("refused"),
        httpx.Response(200, text="<html>proxy</html>"),
        httpx.Response(200, text='{"choices": [', headers={"content-type": "application/json"}),
        httpx.Response(200, json={"choices": []}),
    ],
    ids=["500", "503", "time-out", "refused", "html", "malformed", "no choices"],
)
def test_trouble_on_the_line_passes(trouble: Any, server: respx.Route, make: Callable[..., Door], naps: Naps, ledger: MemoryLedger) -> None:
    server.mock(side_effect=[trouble, trouble, GOOD])
    assert ask(make()).value.paragraph == "It works."
    assert outcomes(ledger) == ["transport", "transport", "ok"]
    assert 0.5 <= naps.seconds[0] < 1.5 and 1.0 <= naps.seconds[1] < 3.0


def test_back_off_is_the_same_for_a_seed_and_differs_between_seeds(server: respx.Route, make: Callable[..., Door], naps: Naps) -> None:
    for seed in (1, 1, 2):
        server.mock(side_effect=[httpx.Response(500), GOOD])
        ask(make(seed=seed))
    assert naps.seconds[0] == naps.seconds[1] != naps.seconds[2]


@pytest.mark.parametrize(
    ("status", "message", "remedy"),
    [(500, "boom", "again"), (401, f"Incorrect API key provided: {SECRET}", "OPENAI_API_KEY"), (404, "no such model", "OPENAI_BASE_URL")],
)
def test_transport_for_good_says_what_to_do(
    status: int, message: str, remedy: str, server: respx.Route, make: Callable[..., Door], naps: Naps
) -> None:
    server.mock(return_value=httpx.Response(status, json={"error": {"message": message}}))
    with pytest.raises(ModelUnavailable) as caught:
        ask(make(tries=3))
    assert remedy in caught.value.remedy
    assert server.call_count == (3 if status == 500 else 1)
    assert len(naps.seconds) == server.call_count - 1


def test_no_quota_is_not_waited_for(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=httpx.Response(429, json={"error": {"message": "Quota exceeded", "code": "insufficient_quota"}}))
    with pytest.raises(ModelUnavailable, match="quota"):
        ask(make())
    assert server.call_count == 1


@pytest.mark.parametrize("reply", [said(None, refusal="I cannot help."), said("", finish="content_filter")], ids=["refusal", "filter"])
def test_a_refusal_that_stands_is_an_error(
    reply: httpx.Response, server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger
) -> None:
    server.mock(return_value=reply)
    with pytest.raises(ModelRefused):
        ask(make())
    assert outcomes(ledger) == ["refused", "refused"]


def test_a_refusal_may_be_a_whim(server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger) -> None:
    server.mock(side_effect=[said(None, refusal="I cannot help."), GOOD])
    assert ask(make()).value.paragraph == "It works."
    assert outcomes(ledger) == ["refused", "ok"]
    assert server.calls[0].request.content == server.calls[1].request.content  # asked as it was, not argued with


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (said(""), "empty"),
        (said(None), "empty"),
        (said("I would rather not say."), "no complete JSON"),
        (said('{"paragraph": "cut o'), "no complete JSON"),
        (said('{"paragraph": "cut o', finish="length"), "cut off"),
        (said('{"paragraph": 3}'), "paragraph"),
        (said('{"paragraph": "fine", "extra": 1}'), "extra"),
        (said(json.dumps({"paragraph": "x" * 51})), "at most 50"),
    ],
)
def test_what_is_wrong_is_told_and_mended(
    reply: httpx.Response, told: str, server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger
) -> None:
    server.mock(side_effect=[reply, GOOD])
    assert ask(make()).value.paragraph == "It works."
    again = json.loads(server.calls[1].request.content)["messages"]
    assert again[-1]["role"] == "user" and told in again[-1]["content"]
    assert outcomes(ledger) == ["invalid", "ok"]


@pytest.mark.parametrize("text", ["", "no", '{"other": 1}'])
def test_nonsense_for_good_is_an_error_never_a_value(
    text: str, server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger
) -> None:
    server.mock(return_value=said(text))
    with pytest.raises(ModelNonsense, match="3 tries"):
        ask(make())
    assert outcomes(ledger) == ["invalid"] * 3


def test_a_check_objects_and_is_heard(server: respx.Route, make: Callable[..., Door]) -> None:
    def check(answer: Answer) -> Answer:
        if "works" in answer.paragraph:
            raise ValueError("Say it in other words.")
        return answer.model_copy(update={"paragraph": answer.paragraph.upper()})

    server.mock(side_effect=[GOOD, said('{"paragraph": "Fine."}')])
    assert ask(make(), check=check).value.paragraph == "FINE."
    assert "other words" in json.loads(server.calls[1].request.content)["messages"][-1]["content"]


def test_tokens_of_all_tries_add_up(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(side_effect=[said("no"), GOOD])
    reply = ask(make())
    assert (reply.tokens_in, reply.tokens_out, reply.cost) == (200, 20, None)


def test_a_spent_budget_stops_before_the_next_call(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=GOOD)
    budget = Budget(tokens=1_500)
    door = make(budget=budget, max_output=100)
    ask(door)
    assert budget.spent_tokens == 110
    budget.spent_tokens = 1_450
    with pytest.raises(BudgetSpent, match="token budget") as caught:
        ask(door)
    assert "limits.tokens" in caught.value.remedy
    assert server.call_count == 1


def test_a_budget_counts_calls_under_way_and_is_never_overspent(server: respx.Route, make: Callable[..., Door]) -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return GOOD

    server.mock(side_effect=slow)
    budget = Budget(tokens=3_000)

    async def crowd() -> list[Any]:
        door = make(budget=budget, max_output=100, concurrency=50)
        return await asyncio.gather(*(door.ask("narrate", Answer, goal=f"{n}", learnings=[]) for n in range(50)), return_exceptions=True)

    found = asyncio.run(crowd())
    assert 0 < server.call_count < 50
    assert sum(isinstance(x, BudgetSpent) for x in found) == 50 - server.call_count
    assert budget.spent_tokens == 110 * server.call_count <= 3_000


def test_money_budget(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=GOOD)
    door = make(budget=Budget(money=0.05), max_output=100, prices={"small": Price(input=10, output=100)})
    ask(door)
    assert door.budget.spent_money == pytest.approx(0.002)
    door.budget.spent_money = 0.049
    with pytest.raises(BudgetSpent, match="money"):
        ask(door)
    with pytest.raises(WorkspaceError, match="price"):
        make(budget=Budget(money=1.0))


def test_tokens_are_guessed_where_the_server_counts_none(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=said('{"paragraph": "It works."}', usage=False))
    assert ask(make()).tokens_in > 200


def test_the_second_asking_is_answered_from_the_cache(
    server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger, tmp_path: Path
) -> None:
    server.mock(return_value=GOOD)
    first = ask(make(cache=tmp_path))
    again = ask(make(cache=tmp_path, budget=Budget(tokens=0)))
    assert again.cached and not first.cached and again.value == first.value
    assert server.call_count == 1
    assert outcomes(ledger) == ["ok", "cached"] and ledger.calls[1].cost == 0
    asyncio.run(make(cache=tmp_path).ask("narrate", Answer, goal="Other.", learnings=[]))
    ask(make("openai:other", cache=tmp_path))
    assert server.call_count == 3


def test_a_damaged_or_outdated_cache_file_is_asked_again(server: respx.Route, make: Callable[..., Door], tmp_path: Path) -> None:
    server.mock(return_value=GOOD)
    ask(make(cache=tmp_path))
    (file,) = tmp_path.rglob("*.json")
    for damage in ("{", '{"paragraph": 1}'):
        file.write_text(damage)
        assert not ask(make(cache=tmp_path)).cached
    assert ask(make(cache=tmp_path)).cached


def test_failures_are_not_cached(server: respx.Route, make: Callable[..., Door], tmp_path: Path) -> None:
    server.mock(return_value=said("no"))
    with pytest.raises(ModelNonsense):
        ask(make(cache=tmp_path))
    assert not list(tmp_path.rglob("*.json"))


def test_who_is_stopped_in_a_conversation_goes_on_with_it(
    server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger, tmp_path: Path
) -> None:
    """The first reply was paid for and did not fit; it is not asked for again."""
    server.mock(side_effect=[said('{"paragraph": 3}'), httpx.Response(401)])
    with pytest.raises(ModelUnavailable):
        ask(make(cache=tmp_path))
    server.mock(side_effect=[GOOD])
    assert ask(make(cache=tmp_path)).value.paragraph == "It works."
    assert outcomes(ledger) == ["invalid", "transport", "ok"]
    messages = json.loads(server.calls[-1].request.content)["messages"]
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user"] and "paragraph" in messages[-1]["content"]
    assert len(list(tmp_path.rglob("*.json"))) == 1  # the reply; the conversation is over


def test_a_damaged_conversation_is_begun_anew(server: respx.Route, make: Callable[..., Door], tmp_path: Path) -> None:
    server.mock(side_effect=[said("no"), httpx.Response(401)])
    with pytest.raises(ModelUnavailable):
        ask(make(cache=tmp_path))
    (file,) = tmp_path.rglob("*.open.json")
    file.write_text('[["no"]]')
    server.mock(side_effect=[GOOD])
    ask(make(cache=tmp_path))
    assert len(json.loads(server.calls[-1].request.content)["messages"]) == 2


def test_a_reply_is_on_disk_before_it_is_in_the_ledger(server: respx.Route, make: Callable[..., Door], tmp_path: Path) -> None:
    server.mock(return_value=GOOD)
    seen: list[int] = []

    class Watching(MemoryLedger):
        def record(self, call: Any) -> None:
            seen.append(len(list(tmp_path.rglob("*.json"))))

    ask(make(cache=tmp_path, ledger=Watching()))
    assert seen == [1]


def test_an_echo_of_the_schema_is_no_answer_and_one_of_the_instructions_neither(
    server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger
) -> None:
    system = load("narrate").render(goal="More orders.", learnings=[], schema="{}")[0][1]
    schema = json.dumps(Answer.model_json_schema() | {"type": "object"})
    leaked = json.dumps({"text": " ".join(system.split()[:30])})

    class Wide(BaseModel):
        text: str

    server.mock(side_effect=[said(f'{schema} {{"paragraph": "It works."}}'), said(leaked), said('{"text": "Fine."}')])
    assert ask(make()).value.paragraph == "It works."
    assert asyncio.run(make().ask("narrate", Wide, goal="More orders.", learnings=[])).value.text == "Fine."
    assert outcomes(ledger) == ["ok", "invalid", "ok"]
    assert "repeats its instructions" in json.loads(server.calls[-1].request.content)["messages"][-1]["content"]


def test_a_runaway_is_neither_read_nor_sent_back_whole(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(side_effect=[said('{"a": ' * 100_000), GOOD])
    assert ask(make()).value.paragraph == "It works."
    assert len(server.calls[1].request.content) < 12_000


def test_a_door_leaves_a_dead_server_alone(server: respx.Route, make: Callable[..., Door], naps: Naps) -> None:
    server.mock(return_value=httpx.Response(503))
    clock = ManualClock(NOW)
    door = make(failures=4, tries=3, clock=clock)
    with pytest.raises(ModelUnavailable, match="HTTP 503"):
        ask(door)
    with pytest.raises(CircuitOpen, match="4 times in a row"):
        ask(door)
    with pytest.raises(CircuitOpen):
        ask(door)
    assert server.call_count == 4
    clock.advance_to(datetime(2026, 3, 1, 12, 1, tzinfo=UTC))
    server.mock(return_value=GOOD)
    assert ask(door).value.paragraph == "It works."


def test_what_stands_between_may_answer_in_place_of_the_line(server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger) -> None:
    seen: list[Request] = []

    async def recorded(request: Request, live: Any) -> AIMessage:
        seen.append(request)
        return AIMessage(content='{"paragraph": "From a tape."}', usage_metadata={"input_tokens": 7, "output_tokens": 2, "total_tokens": 9})

    reply = ask(make(between=recorded, options={"temperature": 0.3}))
    assert reply.value.paragraph == "From a tape." and (reply.tokens_in, reply.tokens_out) == (7, 2) and server.call_count == 0
    assert (seen[0].prompt.id, seen[0].settings["temperature"], seen[0].messages[0][0]) == ("narrate", 0.3, "system")


@pytest.mark.parametrize("concurrency", [1, 3])
def test_the_concurrency_limit_holds(concurrency: int, server: respx.Route, make: Callable[..., Door]) -> None:
    """Every request is held until as many as allowed are under way (fewer would never be answered), then a while for one too many."""
    busy = most = 0
    together = asyncio.Barrier(concurrency)

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await together.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        busy -= 1
        return GOOD

    server.mock(side_effect=slow)

    async def crowd() -> None:
        door = make(concurrency=concurrency)
        async with asyncio.timeout(60):
            await asyncio.gather(*(door.ask("narrate", Answer, goal=f"{n}", learnings=[]) for n in range(12)))

    asyncio.run(crowd())
    assert most == concurrency and server.call_count == 12


def test_a_door_works_in_one_event_loop_after_another(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=GOOD)
    door = make(concurrency=1)
    assert [ask(door).value.paragraph for _ in range(3)] == ["It works."] * 3


def test_secrets_stay_out_of_errors_logs_ledger_and_cache(
    server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    leaky = {"error": {"message": f"key {SECRET} is bad; Bearer {SECRET}"}}
    found: list[BaseException] = []
    for reply in (
        httpx.Response(500, json=leaky),
        httpx.Response(400, json=leaky),
        httpx.Response(401, json=leaky),
        said(None, refusal=SECRET),
    ):
        server.mock(return_value=reply)
        with pytest.raises((ModelUnavailable, ModelRefused)) as caught:
            ask(make(cache=tmp_path, tries=2))
        found.append(caught.value)
    server.mock(return_value=GOOD)
    ask(make(cache=tmp_path))
    told = ["".join(traceback.format_exception(e)) for e in found]
    kept = [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
    assert kept
    for text in [*told, *kept, caplog.text, *(call.model_dump_json() for call in ledger.calls)]:
        assert SECRET not in text
    assert server.calls[-1].request.headers["authorization"] == f"Bearer {SECRET}"  # it went where it belongs


def test_openai_itself_wants_a_key_and_says_so_at_the_start() -> None:
    with pytest.raises(WorkspaceError) as caught:
        Door("openai:gpt-4.1-mini", env={})
    assert "OPENAI_API_KEY" in caught.value.remedy and "offline" in caught.value.remedy


def test_a_server_of_ones_own_needs_no_key(server: respx.Route, make: Callable[..., Door]) -> None:
    server.mock(return_value=GOOD)
    assert ask(make(env={"OPENAI_BASE_URL": BASE})).value.paragraph == "It works."


def test_a_provider_that_is_not_installed_is_named(make: Callable[..., Door]) -> None:
    with pytest.raises(ModelUnavailable, match="claude"):
        ask(make("anthropic:claude-x"))


def test_inputs_are_the_prompts_own(make: Callable[..., Door]) -> None:
    with pytest.raises(PromptError, match="learnings"):
        asyncio.run(make().ask("narrate", Answer, goal="x"))


def test_another_source_of_prompts_can_be_given(server: respx.Route, make: Callable[..., Door], tmp_path: Path) -> None:
    server.mock(return_value=GOOD)
    (tmp_path / "narrate.j2").write_text(
        "---\nid: narrate\nversion: 9\ninputs: {goal: g, learnings: l, schema: s}\n---\n"
        "{% block system %}{{ schema }}{% endblock %}{% block user %}{{ goal }}{{ learnings }}{% endblock %}\n"
    )

    def other(id: str) -> Prompt:
        return load(id, tmp_path)

    assert ask(make(prompts=other)).prompt_hash == load("narrate", tmp_path).hash != load("narrate").hash


def test_cost_table(server: respx.Route, make: Callable[..., Door], ledger: MemoryLedger, tmp_path: Path) -> None:
    ticks = iter(range(1000))
    server.mock(side_effect=[httpx.Response(500), said("no"), GOOD, GOOD])
    priced = make("openai:gpt-4.1-mini", cache=tmp_path, timer=lambda: float(next(ticks)))
    ask(priced)
    ask(priced)
    ask(make("openai:homemade"))
    known, unknown = cost_table(ledger.calls)
    assert (known.prompt, known.model, known.calls, known.cached, known.failures) == ("narrate", "openai:gpt-4.1-mini", 4, 1, 2)
    assert (known.tokens_in, known.tokens_out, known.seconds) == (200, 20, 3.0)
    assert known.name == f"narrate@{load('narrate').hash[:8]}" and known.version == load("narrate").version
    assert known.cost == pytest.approx((200 * 0.40 + 20 * 1.60) / 1e6) and known.money == "$0.0001"
    assert (unknown.model, unknown.cost, unknown.money) == ("openai:homemade", None, "unknown")

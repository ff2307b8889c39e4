"""Whom the journey is for: from the goal's words to a typed predicate over features.

Each clause of `clauses.CLAUSES` is looked for; `except …` before one turns it round, `or` between two joins them, everything else must
hold together. A condition the data cannot answer is asked about, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.offline.grammar.clauses import CLAUSES
from agents.offline.grammar.doubts import Unclear
from agents.offline.grammar.events import Catalogue
from agents.offline.grammar.goal import Goal, rx
from agents.offline.grammar.kind import Kind
from agents.offline.grammar.reader import Reader
from journeyman.domain import AllOf, AnyOf, Comparison, Not, Predicate, comparisons

_EVERYBODY = rx(
    r"\b(?:everyone|everybody|all (?:of )?(?:our |the |your )?(?:customers|people|households|users|members|subscribers|guests"
    r"|buyers|clients))\b"
)
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|excluding|exclude|leave out|leaving out|but not|other than|apart from|skip|without|not (?:to|for"
    r"|including|target|contact|message)|never (?:to|contact|message|target)|omit|ignore)"
    r"(?: (?:for|to|the|any|anyone|anybody|people|customers|households|users|members|those|all|shoppers|buyers|our|everyone"
    r"|that|who|were|are|have|has|been|was|guests)){0,6} ?$",
    re.I,
)
_OR = re.compile(r"^[\s,∎]*or(?: (?:who|that|those|people|customers|have|has|had|are|else|simply|anyone))* ?$", re.I)
_OBJECTIVE = rx(
    r"\b(?:into|to (?:become|be|being)) (?:an? |our |the )?(?:\w+[ -]){0,3}?(?:buyers?|customers|fans|members|users"
    r"|subscribers|guests|shoppers|advocates|regulars|purchasers)\b"
    r"|\bbecom(?:e|ing) (?:an? )?(?:\w+[ -]){0,2}(?:buyers?|customers?|members?|users?|shoppers?)\b"
)


@dataclass(frozen=True)
class Understood:
    """The audience, and the success event its words point to (None: they point to none)."""

    where: Predicate
    event: str | None


def read_audience(goal: Goal, kind: Kind, event: str, catalogue: Catalogue) -> Understood:
    """Raises Unclear when conditions exclude one another."""
    goal.take(_OBJECTIVE)
    everybody = goal.take(_EVERYBODY)
    reader = Reader(goal, kind, event, catalogue)
    found: list[tuple[int, int, Predicate]] = []
    for clause in CLAUSES:
        for m in clause.pattern.finditer(goal.text):
            predicate = clause.build(reader, m)
            if predicate is None:
                continue
            goal.blank(*m.span())
            if any(not catalogue.has(c.feature) for c in comparisons(predicate)):
                missing = ", ".join(sorted({c.feature for c in comparisons(predicate) if not catalogue.has(c.feature)}))
                goal.ask(
                    f"The data has no {missing}, so “{m.group().strip()}” is not part of the audience yet. Can it be brought "
                    f"in, or the condition dropped?"
                )
                continue
            lead = goal.before(m.start(), within=".;!?,", reach=60)
            if turned := _EXCEPT.search(lead):
                goal.blank(m.start() - len(lead) + turned.start(), m.start())
                predicate = predicate.not_ if isinstance(predicate, Not) else Not.model_validate({"not": predicate})
            found.append((m.start(), m.end(), predicate))
    where = _joined(goal, sorted(found, key=lambda f: f[0]))
    if where and kind.name == "activation" and reader.success is None and catalogue.has(catalogue.total(event)):
        where.append(reader.never(event))
        goal.assume(f"People who have their first {event.replace('_', ' ')} behind them are left out.")
    if not where:
        default = [] if everybody else reader.default()
        where = [p for p in default if all(catalogue.has(c.feature) for c in comparisons(p))]
        if default and len(where) < len(default):
            goal.ask("The data lacks what would tell this journey's usual audience; whom is it for?")
    if clash := _contradiction(where):
        raise Unclear(
            "audience",
            *((start, end) for start, end, p in found if clash in {c.feature for c in comparisons(p)}),
            feature=clash.replace("_", " "),
        )
    return Understood(AllOf(all=where[:50]), reader.success)


def _joined(goal: Goal, found: list[tuple[int, int, Predicate]]) -> list[Predicate]:
    groups: list[list[Predicate]] = []
    last = 0
    for start, end, predicate in found:
        if groups and _OR.match(goal.whole[last:start]):
            groups[-1].append(predicate)
        elif [predicate] not in groups:
            groups.append([predicate])
        last = end
    return [g[0] if len(g) == 1 else AnyOf(any=g) for g in groups]


def _contradiction(where: list[Predicate]) -> str | None:
    """The feature whose lower bound lies above its upper one, if there is one."""
    bounds: dict[str, tuple[float, float]] = {}
    for c in where:
        if not isinstance(c, Comparison) or isinstance(c.value, str | list):
            continue
        low, high = bounds.get(c.feature, (float("-inf"), float("inf")))
        value = float(c.value)
        tiny = 1e-9
        low = max(low, value + tiny * (c.op == ">")) if c.op in (">", ">=", "==") else low
        high = min(high, value - tiny * (c.op == "<")) if c.op in ("<", "<=", "==") else high
        if low > high:
            return c.feature
        bounds[c.feature] = (low, high)
    return None

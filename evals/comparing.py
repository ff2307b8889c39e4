"""Base against candidate, case by case: is the candidate worse, and if that cannot be told, how many cases would tell?

    regression   some metric is lower, and more so than chance explains (Holm-adjusted p ≤ alpha)
    unsure       none is, but a loss beyond `margin` cannot be ruled out for every metric
    fine         such a loss is ruled out for every metric

Cases are joined by id and epochs averaged, by our own list; a missing or failed attempt counts as 0. Runs of other cases, or judged by
other judges, are no comparison and are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from evals import statistics
from evals.records import Agreement, Mark, Run, case_scores
from journeyman.domain import Record
from journeyman.errors import RunError

ALPHA = 0.05
MARGIN = 0.05
Verdict = Literal["fine", "regression", "unsure"]


class Compared(Record):
    """One metric in both runs. `low`, `high`: 95 % interval of the difference; `floor`: the loss that is ruled out ends there; `p`: the
    smaller Holm-adjusted p-value of a loss; `cases_needed`: None where enough were asked."""

    metric: str
    says: str
    base: float
    candidate: float
    difference: float
    low: float
    high: float
    floor: float
    p_mean: float
    p_sign: float
    p: float
    cases: int
    clusters: int
    better: int
    worse: int
    verdict: Verdict
    cases_needed: int | None = None


class Changed(Record):
    """A case that came out otherwise. Scores are epochs' means; outputs those of the first epoch in which they differ."""

    case: str
    base: dict[str, float]
    candidate: dict[str, float]
    output_base: str
    output_candidate: str
    notes: list[str] = Field(default_factory=list)
    error: str = ""

    @property
    def change(self) -> float:
        """Sum of all metrics' differences."""
        return sum(self.candidate.get(m, 0.0) - self.base.get(m, 0.0) for m in self.base.keys() | self.candidate.keys())


class Comparison(Record):
    """The whole verdict. `prompts`: ids whose hash differs, with both marks; `remarks`: what a reader must know."""

    suite: str
    verdict: Verdict
    alpha: float
    margin: float
    base_model: str
    candidate_model: str
    epochs: tuple[int, int]
    cases: int
    prompts: dict[str, tuple[Mark | None, Mark | None]]
    metrics: list[Compared]
    changed: list[Changed]
    spent: dict[str, tuple[float | None, float | None]]
    failed: tuple[int, int]
    agreement: list[Agreement] = Field(default_factory=list)
    remarks: list[str] = Field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: 0 fine, 1 regression, 2 not enough evidence."""
        return {"fine": 0, "regression": 1, "unsure": 2}[self.verdict]


def compare(
    base: Run,
    candidate: Run,
    *,
    alpha: float = ALPHA,
    margin: float = MARGIN,
    seed: int = 0,
    draws: int = statistics.DRAWS,
    preferred: Mapping[str, float] | None = None,
    agreement: Sequence[Agreement] = (),
) -> Comparison:
    """Compares two runs of one suite. `preferred`: a judge's preference by case in [-1, 1] (candidate better: positive), from `judging`.

    Raises RunError where they are not comparable or the candidate answered nothing at all."""
    _comparable(base, candidate)
    tables = _aligned(base, candidate)
    if preferred:
        tables["preferred"] = {case: (0.5 - value / 2, 0.5 + value / 2) for case, value in preferred.items()}
    says = {**candidate.metrics, "preferred": "judge's choice between the two outputs, asked in both orders"}
    same, epochs = _same(base, candidate), min(base.epochs, candidate.epochs)
    tests = {
        metric: statistics.paired(
            [after - before for before, after in pairs.values()],
            [candidate.clusters.get(case, case) for case in pairs],
            epochs=epochs,
            sampled=not same,
            alpha=alpha,
            seed=seed,
            draws=draws,
        )
        for metric, pairs in tables.items()
    }
    adjusted = statistics.holm({f"{m} {t}": getattr(r, f"p_{t}") for m, r in tests.items() for t in ("mean", "sign")})
    metrics = [
        _compared(m, says[m], list(tables[m].values()), r, min(adjusted[f"{m} mean"], adjusted[f"{m} sign"]), alpha, margin, epochs)
        for m, r in tests.items()
    ]
    found = {m.verdict for m in metrics}
    return Comparison(
        suite=base.suite,
        verdict="regression" if "regression" in found else "unsure" if "unsure" in found else "fine",
        alpha=alpha,
        margin=margin,
        base_model=base.model.name,
        candidate_model=candidate.model.name,
        epochs=(base.epochs, candidate.epochs),
        cases=len(base.by_case().keys() | candidate.by_case().keys()),
        prompts={
            id: (base.prompts.get(id), candidate.prompts.get(id))
            for id in sorted(base.prompts.keys() | candidate.prompts.keys())
            if base.prompts.get(id) != candidate.prompts.get(id)
        },
        metrics=metrics,
        changed=_changed(base, candidate, tables),
        spent={name: (value, candidate.spent[name]) for name, value in base.spent.items()},
        failed=(len(base.failed), len(candidate.failed)),
        agreement=list(agreement),
        remarks=_remarks(base, candidate),
    )


def _comparable(base: Run, candidate: Run) -> None:
    if base.suite != candidate.suite:
        raise RunError(f"A run of {base.suite} cannot be compared with one of {candidate.suite}.", remedy="Name two runs of one suite.")
    if base.dataset != candidate.dataset:
        raise RunError(
            f"The runs were asked different cases ({base.dataset.name} and {candidate.dataset.name}, or the same number otherwise worded).",
            remedy=f"Run both on all of today's cases; the base: journeyman eval run {base.suite} --prompt ID@VERSION, then bless.",
        )
    if base.judges != candidate.judges:
        names = [", ".join(j.name for j in r.judges) or "none" for r in (base, candidate)]
        raise RunError(
            f"The runs were judged by different judges or rubrics ({names[0]}; {names[1]}).", remedy="Run both with the same --judge."
        )
    for name, one in (("base", base), ("candidate", candidate)):
        if len(one.failed) == len(one.attempts):
            told = one.attempts[0].error if one.attempts else "it has no attempts"
            raise RunError(f"The {name} answered no case at all: {told}", remedy="Mend that and run it again.")


def _same(base: Run, candidate: Run) -> bool:
    """Whether both runs gave the very same answers."""
    before, after = ({(a.case, a.epoch): (a.output, bool(a.error)) for a in run.attempts} for run in (base, candidate))
    return before == after


def _aligned(base: Run, candidate: Run) -> dict[str, dict[str, tuple[float, float]]]:
    """metric → case → (base, candidate), over every case that either run says the metric applies to."""
    known: dict[str, set[str]] = {}
    for run in (base, candidate):
        for attempt in run.attempts:
            for metric in attempt.scores:
                known.setdefault(metric, set()).add(attempt.case)
    before, after = case_scores(base, known), case_scores(candidate, known)
    names = [m for m in {**base.metrics, **candidate.metrics} if m in before or m in after]
    tables = {}
    for metric in names:
        one, other = before.get(metric, {}), after.get(metric, {})
        tables[metric] = {case: (one.get(case, 0.0), other.get(case, 0.0)) for case in sorted(one.keys() | other.keys())}
    return tables


def _compared(
    metric: str,
    says: str,
    pairs: list[tuple[float, float]],
    test: statistics.Paired,
    p: float,
    alpha: float,
    margin: float,
    epochs: int,
) -> Compared:
    verdict: Verdict = "regression" if p <= alpha and test.difference < 0 else "fine" if test.floor >= -margin else "unsure"
    needed = None
    if verdict == "unsure":
        enough = statistics.cases_needed(test.spread, margin, lost=test.worse, epochs=epochs, alpha=alpha)
        needed = max(test.cases + 1, enough)
    return Compared(
        metric=metric,
        says=says,
        base=sum(b for b, _ in pairs) / len(pairs),
        candidate=sum(c for _, c in pairs) / len(pairs),
        difference=test.difference,
        low=test.low,
        high=test.high,
        floor=test.floor,
        p_mean=test.p_mean,
        p_sign=test.p_sign,
        p=p,
        cases=test.cases,
        clusters=test.clusters,
        better=test.better,
        worse=test.worse,
        verdict=verdict,
        cases_needed=needed,
    )


def _changed(base: Run, candidate: Run, tables: dict[str, dict[str, tuple[float, float]]]) -> list[Changed]:
    """Cases whose scores or outputs differ, what lost most first."""
    before, after, found = base.by_case(), candidate.by_case(), list[Changed]()
    for case in sorted(before.keys() | after.keys()):
        pairs = {m: table[case] for m, table in tables.items() if case in table}
        old, new = ({a.epoch: a for a in run.get(case, [])} for run in (before, after))
        differs = [e for e in sorted(old.keys() | new.keys()) if e not in old or e not in new or old[e].output != new[e].output]
        if not differs and all(b == c for b, c in pairs.values()):
            continue
        lost = [e for e in differs if e in old and e in new and sum(new[e].scores.values()) < sum(old[e].scores.values())]
        shown = (lost or differs or [1])[0]
        one, other = old.get(shown), new.get(shown)
        found.append(
            Changed(
                case=case,
                base={m: b for m, (b, _) in pairs.items()},
                candidate={m: c for m, (_, c) in pairs.items()},
                output_base=one.output if one else "",
                output_candidate=other.output if other else "",
                notes=other.notes if other else [],
                error=(other.error if other else "The case was not run.") or "",
            )
        )
    return sorted(found, key=lambda c: (c.change, c.case))


def _remarks(base: Run, candidate: Run) -> list[str]:
    said = []
    if base.scorer != candidate.scorer:
        said.append("The scorer's code changed between the runs; differences may be its own.")
    if base.model != candidate.model:
        same = base.model.name == candidate.model.name
        said.append(f"The model's settings or code changed ({base.model.name})." if same else "The models differ.")
    if base.epochs != candidate.epochs:
        said.append(f"The base has {base.epochs} epochs, the candidate {candidate.epochs}; each case's epochs are averaged.")
    return said

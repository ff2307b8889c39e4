"""A comparison as JUnit XML, as build servers read it: a test per metric, and one per case that got worse."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from app.evals import text

if TYPE_CHECKING:
    from evals.comparing import Comparison
    from evals.records import Run

_UNSEEN = {code: None for code in range(32) if chr(code) not in "\n\t"} | {0xFFFE: None, 0xFFFF: None}


def document(c: Comparison, candidate: Run) -> str:
    """The XML text. A metric's regression is a failure; too little evidence is a skipped test that says how much would do. A case that got
    worse is a failure only where its metric is a regression: single cases go up and down."""
    seconds = {case: sum(a.seconds for a in tries) for case, tries in candidate.by_case().items()}
    failing = {m.metric for m in c.metrics if m.verdict == "regression"}
    root = ET.Element("testsuites", name="journeyman eval compare")
    suite = ET.SubElement(root, "testsuite", name=c.suite, time=f"{sum(seconds.values()):.3f}")
    for m in c.metrics:
        test = ET.SubElement(suite, "testcase", classname=f"{c.suite}.metrics", name=m.metric)
        told = f"{text.percent(m.base)} → {text.percent(m.candidate)} ({text.points(m.low)} to {text.points(m.high)}), p = {m.p:.4f}"
        if m.verdict == "regression":
            ET.SubElement(test, "failure", message=_clean(f"{m.metric}: {told}"), type="regression").text = _clean(m.says)
        elif m.verdict == "unsure":
            ET.SubElement(test, "skipped", message=_clean(f"{m.metric}: {told}; needs {m.cases_needed} cases"))
    changed = {one.case: one for one in c.changed}
    for case in sorted(candidate.by_case()):
        test = ET.SubElement(suite, "testcase", classname=f"{c.suite}.cases", name=_clean(case), time=f"{seconds[case]:.3f}")
        if (one := changed.get(case)) and any(one.candidate[m] < one.base[m] for m in failing if m in one.base):
            lost = ", ".join(
                f"{m} {text.percent(one.base[m])} → {text.percent(one.candidate[m])}" for m in sorted(failing) if m in one.base
            )
            lines = [one.error] if one.error else one.notes + text.difference(one.output_base, one.output_candidate)
            ET.SubElement(test, "failure", message=_clean(lost), type="worse").text = _clean("\n".join(lines))
    tests = list(suite)
    suite.set("tests", str(len(tests)))
    suite.set("failures", str(sum(t.find("failure") is not None for t in tests)))
    suite.set("skipped", str(sum(t.find("skipped") is not None for t in tests)))
    suite.set("errors", "0")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _clean(words: str) -> str:
    """Without characters XML has no place for."""
    return words.translate(_UNSEEN)

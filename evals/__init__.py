"""Evals: labelled copy for the rules (`rules.py`), and suites of cases that say whether a prompt, a model or an expert got worse.

`records.py` what a run is · `suite.py` what a suite is · `tasks/` one suite a file · `scorers/` plain functions · `suites/` the cases ·
`running.py` one run, on inspect_ai (`inspecting.py`, the only file that imports it) · `subject.py` what is measured · `cassette.py`
replies kept · `rehearsal.py` a model to rehearse with · `judging.py` models as judges · `statistics.py`, `comparing.py` is it worse? ·
`baseline.py` blessed runs. Nothing here is imported by the rest of the program except by `journeyman eval`.
"""

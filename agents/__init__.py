"""The five agents: planner, copywriter, reviewer, orchestrator, analyst. `roles.py` says what each promises."""

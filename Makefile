# Each target sets up .venv by itself; nothing is needed beforehand but Python 3.11 and make.
SHELL := /bin/bash
VENV := .venv
RUN := $(VENV)/bin
export PYTHONPATH :=
export UV_COMPILE_BYTECODE := 1
export ANONYMIZED_TELEMETRY := False

.PHONY: demo test test-slow check bench lock clean

demo: $(VENV)/run.stamp  ## The main job on real households: no key, no server
	$(RUN)/journeyman demo --use-case winback

test: check  ## Format, lint, types, imports, then every fast test
	$(RUN)/pytest -m "not slow" -n 2

test-slow: $(VENV)/dev.stamp  ## The long ones: kills and resumes, a real small model, three seeds
	$(RUN)/pytest -m slow

check: $(VENV)/dev.stamp
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports

bench: $(VENV)/dev.stamp  ## Measurements as JSON Lines in bench/results/; peers that cannot be installed are named there
	-$(RUN)/uv pip install --python $(RUN)/python -q --require-hashes -r requirements-bench.lock
	$(RUN)/python -m bench
	$(RUN)/python -m bench.page

COMPILE := $(RUN)/uv pip compile pyproject.toml --generate-hashes --no-header --no-emit-index-url --no-annotate -q

lock: $(VENV)/uv.stamp  ## Resolve dependencies again, the widest set first, for it binds the others (names no registry)
	$(COMPILE) --extra demo --extra dev --extra bench -o requirements-bench.lock
	$(COMPILE) --extra demo --extra dev -c requirements-bench.lock -o requirements-dev.lock
	$(COMPILE) --extra demo -c requirements-dev.lock -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache bench/results/*.jsonl
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/uv.stamp:
	./.ci/bootstrap $(VENV)
	touch $@

$(VENV)/run.stamp: $(VENV)/uv.stamp requirements.lock pyproject.toml
	$(RUN)/uv pip install --python $(RUN)/python -q --require-hashes -r requirements.lock
	$(RUN)/uv pip install --python $(RUN)/python -q --no-deps -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	$(RUN)/uv pip install --python $(RUN)/python -q --require-hashes -r requirements-dev.lock
	touch $@

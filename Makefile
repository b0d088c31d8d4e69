# Nothing but Python 3.11+, make and a network to the usual registries is assumed; every target sets itself up.
# Variables: PYTHON (which Python makes .venv), ONCE=1 (demo ends after the road), ARGS (handed on to pytest, bench, faults and serve).

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; exit; fi; done)
BIN := .venv/bin
UV := $(BIN)/uv
LOCKED := pyproject.toml requirements/uv.txt requirements/dev.txt
STAMP := .venv/.ready-$(shell cat $(LOCKED) | cksum | cut -d ' ' -f 1)
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
ARGS ?=
# Files of tests run side by side on all processors, those that take long first (tests/conftest.py).
SIDE_BY_SIDE := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: $(STAMP)  ## Make the environment in .venv and the pages' files (does nothing when they are up to date)
	@$(BIN)/python -m app.web.building

$(STAMP):
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or later was found. Hint: install one, or say make PYTHON=/path/to/python3."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Hint: on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q app flows tasks blocks stackwright  # quick starts even where PYTHONDONTWRITEBYTECODE is set
	@rm -f .venv/.ready-* && touch $@

.PHONY: demo
demo: setup  ## Walk the whole road on the example, then keep serving (ONCE=1: end after the road)
	$(BIN)/python -m app.cli.demo

.PHONY: serve
serve: setup  ## Serve the web app with Prefect and an embedded PostgreSQL
	$(BIN)/stackwright serve $(ARGS)

.PHONY: test
test: setup  ## Run every test that this machine can run; coverage of our code is at least 90 %
	@mkdir -p build/coverage && rm -f build/coverage/data*
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report= --durations=15 $(ARGS)
	$(BIN)/coverage report

.PHONY: fast
fast: setup  ## Run the tests of decisions and doors: no servers, no toolchains
	$(BIN)/python -m pytest -m "not prefect and not services and not toolchain and not browser and not slow" $(ARGS)

.PHONY: check
check: setup  ## Format, lint, types, import contracts, fast tests: before pushing
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory fast

.PHONY: format
format: setup  ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

.PHONY: golden
golden: setup  ## Rewrite the expected output of generators; read the diff before you commit it
	$(BIN)/python -m pytest tests/golden --golden $(ARGS)
	git --no-pager diff --stat -- tests/golden

.PHONY: golden-all
golden-all: setup  ## Prove every example in every style and database with all its own tools (an hour)
	STACKWRIGHT_TOOLCHAIN=all $(BIN)/python -m pytest -m toolchain $(ARGS)

.PHONY: bench
bench: setup  ## Measure generation, start-up, watching and the start of runs against their budgets; writes build/bench.json
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.watching
	$(BIN)/python -m benchmarks.starting

.PHONY: faults
faults: setup  ## Kill every program in every step of a build, and see what comes of the run (ARGS="--steps render,verify")
	$(BIN)/python -m benchmarks.faults $(ARGS)

.PHONY: upsets
upsets: setup  ## Kill every program in every step of a deployment, and see what comes of it
	$(BIN)/python -m benchmarks.upsets $(ARGS)

.PHONY: lock
lock: setup  ## Remake requirements/*.txt from pyproject.toml (UPGRADE=1: newest versions)
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/base.txt
	echo uv | $(LOCK) - -c requirements/dev.txt -o requirements/uv.txt

.PHONY: schemas
schemas: setup  ## Read the schemas of providers that rehearsals go by, of the resources that our templates use (downloads 200 MB once)
	$(BIN)/python -m tasks.schemas

.PHONY: clean
clean:  ## Remove what tests, builds and tools left; .venv stays
	rm -rf build .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache app/web/assets/built app/web/assets/node_modules
	find app flows tasks stackwright benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +

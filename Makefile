# The commands of every day. Each is safe to repeat, and says what it does.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The environment is as the lock file says: the stamp is named after it, so a changed lock installs anew.
LOCK := $(shell cat requirements.lock pyproject.toml | cksum | tr -d ' ')
STAMP := $(VENV)/installed-$(LOCK)
WORKERS ?= 2
PORT ?= 8000
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup run test check test-sqlite test-postgresql test-long bench lint format programs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

setup: $(STAMP) ## virtual environment with the locked dependencies

$(STAMP): requirements.lock pyproject.toml
	@scripts/make-environment $(PYTHON) $(VENV)
	@rm -f $(VENV)/installed-* && touch $@

run: setup ## migrate and serve on http://127.0.0.1:8000, with the worker; PORT=8080 takes another port
	@$(BIN)/hub serve --port $(PORT)

test: check test-sqlite test-postgresql ## everything that CI runs

check: setup ## lint, format, types, templates
	@echo "== ruff, format" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== mypy" && $(BIN)/mypy
	@echo "== djlint" && $(BIN)/djlint --quiet --lint templates

test-sqlite: setup programs ## the tests on SQLite, browser journeys among them
	@echo "== tests on SQLite" && $(PYTEST) -q -m "not long"

test-postgresql: setup programs ## the tests on a private PostgreSQL
	@echo "== tests on PostgreSQL" && HUB_TEST_DATABASE=postgresql $(PYTEST) -q -m "not long"

test-long: setup programs ## the full figures: sizes, counts, durations
	@echo "== long tests on SQLite" && $(BIN)/pytest -q -m long -s
	@echo "== long tests on PostgreSQL" && HUB_TEST_DATABASE=postgresql $(BIN)/pytest -q -m long -s

bench: setup ## ratios, as a table
	@$(BIN)/python -m benchmarks

lint: check ## the same as check

format: setup ## put the code into form
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

programs: # PostgreSQL and Chromium for the tests
	@scripts/install-test-programs

clean: ## remove the environment and what tests left behind; the hub's data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache test-results

# `make run` and `make test` set everything up by themselves; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?= examples/dealwire.yaml

.DEFAULT_GOAL := help
.PHONY: help install run demo check format test test-fast screenshots bench soak pins clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

# A stamp per requirements file: pip runs again only when the pins changed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "dealwire needs Python 3.11 or newer as '$(PYTHON)'; found: $$($(PYTHON) --version 2>&1 || echo none)."; \
	  echo "Install it, or name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python lacks venv or pip. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo "Installing what dealwire needs (once; about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the checks and tests need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.run ## make .venv with everything that dealwire needs

run: $(VENV)/.run ## start dealwire on examples/; Ctrl-C stops it
	@$(BIN)/dealwire run --config $(CONFIG)

demo: $(VENV)/.run ## read examples/ once, from an empty store, print the alerts, exit
	@rm -f var/demo.db var/demo.db-wal var/demo.db-shm
	@$(BIN)/dealwire run --config $(CONFIG) --store var/demo.db --once

check: $(VENV)/.dev ## format, lint, types, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## put the code into form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

test: $(VENV)/.dev ## all tests, with a real Apache Kafka where Java and Maven (or Docker) are there
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-fast: $(VENV)/.dev ## the tests without Kafka and browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not kafka and not browser"

screenshots: $(VENV)/.dev ## the pictures of the web page in docs/images, made anew
	@$(BIN)/python docs/screenshots.py

bench: $(VENV)/.dev ## speed and memory, as tables beside baselines
	@for bench in benchmarks/*.py; do case $$bench in *soak*|*web*) ;; *) $(BIN)/python $$bench || exit 1;; esac; done

soak: $(VENV)/.dev ## kill and restart everything, twenty times each
	@$(BIN)/python benchmarks/soak.py

pins: ## compile requirements/ anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade -o requirements/run.txt pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade -o requirements/build.txt --group build
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --upgrade -c requirements/run.txt -c requirements/build.txt -o requirements/dev.txt pyproject.toml --group test --group check --group train

clean: ## remove .venv and what dealwire stored
	rm -rf $(VENV) var .cache dist build

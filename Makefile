# Recipes that people and CI share. A fresh machine needs Python 3.11 or later, with pip and venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel

.PHONY: demo test lint unit wheel-test consumers docs handouts bench fuzz clean

demo: $(VENV)/installed
	$(BIN)/attncalc explain samples/animal.yaml

test: lint unit wheel-test

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/installed
	$(BIN)/pytest --cov --cov-report=term

# The command line is tested once more as a user gets it: from the built wheel, away from the source.
wheel-test: $(VENV)/installed
	rm -rf dist $(WHEEL_VENV)
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/pip install --quiet --disable-pip-version-check dist/*.whl
	ATTNCALC_COMMAND=$(CURDIR)/$(WHEEL_VENV)/bin/attncalc $(BIN)/pytest tests/cli

# What reads graphs and pages besides people; tests that need it are skipped without it, and fail in CI.
consumers:
	npm install --prefix tests/renderers/mermaid --silent --no-package-lock --no-audit --no-fund
	npm install --prefix tests/renderers/axe --silent --no-package-lock --no-audit --no-fund

docs: $(VENV)/installed
	$(BIN)/python docs/generate.py

# Every sample in every format, and its graphs.
PAGES := pdf html md tex typ svg png txt json csv npz
GRAPHS := mmd dot svg
handouts: $(VENV)/installed
	mkdir -p handouts
	set -e; for sample in samples/*.yaml samples/*.csv; do \
	  handout=handouts/$$(basename $$sample .yaml | tr . -); \
	  for suffix in $(PAGES); do $(BIN)/attncalc explain $$sample --output $$handout.$$suffix; done; \
	  for suffix in $(GRAPHS); do \
	    $(BIN)/attncalc graph $$sample --output $$handout-graph.$$suffix; \
	    $(BIN)/attncalc graph $$sample --kind pipeline --output $$handout-pipeline.$$suffix; \
	  done; \
	done

bench: $(VENV)/installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python -m benchmarks.pages

# Inputs that nobody wrote, on every core: the same seed gives the same ones. CASE: a finding again.
MINUTES ?= 5
SEED ?= 1
fuzz: $(VENV)/installed
	$(BIN)/python -m benchmarks.fuzz $(if $(CASE),--case $(CASE),--minutes $(MINUTES) --seed $(SEED))

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(WHEEL_VENV) dist handouts .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

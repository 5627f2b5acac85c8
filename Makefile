# Recipes that people and CI share. A fresh machine needs Python 3.11 or later, with pip and venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := pip install --quiet --disable-pip-version-check

# Tests start hundreds of processes, of which each would compile all of attncalc anew.
unexport PYTHONDONTWRITEBYTECODE

# Neighbouring tests stay in one process, which has their pages and their browser already.
ON_ALL_CORES := --numprocesses auto --dist worksteal

.PHONY: demo quick test lint unit wheel-test test-newest test-lowest test-uncapped pins consumers docs
.PHONY: exhaustive handouts bench fuzz clean

demo: $(VENV)/installed
	$(BIN)/attncalc explain samples/animal.yaml

test: lint unit wheel-test

# What is run while one works: the examples, and nothing that is drawn, set or started, nor what goes
# where others have been.
QUICK := tests/test_names.py tests/test_numerals.py tests/test_exactness.py tests/test_published.py
QUICK += tests/readers tests/walkthrough tests/cli/test_explain.py
QUICK += tests/steps tests/numbers/test_rounding.py
QUICK += $(addprefix tests/checking/test_,verdicts.py conventions.py diagnoses.py)
quick: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pytest $(ON_ALL_CORES) -m 'not hypothesis and not no_cover' $(QUICK)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/installed
	$(BIN)/pytest $(ON_ALL_CORES) --cov --cov-report=term

# What is drawn, three times as often as in make unit, and the whole of products of which it goes
# through some in turn; nothing is followed.
exhaustive: $(VENV)/installed
	$(BIN)/pytest $(ON_ALL_CORES) --exhaustive -m 'hypothesis or in_turn'

# The command line is tested once more as users get it, from the built wheel, away from the source,
# without extras. Each call is a process there, so it is what may differ: that every file is in the
# wheel and nothing undeclared is needed, the command itself, each command once in its formats.
WHEEL = dist/attncalc-*.whl
wheel-test: $(VENV)/installed
	rm -rf dist $(VENV)-$@
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	$(PYTHON) -m venv $(VENV)-$@
	$(VENV)-$@/bin/$(PIP) --constraint constraints.txt $(WHEEL)
	ATTNCALC_COMMAND=$(CURDIR)/$(VENV)-$@/bin/attncalc $(BIN)/pytest $(ON_ALL_CORES) \
	  -m installed tests/cli

# And with other libraries, extras and all: the newest and the lowest versions that pyproject.toml
# allows; and, for whoever wants to lift an upper bound, newer ones yet. The lowest are made for
# Python 3.11 and 3.12. What runs the tests is pinned here, too. What no library has a say in is not
# run again.
test-newest: LIBRARIES = '.[pdf,safetensors]'
test-lowest: LIBRARIES = '.[pdf,safetensors]' $$($(BIN)/python tests/versions.py lowest)
test-uncapped: LIBRARIES = $$($(BIN)/python tests/versions.py uncapped)
test-newest test-lowest test-uncapped: $(VENV)/installed
	rm -rf $(VENV)-$@
	$(PYTHON) -m venv $(VENV)-$@
	$(BIN)/python tests/versions.py tools > $(VENV)-$@/constraints.txt
	$(VENV)-$@/bin/$(PIP) --constraint $(VENV)-$@/constraints.txt $(LIBRARIES) \
	  hypothesis jsonschema pytest pytest-xdist
	$(VENV)-$@/bin/pip list --disable-pip-version-check
	PYTHONPATH=$(CURDIR) $(VENV)-$@/bin/python -m pytest $(ON_ALL_CORES) \
	  -m 'not own' -W ignore::DeprecationWarning tests/cli

# What tests run with, the whole tree of it, by version: the newest of today.
pins:
	rm -rf $(VENV)-pins
	$(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/$(PIP) '.[dev]'
	{ echo "# What tests run with; \`make pins\` renews it."; \
	  $(VENV)-pins/bin/pip freeze --disable-pip-version-check --exclude attncalc; } > constraints.txt

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
	$(BIN)/python -m benchmarks.large

# Inputs that nobody wrote, on every core: the same seed gives the same ones. CASE: a finding again.
MINUTES ?= 5
SEED ?= 1
fuzz: $(VENV)/installed
	$(BIN)/python -m benchmarks.fuzz $(if $(CASE),--case $(CASE),--minutes $(MINUTES) --seed $(SEED))

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(PIP) --constraint constraints.txt hatchling editables
	$(BIN)/$(PIP) --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-* dist handouts .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

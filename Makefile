# Two commands matter: `make run` and `make test`. Everything they need goes into .venv.
# Paths stay relative and tools are started as modules, so that a folder with blanks in
# its name works, and so does a folder that was moved.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Yours to set: make run PORT=8600 WORKSPACE=../analysis
PORT ?=
WORKSPACE ?= $(or $(HOLDFAST_WORKSPACE),workspace)
export HOLDFAST_WORKSPACE := $(WORKSPACE)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where this is set, as in many containers, every process would compile anew whatever it
# imports: that takes longer than most tests.
export PYTHONDONTWRITEBYTECODE :=

PY := .venv/bin/python
# Named after the content of the lists: installed once, and again only when one changes.
RUNTIME := .venv/.runtime-$(firstword $(shell cat requirements.txt | cksum))
TOOLS := .venv/.tools-$(firstword $(shell cat requirements.txt tests/requirements.txt | cksum))
PEERS := .venv/.peers-$(firstword $(shell cat requirements.txt benchmarks/requirements.txt | cksum))
TYPED := holdfast app.py pages tests
# Where nothing is checked twice, what is kept for the next time is kept in vain.
UNKEPT := $(if $(CI),--cache-dir=/dev/null)
STAGES := tests/queries tests/charts tests/pages tests/browser
# Two workers more than there are cores: one mostly waits for the browser, others for the
# disk.
WORKERS = $(shell $(PY) -c "import os; print(min(6, (os.cpu_count() or 1) + 2))")
FOUND = $(PY) -m pytest --collect-only --quiet --quiet tests >/dev/null
PARALLEL = --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder

.PHONY: help setup run test lint fix types sql unit queries charts pages \
	browser chromium bench data docs clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(TOOLS) chromium ## Install everything that running and testing needs

run: $(RUNTIME) ## Open the app; builds the demo workspace where there is none
	@test -f "$$HOLDFAST_WORKSPACE/workspace.json" || $(PY) -m holdfast demo
	@$(PY) -m streamlit run app.py $(if $(PORT),--server.port="$(PORT)")

# Types and SQL are checked beside the tests, which leave a core idle now and then; what
# they say stands at the end. What the workers would each compile at once goes first: in a
# fresh copy that takes longer than to find the tests.
test: lint chromium ## Run every check and every test
	@mkdir -p build; \
		nice $(PY) -m mypy $(UNKEPT) $(TYPED) >build/types.txt 2>&1 & types=$$!; \
		nice $(PY) -m sqlfluff lint queries >build/sql.txt 2>&1 & sql=$$!; \
		trap 'kill $$types $$sql; exit 130' INT TERM; \
		$(FOUND) || true; \
		$(PY) -m pytest $(PARALLEL) tests; passed=$$?; \
		wait $$types || passed=1; \
		wait $$sql || passed=1; \
		cat build/types.txt build/sql.txt; \
		exit $$passed
	@echo "All checks and tests passed."

lint: $(TOOLS) ## Check style
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

fix: $(TOOLS) ## Mend what the tools can mend by themselves
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(PY) -m sqlfluff fix queries

types: $(TOOLS) ## Check types, strictly in holdfast/
	$(PY) -m mypy $(TYPED)

sql: $(TOOLS) ## Check the style of the queries
	$(PY) -m sqlfluff lint --processes 2 queries

# Whatever has no stage of its own runs here, so that no test is left out.
unit: $(TOOLS) ## Run the tests that need neither pages nor a browser
	$(PY) -m pytest $(PARALLEL) tests $(addprefix --ignore=,$(STAGES))

queries: $(TOOLS)
	$(PY) -m pytest $(PARALLEL) tests/queries

charts: $(TOOLS)
	$(PY) -m pytest $(PARALLEL) tests/charts

pages: $(TOOLS)
	$(PY) -m pytest $(PARALLEL) tests/pages

browser: $(TOOLS) chromium ## Run the tests in a real browser
	$(PY) -m pytest $(PARALLEL) tests/browser

chromium: $(TOOLS)
	@$(PY) -m tests.chromium

bench: $(PEERS) ## Compare speed and results with other tools, in one run
	$(PY) -m benchmarks
	$(PY) -m benchmarks --case subscriptions --events 0.1

data: $(RUNTIME) ## Write the sample data anew, from its seed
	$(PY) sample_data/generate.py

docs: $(RUNTIME) ## Write the catalogue of queries anew
	$(PY) -m holdfast catalogue

clean: ## Remove what the tools left behind; keeps .venv and workspaces
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

# What is never imported need not be compiled: that takes half of the time.
$(RUNTIME): $(PY)
	@echo "Installing what the app needs; the first time this takes a minute or two."
	@$(PY) -m pip install --quiet --no-compile --requirement requirements.txt
	@rm -f .venv/.runtime-* && touch $@

$(TOOLS): $(RUNTIME)
	@echo "Installing what the tests need."
	@$(PY) -m pip install --quiet --no-compile --requirement tests/requirements.txt
	@rm -f .venv/.tools-* && touch $@

$(PEERS): $(RUNTIME)
	@echo "Installing the tools to compare with."
	@$(PY) -m pip install --quiet --requirement benchmarks/requirements.txt
	@rm -f .venv/.peers-* && touch $@

# PYTHON=… names another interpreter. The first that is new enough is taken.
$(PY):
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$("$$python" --version)."; \
			"$$python" -m venv --clear .venv && exit 0; \
			rm -rf .venv; \
			echo "Python could not make a virtual environment." \
				"On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; \
			exit 1; \
		fi; \
	done; \
	echo "Holdfast needs Python 3.11 or newer, and found none." \
		"Install it from python.org or your system, or name it: make run PYTHON=…" >&2; \
	exit 1

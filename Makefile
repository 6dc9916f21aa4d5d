# make demo   see what te does, on this very repository
# make test   every check and every test
# make torture   what takes too long for every day: a hundred thousand random edits
# make bench  te beside semble, ripgrep and the limits of the machine
# make golden writes the golden pages of the ranking anew
# Both make .venv first, from a fresh clone, with nothing but Python, git, make and a package index.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test torture golden bench smoke clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp is newer than what it was made from, so that a second run has nothing to install.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "te needs Python 3.11 or later: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed ## Index this repository and run three searches
	$(BIN)/te index .
	@echo
	$(BIN)/te search how are results from several retrievers merged into one ranking -k 5
	@echo
	$(BIN)/te search IndexBusy -k 3 --lang python --kind class --context 2
	@echo
	$(BIN)/te search "what do the exit codes mean" --content docs -k 3

# The tests start te some hundred times, and without bytecode each compiles it anew.
test: $(VENV)/.installed-dev ## Run every check and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n auto --dist worksteal

TORTURE_TMP := $(shell test -d /dev/shm && echo --basetemp=/dev/shm/te-torture)

torture: $(VENV)/.installed-dev ## Attack the promises for as long as it takes: TE_EDITS=100000, TE_SEED=1, TE_TREE=., TE_KILLS=500
	TE_EDITS=$${TE_EDITS:-100000} $(BIN)/python -m pytest -q -s tests/test_sequences.py -k random $(TORTURE_TMP)
	$(BIN)/python scripts/fuzz.py --minutes $${TE_MINUTES:-20}
	$(BIN)/python scripts/damage.py
	$(BIN)/python scripts/torture.py $${TE_TREE:-.} --kills $${TE_KILLS:-500}

golden: $(VENV)/.installed-dev ## Write the golden pages of the ranking anew, and show what changed
	TE_UPDATE_FIXTURES=1 $(BIN)/python -m pytest -q tests/test_golden.py -k 'not seed'
	git diff --stat -- fixtures/ranking

PEERS := $(VENV)-peers

$(PEERS)/.installed: $(VENV)/.made
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check semble==0.7.0 ripgrep
	@touch $@

bench: $(VENV)/.installed-dev $(PEERS)/.installed ## Measure te beside semble, ripgrep and the machine's limits
	$(BIN)/python scripts/bench.py --peers $(PEERS) --te $(BIN)/te

smoke: $(VENV)/.installed ## Run the smoke test that users can copy into their own CI
	TE="$(CURDIR)/$(BIN)/te" scripts/smoke.sh

clean: ## Remove what make made, and the index
	rm -rf $(VENV) $(PEERS) .te build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

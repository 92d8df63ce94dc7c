# Two commands matter: `make run` and `make test`. Both set up what is missing first.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SCENARIO ?= scenarios/first-intubations.yaml
unexport PYTHONDONTWRITEBYTECODE  # the tests start hundreds of processes, which share their bytecode

.PHONY: help run test test-long check bench docs golden clean
.DEFAULT_GOAL := help

help:
	@echo "make run        set up, and run $(SCENARIO)"
	@echo "make test       set up, and pass the tests"
	@echo "make test-long  the tests that take many minutes"
	@echo "make bench      how fast, how much memory, on this machine"
	@echo "make docs       remake scenarios/README.md, the JSON Schema and the figures of the README"
	@echo "make golden     remake the digests of the numbers, and say what moved"

# The versions are pinned by name in constraints.txt; the stamp is remade when either file changes.
$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("leeway needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: $(VENV)/.ready
	$(BIN)/leeway run $(SCENARIO)

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest -n auto --dist worksteal

test-long: $(VENV)/.ready
	$(BIN)/pytest -n auto --dist worksteal -m long

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

docs: $(VENV)/.ready
	$(BIN)/python -m analysis.handbook
	PYTHONPATH=. $(BIN)/python docs/images/make.py

golden: $(VENV)/.ready
	$(BIN)/python -m tests.golden

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# `make demo` and `make test` need Python 3.11 or later and make, and set up the rest themselves.
# `make help` lists everything. Override on the command line, for example:
#   make unit ARGS="tests/artifacts -k zip"
#   make demo DEMO_A=old.whl DEMO_B=new.whl

.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?=
ARGS ?=
DEMO_A ?= samples/hidden-change-in-300/a/demo-1.0-py3-none-any.whl
DEMO_B ?= samples/hidden-change-in-300/b/demo-1.0-py3-none-any.whl

BIN := .venv/bin
READY := .venv/.ready

# Prints one line in front of each step, bold where a person is looking.
BOLD := $(if $(MAKE_TERMOUT),$(if $(NO_COLOR),,1))
say = @printf '$(if $(BOLD),\033[1m==> %s\033[0m,==> %s)\n' '$(1)'

# ---- for everyone

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Exit status 1 says "they differ", which is what a demo of differences should find.
.PHONY: demo
demo: $(READY) ## Compare a sample pair
	$(call say,reprodiff $(DEMO_A) $(DEMO_B))
	@$(BIN)/reprodiff $(DEMO_A) $(DEMO_B) || [ $$? -eq 1 ]

.PHONY: test
test: lint types imports coverage ## Everything CI checks

# ---- the parts of `make test`

# A worker for each processor; the tests of one file stay together, for what they build is shared.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 8 --dist loadfile

.PHONY: lint
lint: $(READY) ## Style: ruff check, ruff format --check
	$(call say,ruff check)
	@$(BIN)/ruff check
	$(call say,ruff format --check)
	@$(BIN)/ruff format --check

.PHONY: types
types: $(READY) ## Types: mypy --strict
	$(call say,mypy --strict)
	@$(BIN)/mypy

.PHONY: imports
imports: $(READY) ## Architecture: imports run one way
	$(call say,lint-imports)
	@$(BIN)/lint-imports --no-logo

.PHONY: coverage
coverage: $(READY) ## Tests, with branch coverage
	$(call say,pytest with branch coverage)
	@$(BIN)/pytest $(SIDE_BY_SIDE) --cov --cov-report=term-missing:skip-covered $(ARGS)

.PHONY: unit
unit: $(READY) ## Tests alone; choose with ARGS="..."
	@$(BIN)/pytest $(ARGS)

# ---- for contributors

.PHONY: format
format: $(READY) ## Let ruff mend what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: docs
docs: $(READY) ## Put the program's real output, causes and tools into the documents
	@$(BIN)/pytest -q tests/hygiene/test_readme.py tests/hygiene/test_documents.py --update-docs

.PHONY: pictures
pictures: $(READY) ## Take the pictures of README and docs again
	@$(BIN)/python docs/tour.py $(ARGS)

.PHONY: samples
samples: $(READY) ## Build the sample pairs again
	@$(BIN)/python samples/build.py $(ARGS)

.PHONY: trials
trials: $(READY) ## Try the fixes by building again
	@$(BIN)/python trials/run.py $(ARGS)

.PHONY: bench
bench: $(READY) ## Measure, as ratios in one run
	@$(BIN)/python benchmarks/run.py $(ARGS)

.PHONY: clean
clean: ## Remove everything that make made
	@rm -rf .venv build dist htmlcov .coverage .coverage.* \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find reprodiff tests samples benchmarks -maxdepth 4 -type d -name __pycache__ \
		-not -path 'samples/*/*' -prune -exec rm -rf {} + 2>/dev/null || true

# ---- set-up

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
NO_PYTHON := make: no Python 3.11 to 3.14 with its venv module; name one with PYTHON=/path/to/python
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq

# An environment that is there and runs is brought up to date; any other is made anew, with the
# first Python that is supported. It is filled by uv, which is quicker, where it is there and can;
# else by pip, of which 25.1 is the first that knows dependency groups.
# The mark comes last, so that a set-up that broke off is taken up again.
$(READY): pyproject.toml
	$(call say,setting up .venv (once))
	@if ! $(BIN)/python -c '$(SUPPORTED)' 2>/dev/null; then \
		for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python; do \
			"$$python" -c 'import venv, ensurepip; $(SUPPORTED)' 2>/dev/null && break; \
			python=; \
		done; \
		[ -n "$$python" ] || { echo '$(NO_PYTHON)' >&2; exit 1; }; \
		"$$python" -m venv --clear .venv; \
	fi
	@uv pip install --quiet --python $(BIN)/python --editable . --group dev 2>/dev/null || \
		{ $(PIP) 'pip>=25.1' && $(PIP) --editable . --group dev; }
	@touch $@

# Every target sets up its own .venv from the hash-locked requirements; a second call finds the stamp and starts at once.

VENV := .venv
PEERS := .venv-bench
ENGINES := .venv-engines
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# pytest rewrites a test module once, and not in every process of each run
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && command -v "$$p" && break; done)

.PHONY: help setup demo check test test-all bench pictures schemas goldens wheel lock clean

help:
	@echo "make demo      the main job on the example project, in a scratch folder"
	@echo "make check     ruff, mypy, import-linter, zizmor, jactionlint"
	@echo "make test      checks and the quick tests"
	@echo "make test-all  the slow ones too: real data, large projects, generated workflows run by act"
	@echo "make goldens   makes all generated pages and expected outputs anew: read the difference before you commit it"
	@echo "make schemas   the generated pages alone: JSON Schemas, command line, codes, rules, what tests share"
	@echo "make pictures  the pictures of README, from the example (needs Chromium)"
	@echo "make bench     speed, side by side with other tools"
	@echo "make wheel     the package to install elsewhere, in dist/"
	@echo "make setup     .venv with the locked requirements; every target does it by itself"
	@echo "make lock      compiles requirements/*.lock anew, with the newest releases"
	@echo "make clean     removes what the targets above made"

setup: $(STAMP)

$(STAMP): requirements/dev.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "mlspec needs Python 3.11, 3.12 or 3.13, and none was found" >&2; exit 1; fi
	@if [ ! -x $(BIN)/python ]; then "$(PYTHON)" -m venv $(VENV); fi
	@echo "Installing the locked requirements into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check >$(VENV)/check.log || { cat $(VENV)/check.log >&2; exit 1; }
	@touch $(STAMP)

demo: $(STAMP)
	@PYTHONPATH=. $(BIN)/python demo/run.py

check: $(STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	@$(BIN)/zizmor --offline --quiet --persona=auditor .github example-project/.github
	@for profile in default pedantic; do $(BIN)/jactionlint --no-hints --strict-exit --no-online --profile=$$profile --shellcheck=$(BIN)/shellcheck \
		.github/workflows/*.yml example-project/.github/workflows/*.yml || exit 1; done

test: check
	@$(PYTEST) -n 2 -m "not slow"

test-all: check $(ENGINES)/.installed
	@$(PYTEST) -n 2

bench: $(STAMP) $(PEERS)/.installed
	@$(BIN)/python tests/bench/run.py

# The tools that `make bench` measures against have a place of their own. Without them (no network) it runs all the same, and says so.
$(PEERS)/.installed: requirements/bench.lock
	@"$(PYTHON)" -m venv $(PEERS)
	@echo "Installing the tools to compare with into $(PEERS) (once) ..."
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.lock \
		>$(PEERS)/install.log 2>&1 && touch $@ || echo "They could not all be installed: see $(PEERS)/install.log"

# Dask and Ray, for the tests of clusters, stand beside ours and find mlspec and its libraries there. Without them those tests are skipped.
$(ENGINES)/.installed: requirements/engines.lock $(STAMP)
	@"$(PYTHON)" -m venv $(ENGINES)
	@echo "Installing Dask and Ray into $(ENGINES) (once) ..."
	@$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/engines.lock \
		>$(ENGINES)/install.log 2>&1 && $(BIN)/python tools/beside.py $(ENGINES) && touch $@ \
		|| echo "They could not be installed: see $(ENGINES)/install.log"

pictures: $(STAMP)
	@$(BIN)/python tools/pictures.py

schemas: $(STAMP)
	@$(BIN)/mlspec schema
	@$(BIN)/python tools/cli_page.py
	@$(BIN)/python tools/codes_page.py
	@$(BIN)/python tools/rules_page.py
	@$(BIN)/python tools/support_page.py

# What is expected of diagnostics, comments, reports and evidence packs, and the generated files of the example. Locks stay: `mlspec run` makes them.
goldens: schemas
	@$(BIN)/python tools/update_goldens.py
	@$(BIN)/python tools/comment_goldens.py
	@$(BIN)/python tools/report_goldens.py
	@$(BIN)/python tools/evidence_goldens.py
	@cd example-project && ../$(BIN)/mlspec apply
	@git --no-pager diff --stat

wheel: $(STAMP)
	@rm -rf dist && $(BIN)/hatchling build --target wheel >/dev/null
	@ls dist/*.whl

lock: $(STAMP)
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml --extra local --group dev -o requirements/dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header requirements/bench.in -o requirements/bench.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header requirements/checks.in -o requirements/checks.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header requirements/kserve.in -o requirements/kserve.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header requirements/mlserver.in -o requirements/mlserver.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header requirements/engines.in -c requirements/dev.lock -o requirements/engines.lock

clean:
	@rm -rf $(VENV) $(PEERS) $(ENGINES) .venv-checks .venv-kserve .venv-mlserver dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

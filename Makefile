# Targets for users and developers of kubus. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PAGES := src/kubus/playground/static

.DEFAULT_GOAL := help
.PHONY: help demo test check bench mutants format lock docs types web clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMPS)/run ## start a server on a shop's sample data, with its Playground where node is there
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web; else echo "There is no node, and so no Playground"; fi
	@$(BIN)/kubus demo

web: $(PAGES)/index.html ## build the pages of the Playground, if they are older than web/

test: $(STAMPS)/dev $(STAMPS)/system ## everything that has to hold: databases, the real client, conformance, properties
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

check: $(STAMPS)/dev ## lint, format, types and import contracts: seconds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

bench: $(STAMPS)/dev $(STAMPS)/system ## measure kubus beside a real Cube
	$(BIN)/python -m bench

mutants: $(STAMPS)/dev ## change what keeps data apart in small ways, and see whether the tests tell: an hour and more
	$(BIN)/python tests/mutants/run.py
	$(BIN)/python tests/mutants/run.py --again

format: $(STAMPS)/dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMPS)/dev ## write the pages that are made from the code
	$(BIN)/python -m kubus.config.page > docs/settings.md
	$(BIN)/python -m tests.reference.pages

types: $(STAMPS)/dev ## write the types of the API for the Playground
	$(BIN)/python -m tests.web.api_types

lock: $(STAMPS)/dev ## make the hashed requirement files anew
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group build --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --extra arrow --extra lsp --group build --group dev --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --upgrade -o requirements-dev.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) mutants .cache web/node_modules $(PAGES) .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "kubus needs Python 3.11 or later; say which with PYTHON=..." && false)
	$(PYTHON) -m venv $(VENV)

# What a user needs: the locked dependencies, and kubus itself from this folder.
$(STAMPS)/run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.txt pyproject.toml | $(VENV)/bin/python
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(STAMPS)/run

# Packages as the lock says, and none of them runs anything of its own.
$(PAGES)/index.html: $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/tests/*' 2>/dev/null)
	test web/node_modules/.package-lock.json -nt web/package-lock.json || (cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
	cd web && npm run --silent build

# The test suite starts PostgreSQL and the real JavaScript client and a browser itself; here their programs are looked for.
$(STAMPS)/system: scripts/system-packages | $(VENV)/bin/python
	@mkdir -p $(STAMPS)
	scripts/system-packages
	@touch $@

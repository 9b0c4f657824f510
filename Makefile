# Everything about Tandem starts here; `make` alone lists it. Needs python3 (3.11 or newer) with its venv module.
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
RUN := $(VENV)/.run-$(shell cksum requirements.txt | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cksum requirements-dev.txt | cut -d' ' -f1)
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
CODE := manage.py tracker tests $(wildcard roadmap)
LOCK := $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
# A worker a core, each with servers of its own; who is done takes over what the other has left.
WORKERS := --numprocesses logical --maxprocesses 4 --dist worksteal
# Where bytecode is not kept, every start compiles everything anew: ten seconds and more.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(RUN) ## Start Tandem with the demo company on http://127.0.0.1:8000 (PORT, TANDEM_DATA, TANDEM_DEMO)
	@exec $(PYTHON) -m tracker.config.serve --with-parent

.PHONY: test
test: $(DEV) ## Run every test; says which it could not run and why
	@$(PYTHON) -m pytest -q $(WORKERS)

.PHONY: test-fast
test-fast: $(DEV) ## Run the tests of rules, verbs and pages: no browser, no processes of their own, no walk over every route
	@$(PYTHON) -m pytest -q $(WORKERS) --hypothesis-profile=quick -m "not browser and not faults and not walks"

.PHONY: lint
lint: $(DEV) ## Check style, types, the directions of imports and the templates
	@$(PYTHON) -m ruff check --quiet $(CODE)
	@$(PYTHON) -m ruff format --quiet --check $(CODE)
	@$(PYTHON) -m mypy --no-error-summary $(CODE)
	@$(VENV)/bin/lint-imports >$(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@$(PYTHON) -m djlint --quiet --lint tracker/templates roadmap/templates
	@echo "Style, types, imports and templates are clean."

.PHONY: bench
bench: $(DEV) ## Measure the busiest pages, the sweep of promises, similar requests; writes bench.json
	@$(PYTHON) -m tests.bench

.PHONY: faults
faults: $(DEV) ## Kill everything while promises break; writes faults.json
	@$(PYTHON) -m tests.faults.chaos

.PHONY: lighthouse
lighthouse: $(DEV) ## Measure the busiest pages of a demo with Lighthouse (needs Node); writes lighthouse.json
	@$(PYTHON) -m tests.lighthouse

.PHONY: screenshots
screenshots: $(DEV) ## Take pictures of a running demo into var/screenshots (URL, FOLDER)
	@$(PYTHON) -m tests.screenshots $(or $(URL),http://127.0.0.1:8000) $(or $(FOLDER),var/screenshots)

.PHONY: messages
messages: $(DEV) ## Gather the sentences to translate and compile the translations
	@$(PYTHON) -m tests.messages --show

.PHONY: reference
reference: $(DEV) ## Write docs/reference anew out of the tables it speaks of
	@$(PYTHON) -m tests.reference

.PHONY: lock
lock: $(DEV) ## Lock the newest allowed version of every requirement
	@$(LOCK) --upgrade requirements.in -o requirements.txt
	@$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt

# A usable virtual environment, made with the first Python that is new enough; a broken one is made again.
define ENVIRONMENT
@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	for name in python3 python3.13 python3.12 python3.11 python3.14; do \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && found=$$name && break; \
	done; \
	[ -n "$$found" ] || { echo "Tandem needs Python 3.11 or newer, and none was found on PATH."; exit 1; }; \
	rm -rf $(VENV); \
	$$found -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		echo "$$found cannot make a virtual environment: install its venv module (on Debian: python3-venv)."; exit 1; }; \
}
endef

$(RUN):
	$(ENVIRONMENT)
	@echo "Installing what Tandem runs on (once; about a minute)"
	@$(INSTALL) -r requirements.txt
	@rm -f $(VENV)/.run-*
	@touch $@

$(DEV):
	$(ENVIRONMENT)
	@echo "Installing what Tandem is developed with (once; a minute or two)"
	@$(INSTALL) -r requirements-dev.txt
	@rm -f $(VENV)/.dev-*
	@touch $@

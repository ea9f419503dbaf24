# Two commands are enough: `make run` to try it, `make test` to check it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The web part is built by the Node that comes as a Python package, only when its sources changed.
NODE := PATH="$(abspath $(BIN)):$$PATH"
WEB := api/static/app/.built
WEB_MODULES := web/node_modules/.installed
WEB_SOURCES := $(shell find web/src web/public web/index.html web/tsconfig.json web/vite.config.ts -type f 2>/dev/null)

.PHONY: run test lint bench clean install fuzz crash reference tour web web-check client

run: install $(WEB)
	@$(BIN)/dougong init --quiet --no-admin
	@$(BIN)/dougong template install crm --if-absent > /dev/null
	@$(BIN)/dougong demo
	@$(BIN)/dougong serve

test: install
	$(BIN)/python -m pytest -n auto $(PYTEST)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Ratios to hand-written code; with more leads: python -m benchmarks records --rows 1000000
bench: install
	$(BIN)/python -m benchmarks

# Long suites, by hand: 10,000 mutated documents, random expressions on four engines, random migrations.
fuzz: install
	HYPOTHESIS_PROFILE=long MUTATIONS=10000 $(BIN)/python -m pytest -n auto tests

# 100 times kill -9 of the server under eight writers, on each database; prints what was promised and what is there.
crash: install
	CRASH_KILLS=$${CRASH_KILLS:-100} $(BIN)/python -m pytest -s tests/crash

# Pictures of every page, at a desk and on a phone, into docs/tour; needs Chromium and the package pillow.
tour: web
	$(BIN)/python -m tests.browser.tour

# Pages and schemas that are generated from the registries.
reference: install
	$(BIN)/python docs/generate.py

web: install $(WEB)

# The types of the web part: of the platform's REST, and of documents.
client: install
	cd web/tools/openapi && $(NODE) npm ci --loglevel=error
	$(BIN)/python -m tests.web_types > web/tools/openapi/openapi.json
	cd web && $(NODE) node tools/client.mjs tools/openapi/openapi.json ../schema_store/document/app.schema.json
	rm web/tools/openapi/openapi.json

# What must hold of the web part: format and layers, types, tests, and the size of the first page.
web-check: web
	cd web && $(NODE) npm run --silent lint
	cd web && $(NODE) npm test --silent
	cd web && $(NODE) node tools/budget.mjs

$(WEB): $(WEB_SOURCES) $(WEB_MODULES)
	cd web && $(NODE) npm run --silent build -- --logLevel warn
	@touch $@

$(WEB_MODULES): web/package.json web/package-lock.json $(STAMP)
	cd web && $(NODE) npm ci --loglevel=error
	@touch $@

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) api/static/app web/node_modules build dist *.egg-info .mypy_cache .ruff_cache .hypothesis

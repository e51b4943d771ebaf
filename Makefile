# The front door: `make run` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
CODE_ALONE := tests/unit tests/properties tests/scenarios

.PHONY: help setup run test check bench screenshots pictures wheel archive release-check lock schema docs clean

help:
	@echo "make run     the bridge on a simulated terminal board, with a broker, ready to play with"
	@echo "make test    all tests; installs what they need"
	@echo "make check   lint, types, layers"
	@echo "make screenshots  every page, both themes, two widths, into build/screenshots"
	@echo "make docs    the docs as a site, into build/docs"
	@echo "make bench   performance beside peers, in one run"
	@echo "make wheel   the package, in dist/"
	@echo "make archive the package with all that it needs, for boards without pip or network"
	@echo "make release-check  packages, image, app and pages, tried as they would be released"
	@echo "make setup   only the virtual environment in $(VENV)"

setup: $(VENV)/ready

$(VENV)/ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("alarm2mqtt needs Python 3.11 or later; try: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Installing what alarm2mqtt needs into $(VENV); this takes a minute or two, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q bridge ha_discovery
	@touch $@

run: setup
	@tests/install-servers --quiet mosquitto mosquitto-clients || true
	@$(BIN)/alarm2mqtt demo

test: setup
	@tests/install-servers
	$(BIN)/coverage erase
	@# Whole programs mostly wait, so three files run at a time; what fails beside others is judged by a run
	@# of its own, which the log names. Of the rest, tests of the code alone run beside those with a kernel
	@# or a Home Assistant, whose report follows at the end.
	@failed=0; mkdir -p build; \
	$(BIN)/python -m pytest $(PYTEST_ARGS) -o cache_dir=build/pytest -n 3 --dist loadfile tests/e2e || { \
	  echo "=== FAILED BESIDE OTHER PROGRAMS; once more, one at a time: ==="; \
	  $(BIN)/python -m pytest $(PYTEST_ARGS) -o cache_dir=build/pytest --last-failed --last-failed-no-failures none -v tests/e2e; \
	} || failed=1; \
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS) -p no:cacheprovider --ignore=tests/e2e $(CODE_ALONE:%=--ignore=%) \
	  > build/outside.log 2>&1 & outside=$$!; \
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS) $(CODE_ALONE) || failed=1; \
	wait $$outside || failed=1; cat build/outside.log; \
	$(BIN)/coverage combine --quiet && $(BIN)/coverage report --skip-covered | tail -n 40; \
	exit $$failed

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup
	@tests/install-servers --quiet mosquitto libmosquitto-dev
	$(BIN)/python -m bench $(BENCH_ARGS)

screenshots: setup
	@tests/install-servers --quiet chromium fonts-dejavu-core
	$(BIN)/python tests/screenshots.py build/screenshots

# The time in it is that of the last change, so the same sources make the same bytes.
wheel: setup
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 1580601600)} \
	  $(BIN)/python -m hatchling build -t wheel -d dist

archive: wheel
	$(BIN)/python packaging/make_archive.py $(ARCHITECTURES)

release-check: setup
	$(BIN)/python tests/release_check.py $(RELEASE_ARGS)

# Of the README and the docs; that of Home Assistant where its rig is.
pictures: setup
	@tests/install-servers --quiet chromium fonts-dejavu-core
	$(BIN)/python tests/docs_pictures.py docs/pictures

# The docs as a site, with an environment of its own, which tests do not need.
docs: build/docs-venv/ready
	NO_MKDOCS_2_WARNING=1 build/docs-venv/bin/mkdocs build
	@echo "build/docs/index.html; its search needs a server: python3 -m http.server -d build/docs"

build/docs-venv/ready: requirements-docs.lock
	$(PYTHON) -m venv build/docs-venv
	build/docs-venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

# Dependencies with hashes and without the address of any index.
lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --upgrade --extra web --extra media --extra watch -o requirements.lock
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --upgrade --all-extras --group dev -o requirements-dev.lock
	uv pip compile --group docs --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements-docs.lock
	comment="$$(head -1 tests/e2e/schemathesis.lock)"; \
	lock="$$(echo schemathesis | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate)" \
	&& printf '%s\n' "$$comment" "$$lock" > tests/e2e/schemathesis.lock

# What is made of the models: the editors' schema, and the references in docs/.
schema: setup
	$(BIN)/alarm2mqtt schema settings.schema.json
	$(BIN)/python docs/references.py

clean:
	rm -rf $(VENV) dist .demo .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*

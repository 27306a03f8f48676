# Needs Python 3.11 or newer, make and a package registry; everything else is made here.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
DATA := $(or $(VAR_DIR),var)
KEY = $$($(BIN)/python -c 'import secrets; print(secrets.token_hex(32))')
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --quiet

.PHONY: install demo test browser-test screenshots lint messages requirements clean

install: .venv/installed

.venv/installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "$(PYTHON) cannot make virtual environments: on Debian, apt-get install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: install
	@PORT=$(PORT) exec $(BIN)/python -m config.demo

# With COVERAGE=yes it takes a quarter longer, and fails below the share of branches in pyproject.toml.
test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-report=) tests --ignore=tests/browser

browser-test: install
	$(BIN)/python -m pytest tests/browser --reruns 1 --only-rerun TimeoutError -rR

# The pictures of docs/images, anew from the demo's data; pdftoppm is poppler's.
screenshots: install
	$(BIN)/python -m pytest tests/browser/take_screenshots.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m config.compile_messages
	$(BIN)/mypy
	$(BIN)/lint-imports
	@status=0; export VAR_DIR=$(DATA)/lint; \
		$(BIN)/python manage.py makemigrations --check --dry-run || status=$$?; \
		$(BIN)/python manage.py stop_services >/dev/null; exit $$status
	@env DATABASE_URL=postgres://gongji@127.0.0.1/gongji REDIS_URL=redis://127.0.0.1/0 ALLOWED_HOSTS=gongji.example \
		SECRET_KEY=$(KEY) SEALING_KEY=$(KEY) DIGEST_KEY=$(KEY) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Collecting new texts needs gettext's xgettext; compiling them does not.
messages: install
	@command -v xgettext >/dev/null || { echo "xgettext is missing: on Debian, apt-get install gettext" >&2; exit 2; }
	$(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --add-location file \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(BIN)/python -m config.compile_messages

# New versions: make requirements UPGRADE=--upgrade
requirements: install
	$(COMPILE) $(UPGRADE) -o requirements/base.txt
	$(COMPILE) $(UPGRADE) --extra dev -c requirements/base.txt -o requirements/dev.txt

# The data under VAR_DIR stays: who wants it gone removes the directory.
clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python manage.py stop_services || true; fi
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	rm -rf $(DATA)/test $(DATA)/lint
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

# Everything a person does in a checkout. Needs make and python3 (3.11 or newer, with venv); each
# target makes what it needs in .venv, once, and again when setup.py changes.

PYTHON ?= python3
PORT ?= 8000

VENV := .venv
RUN := $(VENV)/bin/python
MISSING := $(if $(shell $(RUN) -c "" 2>/dev/null && echo yes),,environment)
# As many tests at once as there are processors; a file's tests stay together, with what they share.
# In their own order the files that hold few tests, but long ones, do not come last.
JOBS ?= auto
# How long hostile files are made and read.
MINUTES ?= 5
# Tests and checks must never touch the demo's data.
TEST_ENV := DJANGO_SETTINGS_MODULE=tests.settings

EXTRAS_demo := demo
EXTRAS_test := demo,test
EXTRAS_quality := demo,test,quality
EXTRAS_package := package

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-reset test test-openedx lint format bench fuzz translations extract_translations \
	compile_translations check_translations_up_to_date package clean environment

help: ## Say what can be done here
	@echo "Targets of this Makefile (PYTHON=$(PYTHON), PORT=$(PORT)):"
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed-demo ## Serve the demo on 127.0.0.1 (make demo PORT=8100 for another port)
	@echo "==> Starting the demo on port $(PORT); Ctrl+C stops it"
	@$(RUN) manage.py demo --port $(PORT)

demo-reset: $(VENV)/.installed-demo ## Start the demo's course over, with dates around today
	@echo "==> Resetting the demo"
	@$(RUN) manage.py demo --reset

test: $(VENV)/.installed-test ## Run the tests (ARGS="-k roll" for some; JOBS=0 for one at a time)
	@echo "==> Running the tests"
	@$(TEST_ENV) $(RUN) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

# The platform's own Python runs these, and its own MongoDB must answer.
test-openedx: ## Run the tests inside Open edX (PLATFORM=its checkout PYTHON=its python)
	@test -f "$(PLATFORM)/lms/envs/test.py" || { echo "Say where edx-platform is, and its Python:"; \
		echo "    make test-openedx PLATFORM=../edx-platform PYTHON=../venv/bin/python"; exit 2; }
	@mkdir -p $(PLATFORM)/test_root/log
	@for service in lms cms; do \
		echo "==> Running the tests inside Open edX: $$service"; \
		(cd $(PLATFORM) && PYTHONPATH=$(CURDIR):$$PYTHONPATH $(PYTHON) -m pytest -c setup.cfg \
			--rootdir=. --confcutdir=$(CURDIR)/tests/openedx -p cms.conftest -p no:randomly \
			--ds=$$service.envs.test $(CURDIR)/tests/openedx/$$service $(ARGS)) || exit 1; \
	done

bench: $(VENV)/.installed-test ## Measure: queries, and ratios against a baseline of the same run
	@echo "==> Measuring"
	@$(TEST_ENV) $(RUN) -m bench

fuzz: $(VENV)/.installed-test ## Read hostile files for MINUTES=5; fail with the first that is not refused
	@echo "==> Fuzzing the readers of reports"
	@$(RUN) -m tests.imports.fuzz --minutes $(MINUTES)

lint: $(VENV)/.installed-quality ## Check format, style, walls, types, templates, PII, translations
	@echo "==> ruff: style and format"
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@echo "==> import-linter: walls between the modules"
	@$(VENV)/bin/lint-imports --no-logo
	@echo "==> mypy: types"
	@$(RUN) -m mypy
	@echo "==> djlint: templates"
	@$(RUN) -m djlint templates --lint --quiet
	@$(RUN) -m djlint templates --check --quiet
	@echo "==> migrations: none is missing"
	@$(TEST_ENV) $(RUN) manage.py makemigrations --check --dry-run blended_xblock blended_campus
	@echo "==> code-annotations: every model says which data of persons it holds"
	@for app in blended_xblock blended_xblock.workbench; do \
		PYTHONPATH=. $(TEST_ENV) $(VENV)/bin/code_annotations django_find_annotations \
			--config_file .pii_annotations.yml --app_name $$app --lint --coverage || exit 1; \
	done
	@echo "==> translations: complete and compiled"
	@$(RUN) tools/translations.py check

format: $(VENV)/.installed-quality ## Put Python files and templates into the house's format
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .
	@$(RUN) -m djlint templates --reformat --quiet || true

translations: extract_translations compile_translations ## Collect the texts and compile them

# The names that Open edX's own tools call.
extract_translations: $(VENV)/.installed-demo
	@$(RUN) tools/translations.py extract
compile_translations: $(VENV)/.installed-demo
	@$(RUN) tools/translations.py compile
check_translations_up_to_date: $(VENV)/.installed-demo
	@$(RUN) tools/translations.py check

package: $(VENV)/.installed-package ## Build wheel and sdist into dist/, and try them elsewhere
	@echo "==> Building and trying the packages"
	@$(RUN) tools/check_package.py

clean: ## Remove what was built and measured (the demo's data too)
	@echo "==> Removing environments, builds, caches and the demo's data"
	@rm -rf $(VENV) .tox .demo build dist *.egg-info .coverage htmlcov pii_report test-results \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find blended_xblock tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python is gone, after an upgrade of the system, is made again.
environment:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Install Python 3.11 or newer," \
			"or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is `$(PYTHON) --version 2>&1`, but 3.11 or newer is needed." \
			"Name a newer one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments." \
			"On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "==> Making a Python environment in $(VENV) (`$(PYTHON) --version 2>&1`)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-%: setup.py $(MISSING)
	@echo "==> Installing what '$*' needs into $(VENV) (first time, or setup.py changed; a few minutes)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS_$*)]"
	@touch $@

# make run    set everything up and serve the app        make test   set everything up and run all the tests
# make check  lint, types, import rules, locks            make bench  the benchmarks (slow)
.PHONY: run test check bench test-vllm setup setup-test lock clean
SHELL := /bin/sh
PORT ?= 8000
HOST ?= 127.0.0.1
export PYTHONUNBUFFERED := 1
# Many containers set it; every process, and the tests begin hundreds, would compile Django and torch anew.
unexport PYTHONDONTWRITEBYTECODE
PY := .venv/bin/python
LOCALES := $(wildcard locale/*/LC_MESSAGES/django.po)

# An environment whose Python has been upgraded away or removed is made anew.
$(shell test ! -e .venv/.run || .venv/bin/python -c '' 2>/dev/null || rm -f .venv/.run)

run: setup
	@$(PY) manage.py serve --demo --host $(HOST) --port $(PORT)

# The full environment has what the tests need besides; setting up to run does not take it away again.
# Who has an inference server needs no model here.
setup: .venv/.run node_modules/.done $(LOCALES:.po=.mo) | .venv/.system
	@test -n "$(ENGINE_URL)" || $(PY) -m inference.weights

setup-test: setup .venv/.dev | .venv/.system-test
	@$(PY) -m inference.weights qwen && $(PY) -m inference.weights smollm2

# Two processes: half of the time, tests wait for a browser, a server or a killed process to come back.
test: setup-test
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/.run .venv/.dev node_modules/.done $(LOCALES:.po=.mo)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(PY) manage.py check --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	scripts/check-locks

bench: setup-test
	scripts/bench

test-vllm: setup-test
	scripts/test-vllm

.venv/.run: pyproject.toml uv.lock
	@scripts/environment --no-dev
	@touch $@

.venv/.dev: .venv/.run
	@scripts/environment --extra train
	@touch $@

.venv/.system: | .venv/.run
	@scripts/packages libnl-route-3-200
	@touch $@

.venv/.system-test: | .venv/.run
	@scripts/packages libnl-route-3-200 chromium postgresql redis-server
	@touch $@

node_modules/.done: package.json package-lock.json | .venv/.run
	@scripts/assets
	@touch $@

%.mo: %.po | .venv/.run
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@

# After a change of pyproject.toml.
lock:
	scripts/uv lock --python $$(scripts/python)
	scripts/export-requirements > requirements.txt

clean:
	rm -rf .venv .venv-* .cache node_modules .mypy_cache .ruff_cache .pytest_cache $(LOCALES:.po=.mo)

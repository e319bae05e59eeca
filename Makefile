# Needs only Python >= 3.11 with pip, git and make; everything else is installed into this folder.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
# Builds find their backend in .tools, which came by hash; without isolation nobody fetches another.
BUILD := PYTHONPATH=$(CURDIR)/.tools
export PYTHONUTF8 := 1

.PHONY: run test test-fast torture fuzz check bench format lock ocr large large-web sbom licences wheelhouse clean

run: .venv/.user
	@$(BIN)/huiying start

test: .venv/.dev
	@$(BIN)/python tools/run_tests.py

test-fast: .venv/.dev
	@$(BIN)/python tools/run_tests.py --fast

torture: .venv/.dev
	@$(BIN)/python -m pytest -m torture -n 2 tests

# SECONDS for each reader: `make fuzz SECONDS=600`, one of them: `make fuzz ONLY=feed` (tests/fuzzing/targets.py).
SECONDS ?= 60
ONLY ?=
fuzz: .venv/.dev
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-fuzz.lock
	@$(BIN)/python tests/fuzzing/run.py $(SECONDS) $(ONLY)

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet src
	$(BIN)/lint-imports

bench: .venv/.user
	@$(BIN)/huiying bench

ocr: .venv/.user
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-ocr.lock

# Many bureaus on PostgreSQL and RabbitMQ: everything behind the pages, and in another terminal the pages. docs/large.md
HUB ?= deploy/hub-demo.yaml

large: .venv/.large
	@$(BIN)/huiying hub up $(HUB)

large-web: .venv/.large
	@$(BIN)/huiying hub web $(HUB)

format: .venv/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet src

# `make lock` changes what pyproject.toml asks for; `make lock UPGRADE=1` also brings everything up.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url $(if $(UPGRADE),--upgrade)
lock: $(UV)
	$(COMPILE) --group tools -o requirements-tools.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock --extra large pyproject.toml -o requirements-large.lock
	$(COMPILE) -c requirements-large.lock --extra large --group dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) -c requirements.lock --extra ocr pyproject.toml -o requirements-ocr.lock
	$(COMPILE) -c requirements-dev.lock --group fuzz -o requirements-fuzz.lock

sbom: .venv/.user
	@$(BIN)/python tools/inventory.py sbom dist/sbom.cdx.json

licences: .venv/.user
	@$(BIN)/python tools/inventory.py licences

# Everything that an offline machine of the same kind and Python version needs; docs/operations.md installs it.
wheelhouse: .venv/.user
	rm -rf dist/wheelhouse
	$(PYTHON) -m pip wheel --quiet --no-deps --require-hashes --wheel-dir dist/wheelhouse -r requirements-large.lock
	$(BUILD) $(PYTHON) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist/wheelhouse .
	$(BIN)/python tools/inventory.py sbom dist/wheelhouse/sbom.cdx.json
	cp -r deploy docs/operations.md docs/large.md LICENSE dist/wheelhouse/
	cd dist/wheelhouse && find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS

# uv and the build backend, by their hashes: nothing that installs or builds comes unseen.
$(UV): requirements-tools.lock
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --upgrade --target .tools --no-deps --only-binary :all: --require-hashes -r requirements-tools.lock
	@touch $@

.venv/pyvenv.cfg: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv

.venv/.user: requirements.lock pyproject.toml | $(UV) .venv/pyvenv.cfg
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BUILD) $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.large: requirements-large.lock .venv/.user
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-large.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.user
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv .tools var

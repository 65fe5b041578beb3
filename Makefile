# `make` alone lists what there is. Every target sets up what it needs, from a bare clone on;
# release and smoke come after freeze.
SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/ready
# One more than there are cores: some tests wait.
JOBS ?= $(shell expr $$(nproc) + 1)
DEMO ?= demo-output

# One thread for each child: the tests run side by side, and more threads than cores only slow down.
THREADS := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup demo test app check style format types imports peers bench bench-app bench-bundle bench-kitchen bench-pareto pictures freeze release smoke nightly clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## virtual environment and packages (done by every other target when needed)

$(READY): pyproject.toml constraints.txt packaging/setup_checkout.sh
	bash packaging/setup_checkout.sh

demo: $(READY) ## the whole journey: prepare online, pack, open with the network off, train, report
	@[ "$(DEMO)" != demo-output ] || rm -rf demo-output # that of the last time; another is never touched
	$(BIN)/haversack demo --dir $(DEMO)

test: $(READY) ## the tests, side by side (ARGS="tests/recipe -x" for some, JOBS=n for fewer)
	$(THREADS) QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n $(JOBS) --maxprocesses 8 --dist worksteal $(ARGS)

app: $(READY) ## the desktop app
	$(BIN)/haversack gui

check: style format types imports ## ruff, mypy strict, import rules

style: $(READY)
	$(BIN)/ruff check .

format: $(READY)
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports --no-logo

peers: $(READY) # those that pip cannot install are named as absent
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e ".[bench]" || echo "absent peers are named so"

bench: $(READY) peers ## every benchmark, with the figures of peers and the floor beside ours (FULL=1: large)
	@set -e; for script in $(filter-out %bench_bundle.py,$(wildcard benchmarks/*.py)); do \
	  echo "== $$script"; $(BIN)/python $$script; done
	$(BIN)/python benchmarks/bench_bundle.py $(if $(FULL),--full)

bench-pareto: $(READY) peers ## fronts and rankings beside moocore, pymoo, paretoset, polars, DuckDB, botorch
	$(BIN)/python benchmarks/bench_pareto.py $(ARGS)

bench-bundle: $(READY) peers ## the bundle beside cp, sha256sum, b3sum, model-signing, bagit, restic, borg (FULL=1: 2 GB)
	$(BIN)/python benchmarks/bench_bundle.py $(if $(FULL),--full) $(ARGS)

bench-app: $(READY) ## the app's figures beside their limits: start, pages, a million rows, bursts, rest
	QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/bench_app.py $(ARGS)

bench-kitchen: $(READY) peers ## data and training beside pycocotools, Datumaro, WebDataset, a bare loop and others
	@held=0; for script in benchmarks/bench_kitchen*.py; do \
	  echo "== $$script"; $(BIN)/python "$$script" $(ARGS) || held=1; done; exit $$held

pictures: $(READY) ## the screenshots of README and docs, from the real app
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m haversack_gui.pictures

freeze: $(READY) ## one folder with the app and the command line, no Python needed: dist/haversack
	bash packaging/setup_checkout.sh freeze
	$(BIN)/python packaging/freeze.py

release: $(READY) ## after freeze: a tarball, its checksum, and what is inside (CycloneDX)
	$(BIN)/python packaging/release.py

smoke: $(READY) ## after freeze: move the frozen folder, cut the network, open a bundle, train, show the window
	$(BIN)/python packaging/smoke.py

nightly: $(READY) ## everything in full, on after a failure (ITEMS="demo frozen" for some): see .ci/nightly
	.ci/nightly $(ITEMS)

clean: ## remove what make made, the virtual environment too
	rm -rf .venv build dist demo-output nightly .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

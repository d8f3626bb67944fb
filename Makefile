# Every command works from a fresh clone with Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Material announces on every build that MkDocs 2 will break it: our versions are pinned.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help site serve test check bench lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-7s %s\n", $$1, $$2}'

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages (PyTorch is large: about 6 GB on disk, some minutes)…"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

site: $(INSTALLED) ## build both languages into site/
	$(BIN)/python -m mkdocs build
	@echo "Done: open site/index.html (español) or site/en/index.html (English)."

serve: $(INSTALLED) ## both languages at http://127.0.0.1:8000, rebuilt as you edit
	$(BIN)/python -m mkdocs serve

test: $(INSTALLED) ## every test, in a real browser where one is found
	$(BIN)/python -m pytest

check: $(INSTALLED) ## everything that needs no run: code style, headers, twins, glossary, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/tutorials check

# The limited runs show what the same processor does without its newer instructions.
RECORD := --benchmark-enable --benchmark-only --benchmark-quiet --benchmark-disable-gc --record benchmarks/results -v
bench: $(INSTALLED) ## measure this machine and write benchmarks/results/<machine>/
	$(BIN)/python -m pytest benchmarks/bench_matmul.py $(RECORD)
	ONEDNN_MAX_CPU_ISA=AVX512_CORE $(BIN)/python -m pytest benchmarks/bench_matmul.py -k "cpu and bfloat16" $(RECORD)
	ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 $(BIN)/python -m pytest benchmarks/bench_matmul.py \
		-k "cpu and bfloat16 and not 1024 and not 2048" $(RECORD)

lock: ## pin every dependency with its hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
		--no-emit-index-url pyproject.toml --output-file requirements.lock

clean: ## remove what was built, keep the environment and the store
	rm -rf site .pytest_cache .ruff_cache .hypothesis

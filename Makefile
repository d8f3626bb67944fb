# Every command works from a fresh clone with Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Material announces on every build that MkDocs 2 will break it: our versions are pinned.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help site serve test check bench bench-cuda bench-xla bench-tpu-aot bench-tpu-install agree lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-13s %s\n", $$1, $$2}'

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

# ── benchmarks: results go to benchmarks/results/<machine>/, kept in the repository ──
OPTIONS := --benchmark-enable --benchmark-only --benchmark-quiet --benchmark-disable-gc -v
RECORD := $(OPTIONS) --record benchmarks/results
SUITES := ceilings matmul operations precision compile loading threads models lessons
FILES := $(SUITES:%=benchmarks/bench_%.py)
XLA := .benchmarks/xla
TPU := .benchmarks/tpu

# Two passes measure every case at two moments and in two processes: a machine has slow minutes, and where code
# and data lie in memory matters. The limited runs, one pass each, show what the same processor does without
# its newer instructions.
bench: $(INSTALLED) ## measure this processor, in less than 3 minutes
	$(BIN)/python -m pytest $(FILES) $(RECORD) --passes 2 --again-until 2.6
	ONEDNN_MAX_CPU_ISA=AVX512_CORE $(BIN)/python -m pytest benchmarks/bench_matmul.py \
		-k "bfloat16 and not 2048" $(RECORD)
	ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 $(BIN)/python -m pytest benchmarks/bench_matmul.py \
		-k "bfloat16 and not 1024 and not 2048" $(RECORD)

# Three passes, so that the noise of this GPU is known; in 9 minutes at most, however slow it is.
bench-cuda: $(INSTALLED) ## the same on an NVIDIA GPU, three times in less than 9 minutes
	@$(BIN)/python -c 'import sys, torch; sys.exit(not torch.cuda.is_available() and "no CUDA device: PyTorch finds none here")'
	$(BIN)/python -m pytest $(filter-out %threads.py %lessons.py,$(FILES)) $(RECORD) \
		--backends cuda,cuda-inductor --passes 3 --minutes 8

bench-xla: $(XLA)/.installed ## the networks through XLA on this processor (torchax, other versions)
	$(XLA)/bin/python -m pytest benchmarks/bench_models.py benchmarks/bench_compile.py $(RECORD) --backends xla

# Compiling for a TPU needs none; libtpu is large (467 MB) and comes under Google's own terms.
bench-tpu-aot: ## what Google's compiler expects of TPUs, compiled and not run (optional)
	@test -x $(TPU)/bin/python || { echo "Not installed. Read benchmarks/requirements-tpu.txt, then: make bench-tpu-install"; exit 1; }
	$(TPU)/bin/python benchmarks/tpu_aot.py --record benchmarks/results

bench-tpu-install: benchmarks/requirements-tpu.txt
	$(PYTHON) -m venv $(TPU)
	$(TPU)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	$(TPU)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .

$(XLA)/.installed: benchmarks/requirements-xla.txt
	$(PYTHON) -m venv $(XLA)
	@echo "Installing XLA's own environment (about 6 GB on disk, some minutes)…"
	$(XLA)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	$(XLA)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

agree: $(INSTALLED) ## how far the results of now agree with those of another checkout: make agree OLD=path
	$(BIN)/python -m tutorials_lib.bench.agree $(OLD) benchmarks/results

lock: ## pin every dependency with its hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-header \
		--no-emit-index-url pyproject.toml --output-file requirements.lock

clean: ## remove what was built, keep the environment and the store
	rm -rf site .pytest_cache .ruff_cache .hypothesis

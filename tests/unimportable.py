"""A module that raises as it is imported: an author's mistake (tests/envisions/settings/test_bad_input.py)."""

TABLE = {"a": 1}["b"]

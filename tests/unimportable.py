"""A module that raises as it is imported: an author's mistake."""

TABLE = {"a": 1}["b"]

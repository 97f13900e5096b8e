"""Sphinx: the pages of this folder, and the reference from docstrings. `make docs` builds it."""

from envisions import __version__

project = "Envisions"
author = "The authors of Envisions"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
myst_heading_anchors = 3

default_role = "literal"  # docstrings put names between single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}

html_theme = "furo"
html_title = "Envisions"

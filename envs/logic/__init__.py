"""Logic tasks: translators from the regular English of public sets into the logic language."""

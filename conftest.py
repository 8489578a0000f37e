"""Runs cases/ and impls/ with pytest."""

pytest_plugins = ["conformance.pytest_plugin"]

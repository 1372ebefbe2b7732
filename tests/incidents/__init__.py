import pytest

# What the checks assert is told as in a test.
pytest.register_assert_rewrite("tests.incidents.caches", "tests.incidents.entries", "tests.incidents.texts")

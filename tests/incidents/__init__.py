import pytest

# What the checks assert is told as in a test.
for name in ("caches", "entries", "keys", "policies", "tenants", "texts"):
    pytest.register_assert_rewrite(f"tests.incidents.{name}")

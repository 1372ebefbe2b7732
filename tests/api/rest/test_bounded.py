"""The bounded cache."""

from hypothesis import given
from hypothesis import strategies as st

from kubus.api.rest.bounded import Bounded


def test_what_was_not_asked_for_longest_makes_room():
    cache = Bounded[str, int](max_entries=2, max_bytes=1000)
    cache.put("a", 1, 10)
    cache.put("b", 2, 10)
    assert cache.get("a") == 1
    cache.put("c", 3, 10)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)


def test_one_value_never_takes_the_whole_room():
    cache = Bounded[str, int](max_entries=10, max_bytes=800)
    cache.put("small", 1, 100)
    cache.put("large", 2, 101)
    assert (cache.get("small"), cache.get("large")) == (1, None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=60))
def test_the_bounds_hold_and_the_count_is_right(puts):
    cache = Bounded[int, int](max_entries=5, max_bytes=200)
    held: dict[int, int] = {}
    for key, size in puts:
        cache.put(key, size, size)
        held[key] = size
        assert cache.size <= 200
        assert len(cache) <= 5
    assert cache.size == sum(cache.get(key) or 0 for key in held)

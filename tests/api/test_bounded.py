"""What a bounded cache holds, and what it gives up, to the entry and to the byte."""

from kubus.api.rest.bounded import Bounded


def held(cache: Bounded[str, object], names: str) -> str:
    """Which of these are there. Asking moves none of them: the order is that of `names`."""
    return "".join(name for name in names if cache.get(name) is not None)


def test_what_was_put_is_got_until_it_is_dropped() -> None:
    cache: Bounded[str, object] = Bounded(10, 800)
    assert cache.get("a") is None
    cache.put("a", "first", 30)
    cache.put("b", "other", 20)
    assert (cache.get("a"), cache.get("b"), len(cache), cache.size) == ("first", "other", 2, 50)
    cache.put("a", "second", 10)
    assert (cache.get("a"), len(cache), cache.size) == ("second", 2, 30)
    cache.drop("a")
    cache.drop("a")
    assert (cache.get("a"), cache.get("b"), len(cache), cache.size) == (None, "other", 1, 20)


def test_one_takes_an_eighth_at_most() -> None:
    cache: Bounded[str, object] = Bounded(10, 800)
    cache.put("a", 1, 100)
    cache.put("b", 1, 101)
    assert (held(cache, "ab"), cache.size) == ("a", 100)
    # What is too large now does not leave what it was before.
    cache.put("a", 2, 101)
    assert (held(cache, "ab"), cache.size, len(cache)) == ("", 0, 0)


def test_bytes_are_filled_to_the_last_and_the_oldest_make_room() -> None:
    cache: Bounded[str, object] = Bounded(100, 800)
    for name in "abcdefgh":
        cache.put(name, 1, 100)
    assert (held(cache, "abcdefgh"), cache.size) == ("abcdefgh", 800)
    cache.put("i", 1, 1)
    assert (held(cache, "abcdefghi"), cache.size) == ("bcdefghi", 701)
    cache.put("j", 1, 100)
    assert (held(cache, "abcdefghij"), cache.size) == ("cdefghij", 701)


def test_entries_are_filled_to_the_last_and_what_was_asked_for_stays() -> None:
    cache: Bounded[str, object] = Bounded(3, 8_000)
    for name in "abc":
        cache.put(name, 1, 1)
    assert cache.get("a") == 1
    cache.put("d", 1, 1)
    assert (held(cache, "abcd"), cache.size) == ("acd", 3)


def test_room_for_one_and_for_none() -> None:
    one: Bounded[str, object] = Bounded(1, 8_000)
    one.put("a", 1, 1)
    assert held(one, "a") == "a"
    one.put("b", 1, 1)
    assert held(one, "ab") == "b"
    none: Bounded[str, object] = Bounded(0, 8_000)
    none.put("a", 1, 1)
    assert (held(none, "a"), none.size) == ("", 0)

"""Answers that are kept: found by their whole key, bounded in bytes, the least recently used given up first."""

from datetime import UTC, datetime

from kubus.execution.answer import Answer
from kubus.execution.cache import AnswerCache, AnswerKey, size_of
from kubus.sources.source import Rows

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def answer(*rows: tuple[object, ...]) -> Answer:
    return Answer(Rows(("a",), rows), MOMENT, None, "default", "duckdb")


def test_an_answer_is_found_by_its_own_key_alone():
    cache = AnswerCache(1_000_000)
    one, other = answer((1,)), answer((2,))
    cache.put(("red", "SELECT 1"), one, (10.0, 20.0))
    cache.put(("blue", "SELECT 1"), other, (30.0, 40.0))
    for key, kept, span in ((("red", "SELECT 1"), one, (10.0, 20.0)), (("blue", "SELECT 1"), other, (30.0, 40.0))):
        found = cache.get(key)
        assert found is not None
        assert found.answer is kept
        assert (found.since, found.until) == span
    assert cache.get(("red", "SELECT 2")) is None
    assert cache.get(("SELECT 1",)) is None


def test_a_newer_answer_takes_the_place_of_the_one_before():
    cache = AnswerCache(1_000_000)
    for number in range(2_000):
        # As many as would not fit beside each other.
        cache.put(("key",), answer((number,)), (float(number), 0.0))
    found = cache.get(("key",))
    assert found is not None
    assert found.since == 1999.0
    cache.put(("other",), answer((0,)), (0.0, 0.0))
    assert cache.get(("key",)) is not None


def test_what_was_not_asked_for_longest_is_given_up():
    cache = AnswerCache(10 * size_of([(1,)]))
    for number in range(10):
        cache.put((number,), answer((number,)), (0.0, 1.0))
    assert cache.get((0,)) is not None
    cache.put((10,), answer((10,)), (0.0, 1.0))
    assert [number for number in range(11) if cache.get((number,)) is None] == [1]
    # All that are there were asked for just now, in this order.
    cache.put((11,), answer((11,)), (0.0, 1.0))
    assert [number for number in range(12) if cache.get((number,)) is None] == [0, 1]


def test_no_answer_takes_more_than_an_eighth():
    size = size_of([("x" * 1_000,)])
    cache = AnswerCache(8 * size)
    assert cache.largest == size
    cache.put(("just",), answer(("x" * 1_000,)), (0.0, 1.0))
    assert cache.get(("just",)) is not None
    cache.put(("just",), answer(("x" * 1_001,)), (0.0, 1.0))
    # The old answer is gone as well: it is not the newest any more.
    assert cache.get(("just",)) is None


def test_what_is_dropped_makes_room():
    cache = AnswerCache(10 * size_of([(1,)]))
    for number in range(10):
        cache.put((number,), answer((number,)), (0.0, 1.0))
    cache.drop((3,))
    cache.drop(("never there",))
    assert cache.get((3,)) is None
    cache.put((10,), answer((10,)), (0.0, 1.0))
    assert [number for number in range(11) if cache.get((number,)) is None] == [3]
    cache.clear()
    assert [number for number in range(11) if cache.get((number,)) is not None] == []
    for number in range(10):
        cache.put((number,), answer((number,)), (0.0, 1.0))
    assert [number for number in range(10) if cache.get((number,)) is None] == []


def test_bytes_are_counted_by_rows_values_and_the_length_of_texts():
    assert size_of([]) == 1_000
    assert size_of([(1,)]) == 1_160
    assert size_of([(1, None), (2.5, True)]) == 1_440
    assert size_of([("",)]) == 1_260
    assert size_of([("x" * 100, 1)]) == 1_520


def test_keys_are_equal_by_all_their_parts():
    one = AnswerKey("red", ("SELECT 1", ("a",)))
    assert one == AnswerKey("red", ("SELECT 1", ("a",)))
    assert hash(one) == hash(AnswerKey("red", ("SELECT 1", ("a",))))
    for other in (
        AnswerKey("blue", ("SELECT 1", ("a",))),
        AnswerKey("red"),
        AnswerKey(),
        ("red", ("SELECT 1", ("a",))),
        None,
    ):
        assert one != other
    assert hash(one) != hash(AnswerKey("blue", ("SELECT 1", ("a",))))
    # Equal hashes are no equal keys.
    assert hash((-1,)) == hash((-2,))
    assert AnswerKey(-1) != AnswerKey(-2)
    cache = AnswerCache(1_000_000)
    cache.put(AnswerKey(-1), answer((1,)), (0.0, 1.0))
    assert cache.get(AnswerKey(-2)) is None
    assert cache.get(AnswerKey(-1)) is not None


def test_an_answer_that_did_not_change_is_fresh_for_longer():
    cache = AnswerCache(1_000_000)
    one = answer((1,))
    cache.put(AnswerKey("a"), one, (10.0, 20.0))
    cache.put(AnswerKey("b"), one, (10.0, 20.0))
    cache.renew(AnswerKey("a"), 50.0)
    cache.renew(AnswerKey("never there"), 50.0)
    spans = [(kept.answer is one, kept.since, kept.until) for name in "ab" if (kept := cache.get(AnswerKey(name)))]
    assert spans == [(True, 10.0, 50.0), (True, 10.0, 20.0)]
    assert cache.get(AnswerKey("never there")) is None

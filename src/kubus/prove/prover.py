"""Leaks, looked for: what a caller is told must not depend on what is hidden from them.

One world is asked by its observer alone. Another, which differs from it only in what the observer must not see, is
asked by the observer and by somebody else in turns, so that whatever is kept for one caller lies ready for the other.
The observer has to be told the same in both, and never anything that stands only in what is hidden.

Source: J. A. Goguen and J. Meseguer, "Security Policies and Security Models", 1982 (non-interference)
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from kubus.prove.asking import Told, ask
from kubus.prove.hidden import otherwise
from kubus.prove.own_world import Drawn, own_row, own_world, without_others
from kubus.prove.place import opened
from kubus.prove.questions import Names, Question, names_of, random_questions
from kubus.prove.random_world import random_row, random_world, with_other_policies
from kubus.prove.world import World


@dataclass(frozen=True, slots=True)
class Pair:
    """Two worlds that are the same to the observer. `number` finds them again; `random` goes on from there."""

    number: int
    world: World
    changed: World
    random: Random


@dataclass(frozen=True, slots=True)
class Leak:
    """A question whose answer tells of what is hidden. `told` is the answer where only what is hidden was changed."""

    pair: Pair
    kind: str
    question: Question
    expected: Told
    told: Told


@dataclass(slots=True)
class Proof:
    """What was tried, and what leaked. A tuple is one question of one observer in one pair of worlds, with whatever
    was kept by then. `statuses` counts the answers by HTTP status.
    """

    tuples: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    leaks: list[Leak] = field(default_factory=list[Leak])

    def add(self, other: "Proof") -> None:
        self.tuples += other.tuples
        self.statuses += other.statuses
        self.leaks.extend(other.leaks)


def random_pair(number: int) -> Pair:
    """Worlds of a random model; in the other one the access policies of others are others, too."""
    random = Random(number)  # noqa: S311 - a proof is found again by its number
    world = random_world(random)
    return Pair(number, world, otherwise(with_other_policies(world, random), random, random_row), random)


def own_pair(project: Drawn, number: int) -> Pair:
    """Worlds of a project's own model."""
    random = Random(number)  # noqa: S311 - a proof is found again by its number
    world = own_world(project, random)
    changed = otherwise(without_others(world), random, lambda cube, key, random: own_row(project, cube, key, random))
    return Pair(number, world, changed, random)


async def prove(pair: Pair, queries: int = 40) -> Proof:
    """A pair of worlds, looked through with so many queries, each asked over several endpoints, cold and warm."""
    world, random = pair.world, pair.random
    proof = Proof()
    async with opened(world) as alone, opened(pair.changed) as mixed:
        for question in order(names_of(world), queries, random):
            expected = await ask(alone.app, question, alone.tokens[world.observer.name])
            if random.random() < 0.6:
                await ask(mixed.app, question, mixed.tokens[world.other.name])
            told = await ask(mixed.app, question, mixed.tokens[world.observer.name])
            proof.tuples += 1
            proof.statuses[told.status] += 1
            kind = leaks(expected, told)
            if kind is not None:
                proof.leaks.append(Leak(pair, kind, question, expected, told))
                break
    return proof


def order(names: Names, queries: int, random: Random) -> Iterator[Question]:
    """Questions in the order in which they are asked: some again at once, and all once more when others have been."""
    asked: list[Question] = []
    for _ in range(queries):
        for question in random_questions(names, random):
            asked.append(question)
            yield question
            if random.random() < 0.2:
                yield question
    yield from random.sample(asked, len(asked))


def leaks(expected: Told, told: Told) -> str | None:
    """What an answer gives away; None if it is nothing."""
    if told.status >= 500 and "Internal server error" in told.body:
        return "crash"
    if (found := told.canary() or expected.canary()) is not None:
        return f"canary: {found}"
    return None if told == expected else "it depends on what is hidden"

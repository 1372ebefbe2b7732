"""Leaks, looked for: what a caller is told must not depend on what is hidden from them.

One world is asked by its observer alone. Another, which differs from it only in what the observer must not see, is
asked by the observer and by somebody else in turns, so that whatever is kept for one caller lies ready for the other.
The observer has to be told the same in both, and never anything that stands only in what is hidden.

Source: J. A. Goguen and J. Meseguer, "Security Policies and Security Models", 1982 (non-interference)
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random

from kubus.prove.asking import Told, ask
from kubus.prove.hidden import otherwise
from kubus.prove.own_world import Drawn, own_row, own_world, without_others
from kubus.prove.place import Database, Place, in_memory, opened
from kubus.prove.questions import Question, names_of, rounds
from kubus.prove.random_world import random_row, random_world, with_other_policies
from kubus.prove.world import World

# How many other worlds there are to each.
CHANGED = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """A world, and others that are the same to its observer. `number` finds them again; `random` goes on from there."""

    number: int
    world: World
    changed: tuple[World, ...]
    random: Random


@dataclass(frozen=True, slots=True)
class Leak:
    """A question whose answer tells of what is hidden. `told` is the answer where only what is hidden was changed."""

    trial: Trial
    kind: str
    question: Question
    expected: Told
    told: Told


@dataclass(slots=True)
class Proof:
    """What was tried, and what leaked.

    A tuple is one question that the observer of a world was answered twice, and the two answers compared: in the world
    itself, where nobody else asks, and in one of the other worlds, with whatever was kept there by then. Equal
    questions count anew in another world, and in another state of what is kept: cold, after somebody else asked, and
    warm. `queries` counts the different queries, `worlds` the worlds that were asked. `statuses` counts the answers to
    the tuples by HTTP status.
    """

    tuples: int = 0
    queries: int = 0
    worlds: int = 0
    statuses: Counter[int] = field(default_factory=Counter[int])
    leaks: list[Leak] = field(default_factory=list[Leak])

    def add(self, other: "Proof") -> None:
        self.tuples += other.tuples
        self.queries += other.queries
        self.worlds += other.worlds
        self.statuses += other.statuses
        self.leaks.extend(other.leaks)


def random_trial(number: int, changed: int = CHANGED) -> Trial:
    """Worlds of a random model; in so many other ones the access policies of others are others, too."""
    random = Random(number)  # noqa: S311 - a proof is found again by its number
    world = random_world(random)
    others = (otherwise(with_other_policies(world, random), random, random_row) for _ in range(changed))
    return Trial(number, world, tuple(others), random)


def own_trial(project: Drawn, number: int) -> Trial:
    """Worlds of a project's own model."""
    random = Random(number)  # noqa: S311 - a proof is found again by its number
    world = own_world(project, random)
    less = without_others(world)
    changed = (
        otherwise(less, random, lambda cube, key, random: own_row(project, cube, key, random)) for _ in range(CHANGED)
    )
    return Trial(number, world, tuple(changed), random)


async def prove(trial: Trial, queries: int = 30, database: Database = in_memory) -> Proof:
    """A world and those like it, looked through with so many queries."""
    world, random = trial.world, trial.random
    proof = Proof(worlds=1 + len(trial.changed))
    async with AsyncExitStack() as places:
        alone = await places.enter_async_context(opened(world, database))
        mixed = [await places.enter_async_context(opened(changed, database)) for changed in trial.changed]
        expected: dict[Question, Told] = {}
        for questions in rounds(names_of(world), queries, random):
            proof.queries += 1
            for question in questions:
                if question not in expected:
                    told = expected[question] = await ask(alone.app, question, alone.tokens[world.observer.name])
                    if (kind := gives_away(told)) is not None:
                        proof.leaks.append(Leak(trial, kind, question, told, told))
                        return proof
            for place in mixed:
                if await leaks_in(trial, place, turns(questions, random), expected, proof):
                    return proof
        for place in mixed:
            if await leaks_in(trial, place, once_more(list(expected), random), expected, proof):
                return proof
    return proof


async def leaks_in(
    trial: Trial,
    place: Place,
    turns: Iterator[tuple[Question, bool]],
    expected: dict[Question, Told],
    proof: Proof,
) -> bool:
    """Ask in one of the other worlds, and note it in the proof. Ends with the first leak; says whether there is any."""
    mine, others = (place.tokens[person.name] for person in (trial.world.observer, trial.world.other))
    for question, is_observer in turns:
        told = await ask(place.app, question, mine if is_observer else others)
        if not is_observer:
            continue
        proof.tuples += 1
        proof.statuses[told.status] += 1
        kind = what_leaks(question, expected[question], told)
        if kind is not None:
            proof.leaks.append(Leak(trial, kind, question, expected[question], told))
            return True
    return False


def turns(questions: Sequence[Question], random: Random) -> Iterator[tuple[Question, bool]]:
    """Who asks what, in turns: True is the observer. Some of it somebody else has asked just before, in other worlds
    than this one; some is asked again.
    """
    for question in random.sample(questions, random.randrange(min(3, len(questions)))):
        yield question, False
    for question in random.sample(questions, len(questions)):
        yield question, True
    for question in random.sample(questions, random.randrange(min(2, len(questions)))):
        yield question, False
    for question in random.sample(questions, min(2, len(questions))):
        yield question, True


def once_more(questions: Sequence[Question], random: Random) -> Iterator[tuple[Question, bool]]:
    """Everything again, when others have asked some of it."""
    for question in random.sample(questions, len(questions)):
        if random.random() < 0.25:
            yield question, False
        yield question, True


def gives_away(told: Told) -> str | None:
    """What an answer gives away by itself; None if it is nothing."""
    if told.status >= 500 and b"Internal server error" in told.body:
        return "crash"
    found = told.canary()
    return None if found is None else f"canary: {found}"


def what_leaks(question: Question, expected: Told, told: Told) -> str | None:
    """What an answer gives away beside the one that was expected, which gives away nothing; None if it is nothing."""
    if told == expected:
        return None
    if (kind := gives_away(told)) is not None:
        return kind
    return None if told.is_as(expected, in_order=question.in_order) else "it depends on what is hidden"

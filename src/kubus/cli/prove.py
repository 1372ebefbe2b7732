"""`kubus prove`: can one caller learn of what only others may see?"""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import unquote

from rich.console import Console
from rich.text import Text

from kubus.cli.project import project_settings
from kubus.errors import ConfigError
from kubus.loading.load import load_model
from kubus.prove.own_world import drawn
from kubus.prove.prover import Leak, Proof, own_trial, random_trial
from kubus.prove.prover import prove as prove_trial
from kubus.prove.rules import NotProven
from kubus.sources.registry import dialect_of


def prove(*, tuples: int = 20_000, seed: int = 0, random: bool = False, model: Path | None = None) -> None:
    """Look for leaks: in the data model of this project, or with --random in models made up by chance.

    Every cube gets a made-up table in memory, filled with rows of two callers and of others; your database is not
    asked. Then one caller asks, over every endpoint, cold and warm, while all that they must not see is changed: what
    they are told has to stay the same. Exits with status 1 if something leaks.

    Parameters
    ----------
    tuples
        How many questions are asked and compared at least.
    seed
        The number of the first worlds; a leak names its own.
    random
        Prove kubus itself, with random models, instead of this project's model.
    model
        The folder of the model files; wins over CUBEJS_SCHEMA_PATH.
    """
    out = Console(highlight=False, soft_wrap=True)
    proof = asyncio.run(proven(tuples, seed, None if random else model, random=random))
    for leak in proof.leaks:
        out.print(shown(leak))
    answered = proof.statuses[200] / max(proof.tuples, 1)
    asked = f"{proof.tuples} tuples: {proof.queries} queries in {proof.worlds} worlds"
    summary = f"{asked}, {answered:.0%} of them answered with rows or metadata"
    if proof.leaks:
        out.print(Text(f"{summary}; something leaks", style="bold red"))
        sys.exit(1)
    out.print(Text(f"{summary}: nothing leaks", style="green"))


async def proven(tuples: int, seed: int, model: Path | None, *, random: bool) -> Proof:
    """Worlds, one after the other, until so many questions were asked or something leaks.

    Raises:
        ConfigError: the model has nothing that a table could be made of, or a policy that is not evaluated here.
    """
    project = None
    if not random:
        settings = project_settings(model)
        dialects = {name: dialect_of(options) for name, options in settings.sources.items()}
        project = drawn(load_model(settings.model, dialects))
        if not project.cubes:
            raise ConfigError(f"There is no cube in {settings.model}", hint="--random proves kubus without a model")
    proof = Proof()
    number = seed
    while proof.tuples < tuples and not proof.leaks:
        try:
            trial = random_trial(number) if project is None else own_trial(project, number)
        except NotProven as error:
            raise ConfigError(f"This model cannot be proven: {error}") from error
        proof.add(await prove_trial(trial))
        number += 1
    return proof


def shown(leak: Leak) -> Text:
    """A leak for people: what was asked, by whom, what was told and what should have been."""
    observer = leak.trial.world.observer
    claims = json.dumps(dict(observer.claims))
    text = Text()
    text.append(f"Leak in the worlds of --seed {leak.trial.number}: {leak.kind}\n", style="bold red")
    text.append(f"  asked by  claims {claims}, groups {sorted(observer.groups)}\n")
    question = leak.question
    text.append(f"  asked     {question.path} {unquote(question.query_string) or (question.body or b'').decode()}\n")
    text.append(f"  expected  {leak.expected.status} {leak.expected.body[:2000]}\n")
    text.append(f"  told      {leak.told.status} {leak.told.body[:2000]}")
    return text

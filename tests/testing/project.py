"""A project in a folder, and its tests run in this process."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from kubus.config.project import project_settings
from kubus.config.settings import Settings
from kubus.testing.chosen import suites
from kubus.testing.coverage import Coverage
from kubus.testing.ground import Ground
from kubus.testing.reports import plain_text
from kubus.testing.running import Decide, Result, Run, keep_none

MODEL = """
cubes:
  - name: orders
    sql_table: public.orders
    joins:
      - {name: users, sql: "{CUBE}.user_id = {users.id}", relationship: many_to_one}
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
      - {name: tenant, sql: tenant, type: string}
      - {name: at, sql: created_at, type: time}
      - {name: isLarge, sql: "{CUBE}.amount > 10", type: boolean}
    measures:
      - {name: count, type: count}
      - {name: total, sql: amount, type: sum}
      - {name: doneCount, type: count, filters: [{sql: "{CUBE}.status = 'done'"}]}
      - {name: share, sql: "{doneCount} / NULLIF({count}, 0)", type: number}
      - {name: perDone, sql: "{total} / {doneCount}", type: number}
      - {name: today, type: count, filters: [{sql: "{CUBE}.created_at::date = CURRENT_DATE"}]}
      - {name: hidden, type: count, public: false}
    segments:
      - {name: done, sql: "{CUBE}.status = 'done'"}
  - name: users
    sql_table: users
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: city, sql: city, type: string}
"""

GIVEN = """
given:
  orders:
    - {id: 1, status: done, amount: 10.50, user_id: 1, tenant: a, created_at: 2024-03-15 08:00:00}
    - {id: 2, status: done, amount: 20, user_id: 1, tenant: b, created_at: 2024-03-14}
    - {id: 3, status: new, amount: 5, tenant: a, created_at: 2024-02-01}
  users:
    - {id: 1, city: Oslo}
"""

POSTGRES = {"CUBEJS_DB_TYPE": "postgres", "CUBEJS_DB_HOST": "nowhere.invalid", "CUBEJS_DB_NAME": "shop"}


@dataclass
class Project:
    """A folder with a model; its database is PostgreSQL, which nobody asks."""

    folder: Path
    environ: dict[str, str] = field(default_factory=lambda: dict(POSTGRES))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    def settings(self) -> Settings:
        return project_settings(self.environ, self.folder, overrides={"CUBEJS_DEV_MODE": "true"})

    def run(self, decide: Decide = keep_none, *, prune: bool = False) -> list[Result]:
        """The results of all tests here."""
        return self.covered(decide, prune=prune)[0]

    def covered(self, decide: Decide = keep_none, *, prune: bool = False) -> tuple[list[Result], Coverage, Ground]:
        """The same, with what is covered and the ground, which is closed."""
        settings = self.settings()

        async def all_of() -> tuple[list[Result], Coverage, Ground]:
            ground = Ground(settings)
            run = Run(ground, decide)
            try:
                found = [
                    result
                    for suite in suites((), settings.folder, settings.model)
                    async for result in run.suite(suite, suite.cases, prune=prune)
                ]
            finally:
                await ground.close()
            return found, run.coverage, ground

        return asyncio.run(all_of())


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip("\n").splitlines())


def said(result: Result) -> str:
    """All that a result says."""
    return plain_text(result)

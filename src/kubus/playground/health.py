"""`GET /playground/health`: what the server runs on, and how that is now."""

import asyncio
import platform
import time
from dataclasses import asdict
from typing import Any

import kubus
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.errors import KubusError
from kubus.loading.files import model_stamps
from kubus.playground.project import Project
from kubus.sources.registry import dialect_of

# How long a data source may take to answer a question for nothing.
PATIENCE = 5.0


async def health(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
    """Data sources, each asked whether it answers; the data model and what is wrong with its files; kept answers, and
    how those since the start were come by; what runs and waits; what tokens are verified by; the audit log; the server.

    `milliseconds` of a source is how long it took to answer, or to fail; `error` is what it says.
    """
    sources = await asyncio.gather(*(source_told(project, name) for name in project.settings.sources))
    audit = project.audit
    return json_reply(
        {
            "sources": sources,
            "model": await asyncio.to_thread(model_told, project),
            **asdict(project.tenants.shared.runner.standing),
            "answered": project.api.loading.came,
            "tokens": asdict(project.authenticator.standing),
            "audit": None if audit is None else {"failing": audit.is_failing, "required": audit.required},
            "server": {
                "version": kubus.__version__,
                "python": platform.python_version(),
                "seconds": round(time.monotonic() - project.began),
                "devAuth": project.settings.values["KUBUS_DEV_AUTH"],
            },
        }
    )


async def source_told(project: Project, name: str) -> dict[str, Any]:
    """A data source, and whether it answers."""
    options = project.settings.sources[name]
    began = time.perf_counter()
    error: str | None = None
    try:
        source = project.tenants.shared.runner.pools.source(name)
        async with asyncio.timeout(PATIENCE):
            await source.check()
    except TimeoutError:
        error = f"No answer within {PATIENCE:g} seconds"
    except KubusError as failure:
        error = failure.message
    return {
        "name": name,
        "type": options.db_type,
        "dialect": dialect_of(options),
        "answers": error is None,
        "error": error,
        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
    }


def model_told(project: Project) -> dict[str, Any]:
    """The data model that answers where all share one, and the problems of the files as they are now."""
    layer = project.tenants.shared
    model, error = layer.model_if_any, layer.model_error
    return {
        "version": None if model is None else model.version,
        "eachHasItsOwn": project.tenants.each_has_its_own,
        "cubes": 0 if model is None else len(model.cubes),
        "views": 0 if model is None else len(model.views),
        "files": len(model_stamps(project.settings.model)),
        "errors": [asdict(problem) for problem in error.problems] if error is not None else [],
    }

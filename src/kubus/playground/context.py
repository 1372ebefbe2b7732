"""`GET /playground/context`: where the page is, and how the data model is now. The page asks every two seconds.

Source: rest-api.md, section 10
"""

import asyncio
import hashlib

import kubus
from kubus.api.rest.incoming import Incoming
from kubus.api.rest.reply import Reply, json_reply
from kubus.loading.files import model_stamps
from kubus.playground.guard import shows
from kubus.playground.project import Project
from kubus.sources.registry import dialect_of


async def context(project: Project, request: Incoming, body: bytes) -> Reply:  # noqa: ARG001 - every endpoint is called so
    """The fields that Cube's own has, and below them ours.

    `modelVersion` changes when another model answers; it is null where there is none, and where each tenant has one.
    `shouldStartConnectionWizardFlow` says that there are no model files yet, so that tables are to be picked first.
    `start` changes with each start of the server: a page of the one before has to be loaded again.
    `filesVersion` changes with the model files, whether they compile or not. `modelError` counts the problems of the
    files as they are now. `cubejsToken` is there for who shows the nonce.
    """
    settings, layer = project.settings, project.tenants.shared
    model, error = layer.model_if_any, layer.model_error
    folder = settings.folder.resolve()
    stamps = await asyncio.to_thread(model_stamps, settings.model)
    return json_reply(
        {
            "cubejsToken": project.minted({})[0] if shows(request, project.nonce) else None,
            "basePath": settings.base_path,
            "anonymousId": "",
            "coreServerVersion": kubus.__version__,
            "dockerVersion": None,
            "projectFingerprint": project.fingerprint,
            "shouldStartConnectionWizardFlow": not stamps,
            "livePreview": False,
            "isDocker": False,
            "telemetry": False,
            "identifier": "",
            "previewFeatures": False,
            "start": hashlib.sha256(project.nonce.encode()).hexdigest()[:12],
            "projectName": folder.name,
            "modelVersion": None if model is None else model.version,
            "filesVersion": hashlib.sha256(repr(sorted(stamps.items())).encode()).hexdigest()[:16],
            "modelError": 0 if error is None else len(error.problems),
            "dialects": {name: dialect_of(options) for name, options in settings.sources.items()},
            "devAuth": settings.values["KUBUS_DEV_AUTH"],
        }
    )

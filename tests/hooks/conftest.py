"""A shop behind a project's own hooks: the text of its Python file in, a client out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kubus.api.app import Api, ApiOptions, make_app
from kubus.api.rest.callers import HookRules
from kubus.config.options import read_options
from kubus.events import Event, HookFailed, SettingWarning, listen
from tests.api.conftest import MODEL, authenticator, make_layer, shop, token

__all__ = ["shop"]

Opened = Callable[..., Any]


@pytest.fixture
def hooked(shop: Path, tmp_path: Path) -> Opened:
    """`async with hooked("…kubus.py…") as client`: every request has a valid token, unless it says otherwise."""

    @asynccontextmanager
    async def opened(
        text: str, model: str = MODEL, *, seconds: float = 5.0, file: str = "kubus.py", **options: Any
    ) -> AsyncIterator[httpx.AsyncClient]:
        (tmp_path / file).write_text(text)
        hooks = read_options(tmp_path).hooks
        chosen = ApiOptions(**options)
        layer = make_layer(shop, model, show_hidden=chosen.dev_mode)
        rules = HookRules(seconds, default_scopes=chosen.default_scopes)
        app: Api = make_app(layer, authenticator(), chosen, hooks=hooks, hook_rules=rules, on_stop=layer.close)
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://kubus") as client:
                client.headers["authorization"] = token(role="admin")
                yield client
        finally:
            await app.shutdown()

    return opened


@pytest.fixture
def told() -> Any:
    """What the log is told of hooks while the test runs."""
    events: list[Event] = []
    end = listen(events.append, (HookFailed, SettingWarning))
    yield events
    end()

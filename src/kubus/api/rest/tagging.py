"""What the statements of a request tell the database: the settings' tags, and those of the hook `query_tags`.

Source: https://cube.dev/docs/reference/configuration/config#query_tags, auth-and-security 8
"""

from collections.abc import Mapping
from typing import cast

from kubus.api.rest.incoming import Incoming
from kubus.audit.query_tags import QueryTags
from kubus.config.hook_calls import HookCalls
from kubus.config.hook_context import hook_context
from kubus.config.hooks import Hook, inconsistent
from kubus.context import Caller


class Tagging:
    """Makes the tags of requests for which a statement may run. The hook is asked for those alone."""

    def __init__(self, tags: QueryTags, hook: Hook | None = None, calls: HookCalls | None = None, seconds: float = 5.0):
        self._tags = tags
        self._hook = hook
        self._calls = calls or HookCalls()
        self._seconds = seconds

    async def of(self, caller: Caller, incoming: Incoming) -> str:
        """The comment in front of the statements of a request.

        Raises:
            Forbidden: the hook denied.
            HookError: it failed, or gave no dict of texts, numbers and booleans.
        """
        more: Mapping[str, str] = {}
        if self._hook is not None:
            ctx = hook_context(caller.security, caller.extended, incoming.request_id)
            more = await self._calls.call(
                "query_tags",
                self._hook,
                ctx,
                seconds=self._seconds,
                request_id=incoming.request_id,
                check=checked_tags,
            )
        return self._tags.of(caller, incoming.request_id, more)


def checked_tags(value: object) -> Mapping[str, str]:
    """The tags that the hook gives, as texts; None is none. Raises HookError if they are anything else."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise inconsistent("queryTags", value)
    given = cast("Mapping[object, object]", value)
    for name in given:
        if not isinstance(name, str):
            raise inconsistent("queryTags", name)
    tags: dict[str, str] = {}
    for name, tag in given.items():
        match tag:
            case None:
                continue
            case bool():
                tags[str(name)] = str(tag).lower()
            case str() | int() | float():
                tags[str(name)] = str(tag)
            case _:
                raise inconsistent("queryTags", tag)
    return tags

"""`/v1/meta`: what the data model holds.

Source: https://cube.dev/docs/reference/rest-api#base_path-v1-meta
"""

from starlette.types import Receive

from kubus.api.rest.bounded import Bounded
from kubus.api.rest.gate import META_EXTENDED, require_scope
from kubus.api.rest.incoming import Incoming, url_parameters
from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Reply, Warm, json_reply, warm, weak_etag
from kubus.api.wire.meta import metadata
from kubus.context import Caller

# For how many kinds of callers it is kept.
KEPT = 256


class Meta:
    """The endpoint, with the encoded metadata of the current model for those who are shown the same of it."""

    def __init__(self, options: ApiOptions) -> None:
        self._options = options
        self._replies: Bounded[tuple[str, tuple[str, ...], bool, bool], Reply] = Bounded(KEPT, 256 * 1024 * 1024)

    def warm(self, incoming: Incoming, caller: Caller) -> Warm | None:
        """The metadata of a GET without parameters, if somebody who is shown the same asked before."""
        model = incoming.layer.model_if_any
        if incoming.query_string or model is None:
            return None
        reply = self._replies.get((model.version, incoming.layer.visibility(caller), False, False))
        return None if reply is None else warm(reply)

    async def __call__(self, incoming: Incoming, caller: Caller, receive: Receive, raw: bytes) -> Reply:  # noqa: ARG002 - every endpoint is called so
        """The metadata. `extended`, with any value, adds the SQL of the model; `onlyViews=true` leaves cubes out.

        Raises:
            Forbidden: the SQL of the model is not for this caller.
        """
        given = url_parameters(raw)
        extended = "extended" in given
        only_views = given.get("onlyViews") == "true"
        if extended and not self._options.dev_mode:
            require_scope(META_EXTENDED, caller, self._options)
        model = incoming.layer.model_for(caller)
        key = (model.version, incoming.layer.visibility(caller), extended, only_views)
        reply = self._replies.get(key)
        if reply is None:
            value = metadata(
                model,
                hidden_too=self._options.dev_mode,
                extended=extended,
                only_views=only_views,
                folder_delimiter=self._options.folder_delimiter,
            )
            plain = json_reply(value)
            reply = Reply(200, plain.parts, etag=weak_etag(plain.parts))
            self._replies.put(key, reply, reply.length)
        return reply

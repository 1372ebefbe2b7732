"""`/kubus-chart.js`: the web component that shows a query's answer in any page. It is public code, and asks with the
token that its page gives it. Documented in `docs/embedding.md`.
"""

from functools import cache
from importlib.resources import files

from kubus.api.rest.reply import Reply, weak_etag

PATH = "/kubus-chart.js"
JAVASCRIPT = b"text/javascript; charset=utf-8"
# An hour: a new version of the server brings a new one.
KEPT = (b"cache-control", b"public, max-age=3600")


@cache
def chart_reply() -> Reply:
    """The module as a reply, read once."""
    parts = ((files("kubus.api.rest") / "kubus-chart.js").read_bytes(),)
    return Reply(200, parts, JAVASCRIPT, etag=weak_etag(parts), headers=(KEPT, (b"x-content-type-options", b"nosniff")))

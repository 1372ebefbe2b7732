"""kubus: a semantic layer and embedded-analytics API server that speaks Cube's wire format.

```python
from kubus import SemanticLayer

layer = SemanticLayer("model", "shop.duckdb")
rows = layer.query({"measures": ["Orders.count"], "dimensions": ["Orders.status"]})
```
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubus.api.assemble import asgi
    from kubus.context import SecurityContext
    from kubus.errors import (
        AccessError,
        AuthError,
        ConfigError,
        Forbidden,
        KubusError,
        MemberError,
        ModelError,
        QueryError,
        SourceError,
        Unauthenticated,
    )
    from kubus.library import SemanticLayer
    from kubus.loading.template_context import SafeString, TemplateContext, memo
    from kubus.results.magic import load_ipython_extension
    from kubus.results.query_result import QueryResult

__version__ = "0.1.0"

# Where each public name lives: they are imported when they are named, so that a command pays for what it uses.
PUBLIC = {
    "SemanticLayer": "kubus.library",
    "asgi": "kubus.api.assemble",
    "SafeString": "kubus.loading.template_context",
    "SecurityContext": "kubus.context",
    "AccessError": "kubus.errors",
    "AuthError": "kubus.errors",
    "ConfigError": "kubus.errors",
    "Forbidden": "kubus.errors",
    "KubusError": "kubus.errors",
    "MemberError": "kubus.errors",
    "ModelError": "kubus.errors",
    "QueryError": "kubus.errors",
    "QueryResult": "kubus.results.query_result",
    "SourceError": "kubus.errors",
    "TemplateContext": "kubus.loading.template_context",
    "Unauthenticated": "kubus.errors",
    "load_ipython_extension": "kubus.results.magic",
    "memo": "kubus.loading.template_context",
}

__all__ = [
    "AccessError",
    "AuthError",
    "ConfigError",
    "Forbidden",
    "KubusError",
    "MemberError",
    "ModelError",
    "QueryError",
    "QueryResult",
    "SafeString",
    "SecurityContext",
    "SemanticLayer",
    "SourceError",
    "TemplateContext",
    "Unauthenticated",
    "__version__",
    "asgi",
    "load_ipython_extension",
    "memo",
]


def __getattr__(name: str) -> object:
    if name in PUBLIC:
        return getattr(import_module(PUBLIC[name]), name)
    raise AttributeError(f"module 'kubus' has no attribute '{name}'")

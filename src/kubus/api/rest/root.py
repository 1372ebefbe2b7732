"""The pages that people see: the root, and what stands for an unknown path."""

import json
from html import escape
from urllib.parse import quote

from kubus.api.rest.options import ApiOptions
from kubus.api.rest.reply import Reply, html_reply

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:4rem auto;padding:0 1rem;color:#1b1f24}"
    "code,pre{background:#f3f4f6;border-radius:4px}code{padding:.1em .3em}pre{padding:1rem;overflow:auto}"
)

EXAMPLE = {"measures": ["Orders.count"], "dimensions": ["Orders.status"]}


def page(title: str, body: str) -> str:
    """A whole HTML page."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n'
        f"<body>{body}</body></html>\n"
    )


def root(options: ApiOptions, example: dict[str, list[str]] | None) -> Reply:
    """The page at `/`. `example` is a query that the model can answer, for the page of development mode."""
    return html_reply(developer_page(options, example) if options.dev_mode else production_page(options))


def production_page(options: ApiOptions) -> str:
    """What everybody may know."""
    description = escape(f"{options.base_path}/openapi.json", quote=True)
    return page(
        "kubus",
        "<h1>kubus</h1><p>This server runs in production mode.</p>"
        f'<p>Requests need a token. The API is described in <a href="{description}">{description}</a>.</p>',
    )


def developer_page(options: ApiOptions, example: dict[str, list[str]] | None) -> str:
    """Where to go from here."""
    base = escape(options.base_path, quote=True)
    query = json.dumps(example or EXAMPLE)
    load = escape(f"{options.base_path}/v1/load?query={quote(query)}", quote=True)
    command = f"curl -G -s http://localhost:4000{options.base_path}/v1/load --data-urlencode 'query={query}'"
    checks = "authentication checks are off" if options.is_open else "authentication checks are on"
    links = "".join(
        f'<li><a href="{link}">{text}</a></li>'
        for link, text in (
            (load, "A query and its answer"),
            (f"{base}/v1/meta", "The data model, as clients see it"),
            (f"{base}/v1/meta?extended", "The data model with its SQL"),
            (f"{base}/openapi.json", "The description of the API"),
            ("/readyz", "Whether the database answers"),
        )
    )
    return page(
        "kubus: development mode",
        f"<h1>kubus</h1><p>This server runs in <strong>development mode</strong>: {checks}.</p>"
        "<p>The Playground comes here with <code>kubus dev</code>, once it is built: in a checkout, "
        f"<code>make web</code> does that.</p><ul>{links}</ul>"
        f"<p>The same query on the command line:</p><pre>{escape(command)}</pre>",
    )


def not_found(method: str, path: str) -> Reply:
    """The page for a path or method that there is not."""
    what = escape(f"Cannot {method} {path[:500]}")
    return html_reply(page("Not found", f"<pre>{what}</pre>"), 404)

"""The types of the API for the pages, made from its OpenAPI document. `make types` writes them."""

import json
import subprocess

from kubus.api.rest.openapi import description
from kubus.api.rest.options import ApiOptions
from tests.web.bundle import WEB, web_folder

FILE = WEB / "src" / "api" / "schema.ts"


def api_types() -> str:
    """The text of `schema.ts`."""
    made = subprocess.run(
        ["node", "scripts/types.mjs"],
        cwd=web_folder(),
        input=json.dumps(description(ApiOptions())),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return made.stdout


if __name__ == "__main__":
    FILE.write_text(api_types())

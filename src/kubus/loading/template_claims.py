"""Which claims of who asks the templates of a data model read."""

import re
from collections.abc import Mapping

# A claim in a template, as it is written everywhere: COMPILE_CONTEXT.securityContext.plan
READ = re.compile(
    r"COMPILE_CONTEXT\s*\.\s*(?:securityContext|security_context)\s*\.\s*([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)"
)


def claims_in_templates(texts: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """The paths of the claims that model files read by `COMPILE_CONTEXT`, each once, in the order of the files."""
    found = dict.fromkeys(re.sub(r"\s", "", path) for text in texts.values() for path in READ.findall(text))
    return tuple(tuple(path.split(".")) for path in found)

"""A whole model file laid out: whether it can be, and the ends of its lines."""

import yaml

from kubus.loading.dynamic import is_template
from kubus.writing.formatting import formatted


def format_file(name: str, text: str) -> tuple[str | None, str | None]:
    """A text laid out, None if it is left as it is; and what is wrong with it."""
    if is_template(text):
        return None, None
    ends_with_returns = "\r\n" in text
    try:
        made = formatted(text.replace("\r\n", "\n"))
    except yaml.YAMLError as error:
        return None, f"{name} is no YAML: {str(error).splitlines()[0]}. kubus check says more"
    if made is None:
        return None, f"{name} is left as it is: laid out it would say something else"
    return made.replace("\n", "\r\n") if ends_with_returns else made, None

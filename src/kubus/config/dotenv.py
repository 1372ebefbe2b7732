"""The grammar of `.env`.

Common readers strip comments after values and fill in variables; secrets that hold `#` or `$` would come out wrong.
Here a value is what stands behind the first `=`, trimmed; quotes around it are taken off.

Source: docs/settings.md, "The .env file"
"""

import re
from pathlib import Path

from kubus.errors import ConfigError

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=[^\S\n]*(.*)")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a file; none if there is no file.

    Raises:
        ConfigError: it is there and cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return parse_dotenv(text)


def parse_dotenv(text: str) -> dict[str, str]:
    """The variables of a text. Lines that are no assignment are passed over; the last of two assignments stands."""
    found: dict[str, str] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        name, value = match[1], match[2].strip()
        quote = value[:1]
        if quote in ('"', "'", "`") and quote:
            body = value[1:]
            # A quoted value goes on until its quote comes at the end of a line.
            held = [body]
            while not closes(held[-1], quote):
                following = next(lines, None)
                if following is None:
                    break
                held.append(following)
            if closes(held[-1], quote):
                held[-1] = held[-1].rstrip()[:-1]
                value = "\n".join(held)
                if quote == '"':
                    value = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[0]), value)
        found[name] = value
    return found


def closes(text: str, quote: str) -> bool:
    """Whether a line of a quoted value ends it. White space after the quote does not count."""
    stripped = text.rstrip()
    if not stripped.endswith(quote):
        return False
    before = stripped[:-1]
    backslashes = len(before) - len(before.rstrip("\\"))
    return quote != '"' or backslashes % 2 == 0

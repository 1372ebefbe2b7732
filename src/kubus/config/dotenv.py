"""The grammar of `.env`.

Common readers strip comments after values and fill in variables; secrets that hold `#` or `$` would come out wrong.
Here a value is what stands behind the first `=`, trimmed; quotes around it are taken off, and only in double quotes
does `\\n` mean the end of a line.

Source: docs/settings.md, "The .env file"
"""

import re
from collections.abc import Iterator
from pathlib import Path

from kubus.errors import ConfigError

ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([\w.-]+)\s*=(.*)")


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a file; none if there is no file.

    Raises:
        ConfigError: it cannot be read, or a quoted value in it has no clear end.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        # The error's own text would quote the file, which holds secrets.
        raise ConfigError(f"{path} cannot be read: it is not UTF-8") from error
    try:
        return parse_dotenv(text)
    except ConfigError as error:
        raise ConfigError(f"{path.name}, {error.message}", hint=error.hint) from error


def parse_dotenv(text: str) -> dict[str, str]:
    """The variables of a text. Lines that are no assignment are passed over; the last of two assignments stands.

    Raises:
        ConfigError: a quoted value has no clear end.
    """
    found: dict[str, str] = {}
    lines = enumerate(text.replace("\r\n", "\n").split("\n"), 1)
    for number, line in lines:
        match = ASSIGNMENT.fullmatch(line)
        if match is None:
            continue
        name, value = match[1], match[2].strip()
        quote = value[:1]
        if quote and quote in "\"'":
            value = quoted(name, value, number, lines)
            if quote == '"':
                value = value.replace("\\n", "\n")
        found[name] = value
    return found


def quoted(name: str, first: str, number: int, lines: Iterator[tuple[int, str]]) -> str:
    """What is between the quotes of a value that begins with `first`, perhaps over several of the following `lines`.

    A value ends where its quote is the last thing on a line, so that quotes may be inside. Two faults would make it
    run on and swallow the settings below it, and are refused instead: text behind the closing quote, and no closing
    quote at all.
    """
    quote = first[0]
    held = [first[1:]]
    while not held[-1].rstrip().endswith(quote):
        if quote in held[-1]:
            raise ConfigError(
                f"line {number}: the value of {name} goes on behind its closing quote",
                hint="There are no comments behind values; a quote inside a value needs quotes of the other kind",
            )
        _, following = next(lines, (0, None))
        if following is None:
            raise ConfigError(
                f"line {number}: the value of {name} begins with a quote that nothing closes",
                hint="Close it; or, if the quote belongs to the value, put quotes of the other kind around it",
            )
        held.append(following)
    held[-1] = held[-1].rstrip()[:-1]
    return "\n".join(held)

"""`kubus secret`."""

from kubus.auth.secrets import make_secret


def secret() -> None:
    """Print a new secret: 64 random bytes in hex, for CUBEJS_API_SECRET."""
    print(make_secret())  # noqa: T201 - a command's answer

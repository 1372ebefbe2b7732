"""The list of revoked tokens that the settings name."""

from typing import TYPE_CHECKING

from kubus.config.settings import Settings
from kubus.errors import ConfigError

if TYPE_CHECKING:
    from kubus.auth.revocation_places import Place
    from kubus.auth.revocation_watch import RevocationWatch

OFF = "off"


def make_place(settings: Settings) -> "Place | None":
    """Where the list is; None where there is none.

    Raises:
        ConfigError: the client of the server that is named is missing.
    """
    text: str | None = settings.values["KUBUS_REVOCATION"]
    if text is None or text.strip().lower() == OFF:
        return None
    # Most projects have no list.
    from kubus.auth.revocation_places import place_of

    return place_of(text.strip(), settings.folder)


def make_watch(settings: Settings) -> "RevocationWatch | None":
    """Who looks at the list; None where there is none.

    Raises:
        ConfigError: as above, or the file is not there.
    """
    place = make_place(settings)
    if place is None:
        return None
    from kubus.auth.revocation_places import File
    from kubus.auth.revocation_watch import RevocationWatch

    if isinstance(place, File) and not place.path.is_file():
        raise ConfigError(f"KUBUS_REVOCATION: there is no file {place.path}", hint="Create it; it may be empty")
    return RevocationWatch(place, settings.values["KUBUS_REVOCATION_STALE"])

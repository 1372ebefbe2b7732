"""`KUBUS_ISSUERS`: who signs tokens, and what each one's tokens have to be.

Either the addresses of issuers, separated by commas, or a JSON list whose objects say more of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

import msgspec

from kubus.config.values import names

Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Text | Annotated[list[Text], msgspec.Meta(min_length=1)]


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """An object of the list."""

    issuer: Text
    jwk_url: Text | None = None
    audience: Texts | None = None
    algorithms: Texts | None = None
    types: Texts | None = None
    subject: Text | None = None
    required: dict[str, Any] | None = None
    claims_namespace: Text | None = None
    groups_claim: Text | None = None
    tenant_claim: Text | None = None
    subject_claim: Text | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """One who signs tokens. What is None is as the settings for all have it.

    `jwk_url` is where its keys are; without one, its discovery document says.
    """

    name: str
    jwk_url: str | None = None
    audiences: tuple[str, ...] | None = None
    algorithms: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    subject: str | None = None
    required: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    claims_namespace: str | None = None
    groups_claim: str | None = None
    tenant_claim: str | None = None
    subject_claim: str | None = None


def read_issuers(text: str) -> tuple[Issuer, ...]:
    """The issuers of a setting, each once. Raises ValueError with what is wrong, for people."""
    if text.lstrip().startswith(("[", "{")):
        try:
            entries = msgspec.json.decode(text, type=list[Entry] | Entry)
        except msgspec.DecodeError as error:
            raise ValueError(f"it is no JSON list of issuers: {error}") from error
        found = tuple(map(issuer_of, [entries] if isinstance(entries, Entry) else entries))
    else:
        found = tuple(Issuer(name) for name in names(text))
    if not found:
        raise ValueError("it names no issuer")
    twice = {one.name for one in found if [each.name for each in found].count(one.name) > 1}
    if twice:
        raise ValueError(f"it names {', '.join(sorted(twice))} twice")
    return found


def issuer_of(entry: Entry) -> Issuer:
    return Issuer(
        entry.issuer,
        entry.jwk_url,
        listed(entry.audience),
        listed(entry.algorithms),
        listed(entry.types),
        entry.subject,
        MappingProxyType(entry.required or {}),
        entry.claims_namespace,
        entry.groups_claim,
        entry.tenant_claim,
        entry.subject_claim,
    )


def listed(texts: str | list[str] | None) -> tuple[str, ...] | None:
    if texts is None:
        return None
    return (texts,) if isinstance(texts, str) else tuple(texts)

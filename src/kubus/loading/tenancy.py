"""The `tenant:` block of a model: the claim, and what each tenant has of its own."""

import re
from collections.abc import Mapping

from kubus.loading.declarations import IDENTIFIER, short
from kubus.loading.problems import Problems
from kubus.loading.yaml_text import BadYaml, Yaml, read_yaml
from kubus.model.tenancy import LONGEST, NAME, PlaceKind, Tenancy, TenantNames

FORM = "Write `tenant: {claim: organization.id}`, the way to the claim that names a caller's tenant"
KINDS: tuple[PlaceKind, ...] = ("schema", "database", "data_source")
THE_TENANT = "{tenant}"
NAMES_FORM = (
    "Write a list, such as `schema: {acme: acme_data}`, or a pattern with something beside the tenant, such as "
    "`schema: tenant_{tenant}`"
)

# The block as it stands in a text that may be a template as a whole.
BLOCK = re.compile(r"^tenant:.*\n?(?:^(?:[ \t#].*)?\n?)*", re.MULTILINE)


def read_tenancy(file: str, value: Yaml, problems: Problems) -> Tenancy | None:
    """The block of a file; None and a problem if it is none."""
    entries = dict(value.items())
    claim = entries.pop("claim", None)
    path = tuple(claim.data.split(".")) if claim is not None and isinstance(claim.data, str) else ()
    if not path or not all(IDENTIFIER.fullmatch(step) for step in path) or not entries.keys() <= set(KINDS):
        problems.add(file, value, f"(tenant = {short(value.plain())}) is not allowed", hint=FORM)
        return None
    kinds: list[PlaceKind] = [kind for kind in KINDS if kind in entries]
    if not kinds:
        return Tenancy(path)
    if len(kinds) > 1:
        problems.add(file, value, f"tenant says both {' and '.join(kinds)}", hint="A tenant has one of them")
        return None
    names = read_names(file, kinds[0], entries[kinds[0]], problems)
    return None if names is None else Tenancy(path, kinds[0], names)


def read_names(file: str, kind: PlaceKind, value: Yaml, problems: Problems) -> TenantNames | None:
    """What the places of tenants are called; None and a problem if that is not said, or two are called the same."""
    faults: list[str] = []
    if isinstance(value.data, str):
        before, found, after = value.data.partition(THE_TENANT)
        beside = before + after
        if not found or THE_TENANT in after or not beside or not NAME.fullmatch(f"{before}x{after}"):
            faults.append(f"(tenant.{kind} = {short(value.data)}) is no name with {THE_TENANT} and more in it")
        names = TenantNames((), before, after)
    else:
        listed = {tenant: one.data for tenant, one in value.items()}
        for tenant, name in listed.items():
            if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > LONGEST:
                faults.append(f"(tenant.{kind}.{tenant} = {short(name)}) is not a name")
        # Databases do not all tell capitals from others.
        alike = [str(name).casefold() for name in listed.values()]
        faults.extend(
            f"tenant.{kind}: two tenants have '{name}'" for name in sorted({n for n in alike if alike.count(n) > 1})
        )
        if not listed:
            faults.append(f"(tenant.{kind} = {short(value.plain())}) names no tenant")
        names = TenantNames(tuple((tenant, str(name)) for tenant, name in listed.items()))
    for fault in faults:
        problems.add(file, value, fault, hint=NAMES_FORM)
    return None if faults else names


def declared_tenancy(texts: Mapping[str, str]) -> Tenancy | None:
    """The tenancy that files declare, as far as that is known before their templates are rendered."""
    for file, text in texts.items():
        block = BLOCK.search(text) if file.endswith((".yml", ".yaml")) else None
        if block is None or "{{" in block[0] or "{%" in block[0]:
            continue
        try:
            document = read_yaml(block[0])
        except BadYaml:
            continue
        value = None if document is None else dict(document.items()).get("tenant")
        found = None if value is None else read_tenancy(file, value, Problems({}))
        if found is not None:
            return found
    return None

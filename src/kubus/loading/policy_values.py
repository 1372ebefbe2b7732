"""Values and conditions of access policies as they are written, to trees over the caller's claims."""

from kubus.model.access import (
    ClaimAt,
    Constant,
    FirstFalseOf,
    FirstTrueOf,
    ListOf,
    OppositeOf,
    PolicyValue,
    TextOf,
)
from kubus.model.expressions import (
    Both,
    Call,
    Either,
    FString,
    Items,
    Lambda,
    Name,
    Negated,
    Node,
    end_of_expression,
    parse_expression,
)
from kubus.model.expressions import Constant as Written
from kubus.model.parsing import BadSql

CONTEXT = ("security_context", "securityContext", "SECURITY_CONTEXT")
# What stands for a part of the claim `cubeCloud`.
SHORT = {
    "userAttributes": ("cubeCloud", "userAttributes"),
    "user_attributes": ("cubeCloud", "userAttributes"),
    "groups": ("cubeCloud", "groups"),
}
FORM = 'Write "{ security_context.claim }"'


def policy_text(text: str) -> PolicyValue:
    """A text with `{ expressions }`: what it comes to. One expression alone is its own value, which may be a list.

    Raises:
        BadSql: an expression cannot be read, or reads something else than claims.
    """
    alone = text.strip()
    if alone.startswith("{") and end_of_expression(alone, 1) == len(alone) - 1:
        return policy_expression(alone[1:-1])
    parts: list[PolicyValue] = []
    plain: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and text[at + 1 : at + 2] in ("{", "}"):
            plain.append(text[at + 1])
            at += 2
            continue
        if character != "{":
            if character == "}":
                raise BadSql("A } has no {", "Write \\} for a brace that is no reference")
            plain.append(character)
            at += 1
            continue
        end = end_of_expression(text, at + 1)
        if end < 0:
            raise BadSql("A { has no }", "Write \\{ for a brace that is no reference")
        if plain:
            parts.append(Constant("".join(plain)))
            plain = []
        parts.append(policy_expression(text[at + 1 : end]))
        at = end + 1
    if plain or not parts:
        parts.append(Constant("".join(plain)))
    return parts[0] if len(parts) == 1 else TextOf(tuple(parts))


def policy_expression(text: str) -> PolicyValue:
    """An expression over claims, without braces. Raises BadSql as `policy_text` does."""
    return value_of(parse_expression(text), text)


def value_of(node: Node, text: str) -> PolicyValue:
    match node:
        case Written(value):
            return Constant(value)
        case Name(parts):
            return claim(parts, text)
        case FString(parts):
            return TextOf(tuple(Constant(p) if isinstance(p, str) else value_of(p, text) for p in parts))
        case Items(parts):
            return ListOf(tuple(value_of(part, text) for part in parts))
        case Both(parts):
            return FirstFalseOf(tuple(value_of(part, text) for part in parts))
        case Either(parts):
            return FirstTrueOf(tuple(value_of(part, text) for part in parts))
        case Negated(part):
            return OppositeOf(value_of(part, text))
        case Call(of=Name(parts)):
            raise BadSql(f"'{'.'.join(parts)}' cannot be called in an access policy", FORM)
        case Lambda():
            raise BadSql("A lambda cannot stand in an access policy", FORM)


def claim(parts: tuple[str, ...], text: str) -> ClaimAt:
    if parts[0] in SHORT:
        return ClaimAt((*SHORT[parts[0]], *parts[1:]))
    if parts[0] in CONTEXT:
        if len(parts) == 1:
            raise BadSql(f"{parts[0]} is the whole security context, and no value", FORM)
        return ClaimAt(parts[1:])
    raise BadSql(
        "Cube references are not allowed when evaluating RLS conditions or filters. "
        f"Found: {'.'.join(parts)} in {text.strip()[:60]}",
        f"What a policy reads is the caller: {FORM[6:]}",
    )

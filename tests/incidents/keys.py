"""Keys that were withdrawn, and tokens that were remembered."""

from datetime import timedelta

import pytest

from kubus.auth.jwt import Refused
from kubus.auth.key_place import KeyPlace
from kubus.auth.provider import Authenticator
from kubus.auth.rules import JwtRules
from tests.engines.key_server import key_server, made
from tests.incidents.incident import incident
from tests.incidents.shop import Shop


def remembered_whatever_happens(patch: pytest.MonkeyPatch) -> None:
    """A token that verified is remembered, though the key that it verified by is gone."""
    patch.setattr(Authenticator, "_forget_withdrawn", lambda self: None)


@incident("postgrest-4014", remembered_whatever_happens)
async def a_withdrawn_key_ends_what_it_signed(shop: Shop) -> None:
    old, new = made("old"), made("new")
    with key_server(old) as signer:
        place = KeyPlace(signer.keys_url, least_gap=timedelta(0), insecure_loopback=True)
        authenticator = Authenticator(JwtRules(key_place=place, require_expiry=False))
        before, after = old.sign({"sub": "ann"}), new.sign({"sub": "ann"})
        await authenticator.verify(before)
        signer.publish(new)
        await authenticator.verify(after)
        assert authenticator.recognize(before) is None
        with pytest.raises(Refused):
            await authenticator.verify(before)
        assert authenticator.recognize(after) is not None
        await authenticator.stop()

"""The stand-in for Google's token service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.auth import jwt

from emulators.oidc import TokenSigner
from tests.support.tasks_emulator import signer


def claims(key: TokenSigner, token: str) -> Mapping[str, Any]:
    verified: Mapping[str, Any] = jwt.decode(token, certs=key.public_key_pem, verify=True)  # type: ignore[no-untyped-call]
    return verified


def test_a_token_has_the_claims_of_googles_and_verifies_with_the_public_key() -> None:
    told = claims(signer(), signer().token("https://function", "a@demo.iam.gserviceaccount.com"))
    assert set(told) == {"iss", "aud", "azp", "sub", "email", "email_verified", "iat", "exp"}
    assert (told["aud"], told["email"]) == ("https://function", "a@demo.iam.gserviceaccount.com")
    assert told["sub"].isdigit()


def test_the_key_is_found_by_its_id() -> None:
    token = signer().token("a", "b")
    assert jwt.decode_header(token)["kid"] in signer().certs()  # type: ignore[no-untyped-call]
    assert claims(signer(), token) == jwt.decode(token, certs=signer().certs())  # type: ignore[no-untyped-call]


def test_a_token_is_given_again_until_it_is_close_to_its_end() -> None:
    now_s = [1_800_000_000.0]
    key = TokenSigner(lambda: now_s[0])
    first = key.token("a", "b")
    now_s[0] += 3299
    assert key.token("a", "b") == first
    now_s[0] += 1
    renewed = key.token("a", "b")
    header, told, _, _ = jwt._unverified_decode(renewed)  # type: ignore[no-untyped-call]
    assert (renewed != first, header["alg"], told["exp"]) == (True, "RS256", 1_800_000_000 + 3300 + 3600)


def test_each_audience_and_each_account_has_its_own() -> None:
    tokens = {signer().token(audience, email) for audience in ("a", "b") for email in ("x", "y")}
    assert len(tokens) == 4


def test_audiences_without_number_do_not_fill_the_memory() -> None:
    key = TokenSigner()
    for number in range(1030):
        key.token(f"https://function/?n={number}", "a")
    assert len(key._cache) <= 1024

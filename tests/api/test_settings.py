"""Settings come from the environment, and what cannot be used is said."""

import pytest

from app.edge.settings import from_environment
from stackwright.errors import ProjectError

GOOD = {
    "STACKWRIGHT_DATABASE_URL": "postgresql://user:canary@db/stackwright",
    "STACKWRIGHT_SECRET_KEY": "canary" * 8,
}


def test_what_is_given_is_taken_and_secrets_do_not_print_themselves() -> None:
    more = {
        "STACKWRIGHT_PUBLIC_URL": "https://Stack.example:8443",
        "STACKWRIGHT_SIGN_UP": "approval",
        "STACKWRIGHT_TRUSTED_HOSTS": "one.example, two.example",
        "STACKWRIGHT_TRUSTED_PROXIES": "10.0.0.1",
        "STACKWRIGHT_URL": "http://127.0.0.1:4200",
    }
    settings = from_environment(GOOD | more)
    assert settings.is_https
    assert {"stack.example", "one.example", "two.example", "[::1]"} <= settings.hosts
    assert settings.trusted_proxies == ("10.0.0.1",)
    assert settings.sign_up == "approval"
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "canary"),
        ("SIGN_UP", "perhaps"),
        ("PUBLIC_URL", "stack.example"),
        ("PUBLIC_URL", "https://stack.example/path"),
    ],
)
def test_what_cannot_be_used_is_said_without_quoting_secrets(name: str, value: str) -> None:
    with pytest.raises(ProjectError, match=f"STACKWRIGHT_{name} ") as caught:
        from_environment(GOOD | {f"STACKWRIGHT_{name}": value})
    assert caught.value.exit_code == 2
    assert caught.value.hint
    assert "canary" not in str(caught.value)


OIDC = {
    "STACKWRIGHT_OIDC_ISSUER": "https://login.example/tenant",
    "STACKWRIGHT_OIDC_CLIENT_ID": "stack",
}


def test_a_provider_is_taken_with_or_without_a_secret() -> None:
    assert from_environment(GOOD).oidc is None
    public = from_environment(GOOD | OIDC).oidc
    assert public
    assert (public.name, public.client_secret) == ("single sign-on", None)
    more = {"STACKWRIGHT_OIDC_CLIENT_SECRET": "canary", "STACKWRIGHT_OIDC_NAME": "Example Ltd"}
    settings = from_environment(GOOD | OIDC | more)
    assert settings.oidc
    assert settings.oidc.name == "Example Ltd"
    assert "canary" not in repr(settings)
    local = from_environment(GOOD | OIDC | {"STACKWRIGHT_OIDC_ISSUER": "http://127.0.0.1:9000"})
    assert local.oidc


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", ""),
        ("CLIENT_ID", ""),
        ("ISSUER", "http://login.example"),
        ("ISSUER", "https://login.example/?tenant=1"),
        ("ISSUER", "https://user:canary@login.example"),
        ("ISSUER", "login.example"),
        ("ISSUER", "https://["),
        ("NAME", "a name that is longer than any button of ours"),
    ],
)
def test_a_provider_that_cannot_be_used_is_said(name: str, value: str) -> None:
    with pytest.raises(ProjectError, match=f"STACKWRIGHT_OIDC_{name} ") as caught:
        from_environment(GOOD | OIDC | {f"STACKWRIGHT_OIDC_{name}": value})
    assert caught.value.hint
    assert "canary" not in str(caught.value)

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

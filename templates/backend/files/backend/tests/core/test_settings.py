"""Settings: what is refused, and what is made of addresses."""

import pytest
from pydantic import SecretStr, ValidationError

from app.core.settings import Settings

KEY = SecretStr("k" * 48)


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_nothing_but_development_starts_without_a_key(
    monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    monkeypatch.setenv("SECRET_KEY", "")
    with pytest.raises(ValidationError, match="SECRET_KEY"):
        Settings(_env_file=None)


def test_a_short_key_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError, match="fewer than 32") as refused:
        Settings(_env_file=None, secret_key=SecretStr("abcdef"))
    assert "abcdef" not in str(refused.value)


def test_development_makes_up_a_key_for_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    one, two = (Settings(_env_file=None, environment="development") for _ in range(2))
    assert len(one.signing_key) >= 32
    assert one.signing_key != two.signing_key


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("postgresql://h/d", "postgresql+psycopg://h/d"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("mysql://h/d", "mysql+pymysql://h/d"),
        ("sqlite:///d.db", "sqlite:///d.db"),
    ],
)
def test_addresses_get_the_driver_that_is_installed(address: str, url: str) -> None:
    settings = Settings(_env_file=None, secret_key=KEY, database_url=SecretStr(address))
    assert settings.sqlalchemy_url == url


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example.com, https://b.example.com,")
    settings = Settings(_env_file=None, secret_key=KEY)
    assert settings.allowed_origins == ("https://a.example.com", "https://b.example.com")


def test_secrets_do_not_print_themselves() -> None:
    settings = Settings(_env_file=None, secret_key=KEY)
    assert "kkkk" not in repr(settings)

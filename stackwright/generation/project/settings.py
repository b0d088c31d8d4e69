"""The settings of a generated back end: one table for config/*.env, .env.example and the guide."""

from stackwright.generation.config import Config, Database, Platform, Style
from stackwright.value import Value

ENVIRONMENTS = ("development", "staging", "production")
_URLS = {
    Database.POSTGRESQL: "postgresql://app:PASSWORD@HOST:5432/app",
    Database.MYSQL: "mysql://app:PASSWORD@HOST:3306/app",
    Database.SQLITE: "sqlite:///./app.db",
}


class Setting(Value):
    """One environment variable."""

    name: str
    means: str  # Markdown
    default: str  # Markdown
    values: tuple[str, str, str] = ("", "", "")  # in each environment; "" = not set there


def settings(config: Config) -> tuple[Setting, ...]:
    """Every setting that operators may want to change."""
    pages = "http://localhost:5173" if Platform.FRONTEND in config.platforms else ""
    found = [
        Setting(
            name="ENVIRONMENT",
            means="`development`, `staging` or `production`; the last two need a `SECRET_KEY`.",
            default="`development`",
            values=ENVIRONMENTS,
        ),
        Setting(
            name="DATABASE_URL",
            means=f"Where the database is: `{_URLS[config.database]}`.",
            default="a database on this machine, without a password",
        ),
        Setting(
            name="SECRET_KEY",
            means="Signs login tokens: 32 characters or more, another one in every environment.",
            default="made up at each start, in development only",
        ),
        Setting(
            name="TOKEN_MINUTES",
            means="Minutes after which a login ends.",
            default="60",
            values=("480", "60", "60"),
        ),
        Setting(
            name="ALLOWED_ORIGINS",
            means="Origins of browsers that may call the API, separated by commas.",
            default="none",
            values=(pages, "", ""),
        ),
        Setting(
            name="MAX_BODY_BYTES",
            means="Size of the largest request without a file.",
            default="1 MiB",
        ),
        Setting(
            name="MAX_UPLOAD_BYTES",
            means="Size of the largest uploaded file.",
            default="what the model allows",
        ),
        Setting(name="PASSWORD_HASH_TIME_COST", means="Rounds of Argon2.", default="3"),
        Setting(name="PASSWORD_HASH_MEMORY_KIB", means="Memory of Argon2 in KiB.", default="65536"),
        Setting(
            name="LOG_LEVEL",
            means="`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
            default="`INFO`",
            values=("DEBUG", "INFO", "INFO"),
        ),
    ]
    if config.style is Style.ENTERPRISE:
        found += [
            Setting(
                name="LOGIN_ATTEMPTS",
                means="Failed logins of one account within five minutes.",
                default="10",
                values=("100", "10", "10"),
            ),
            Setting(name="METRICS", means="Whether `GET /metrics` answers.", default="`true`"),
        ]
    return tuple(found)

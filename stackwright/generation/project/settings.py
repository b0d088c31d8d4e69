"""The settings of a generated back end: one table for config/*.env, .env.example and the guide."""

from stackwright.generation.config import Config, Database
from stackwright.value import Value

ENVIRONMENTS = ("development", "staging", "production")


class Setting(Value):
    """One environment variable."""

    name: str
    means: str
    default: str  # Markdown
    values: tuple[str, str, str] = (
        "",
        "",
        "",
    )  # in development, staging, production; "" = not set there
    is_secret: bool = False


def settings(config: Config) -> tuple[Setting, ...]:
    """Every setting that operators may want to change."""
    url = {
        Database.POSTGRESQL: "postgresql+psycopg://app:PASSWORD@HOST:5432/app",
        Database.MYSQL: "mysql+pymysql://app:PASSWORD@HOST:3306/app",
        Database.SQLITE: "sqlite:///app.db",
    }[config.database]
    return (
        Setting(
            name="ENVIRONMENT",
            means="`development`, `staging` or `production`; production is strict about secrets.",
            default="`development`",
            values=ENVIRONMENTS,
        ),
        Setting(
            name="DATABASE_URL",
            means=f"Where the database is: `{url}`.",
            default="a SQLite file, in development only",
            is_secret=config.database is not Database.SQLITE,
        ),
        Setting(
            name="SECRET_KEY",
            means="Signs access tokens: 32 bytes or more, another one in every environment.",
            default="made anew at each start, in development only",
            is_secret=True,
        ),
        Setting(
            name="ACCESS_TOKEN_MINUTES",
            means="How long a login lasts.",
            default="60",
            values=("480", "60", "30"),
        ),
        Setting(
            name="LOG_LEVEL",
            means="`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
            default="`INFO`",
            values=("DEBUG", "INFO", "INFO"),
        ),
        Setting(
            name="CORS_ORIGINS",
            means="Browser origins that may call the API, as a JSON list.",
            default="none",
            values=('["http://localhost:5173"]', "[]", "[]"),
        ),
    )

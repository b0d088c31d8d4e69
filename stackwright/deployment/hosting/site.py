"""A site: one deployment on this machine, its names, its route and its releases."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from stackwright.value import Value

DATABASE_SERVER = "postgresql"  # one a folder, a database a site
HEADER = "X-Release"  # the proxy adds it: which release answered

Number = Annotated[int, Field(ge=1, description="Of a release; later ones have higher numbers.")]


class Site(Value):
    """Where a deployment lives on this machine."""

    root: Path  # of the host
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,50}$")]  # such as bookshop-staging
    address: str = "127.0.0.1"  # where its proxy listens
    port: Annotated[int, Field(ge=1, le=65535)] = 8080

    @property
    def folder(self) -> Path:
        """Everything of this site, the database apart."""
        return self.root / "sites" / self.name

    @property
    def url(self) -> str:
        """Where people reach it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.address, self.address)  # noqa: S104 - it is compared
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"

    @property
    def database(self) -> str:
        """The name of its database and of the role that owns it."""
        return self.name.replace("-", "_")

    @property
    def proxy(self) -> str:
        """The program that answers people."""
        return f"{self.name}.proxy"

    def release(self, number: int) -> Path:
        """The folder of a release."""
        return self.folder / "releases" / str(number)

    def backend(self, number: int) -> str:
        """The program that answers /api of a release."""
        return f"{self.name}.backend.{number}"

    def pages(self, number: int) -> str:
        """The program that serves the built front end of a release."""
        return f"{self.name}.pages.{number}"


class Release(Value):
    """A release that was unpacked and equipped: everything that starting it needs, secrets apart."""

    number: Number
    source: str  # digest of the project's files
    database: str = ""  # which kind its back end was written for; none: it has none
    python: str = ""  # folder of the programs of its environment; none: it has no back end
    pages: str = ""  # folder of the built front end; none: it has none


class Route(Value):
    """Where the proxy sends people: a release and the ports of its programs."""

    release: Number
    backend: int = 0  # 0: it has none
    pages: int = 0


def routes(route: Route | None) -> dict[str, object]:
    """The dynamic configuration of Traefik for this route; without one nothing is served.

    The back end gets /api, as the generated front end expects; without a front end it gets everything.
    A request that could not be delivered is delivered again, if its method allows that.

    Source: doc.traefik.io, "Routing configuration", file provider.
    """
    if route is None:
        return {}
    targets = {"backend": route.backend, "pages": route.pages}
    rules = {
        "backend": "PathPrefix(`/api/`)" if route.pages else "PathPrefix(`/`)",
        "pages": "PathPrefix(`/`)",
    }
    there = [name for name, port in targets.items() if port]
    return {
        "http": {
            "routers": {
                name: {
                    "entryPoints": ["web"],
                    "rule": rules[name],
                    "priority": 20 if name == "backend" else 10,
                    "middlewares": ["release", "again"],
                    "service": f"{name}-{route.release}",
                }
                for name in there
            },
            "middlewares": {
                "release": {"headers": {"customResponseHeaders": {HEADER: str(route.release)}}},
                "again": {"retry": {"attempts": 3, "initialInterval": "50ms"}},
            },
            "services": {
                f"{name}-{route.release}": {
                    "loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{targets[name]}"}]}
                }
                for name in there
            },
        }
    }

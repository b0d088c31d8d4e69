"""An installation with somebody in it, who watches runs in a browser that tests speak for."""

from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, expect

from stackwright.runs.record import Run
from tests.api.world import PASSWORD
from tests.web.living import Living
from tests.web.told import LogLine, Told

if TYPE_CHECKING:
    from stackwright.access.accounts import Account

ADA = "ada@example.org"


class Place:
    """An installation with somebody in it, who watches runs that tests speak for."""

    def __init__(self, served: Living) -> None:
        self.served = served
        self.ada: Account = served.run(served.world.account(ADA))
        self.logs: dict[Any, list[LogLine]] = {}
        self.cookies: Any = None
        self.open()

    def open(self) -> None:
        """Speak with the application that answers now."""
        self.told = Told(self.served.world.app)
        self.told.log(self.logs)

    def a_run(self, **given: Any) -> Run:
        async def made() -> Run:
            project = await self.told.project(self.ada)
            await self.told.history(project)
            return await self.told.run(project, **given)

        return self.served.run(made())

    def hear(self, run: Run, *messages: Any) -> None:
        """Let the run say this."""

        async def heard() -> None:
            async with self.told.channel(run) as channel:
                channel.hear(messages)

        self.served.run(heard())

    def change(self, run: Run, **values: Any) -> None:
        self.served.run(self.told.change(run, **values))

    def sign_in(self, browser: Browser) -> Any:
        """The cookies of somebody who has signed in."""
        if self.cookies is None:
            context = browser.new_context(base_url=self.served.address)
            page = context.new_page()
            page.goto("/sign-in")
            page.get_by_label("Mail address").fill(ADA)
            page.get_by_label("Password").fill(PASSWORD)
            page.locator("main").get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("button", name="Sign out")).to_be_visible()
            self.cookies = context.storage_state()
            context.close()
        return self.cookies

"""How a build goes: bring the last output back, generate into it, publish, prove, leave no trace."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from flows.road import Road, Rows
from flows.stories.generation import generate
from flows.stories.verification import verify
from stackwright.errors import ProjectError
from stackwright.generation.build import BuildRequest
from stackwright.generation.checks import Choice
from stackwright.generation.output_index import Published
from stackwright.generation.progress import MessageKind, News
from stackwright.generation.quality import QualityReport, objection
from stackwright.generation.request import GenerationReport
from tasks import artifacts, workspace
from tasks.observing import read_lock

R = TypeVar("R")
Keep = Callable[[GenerationReport | QualityReport], Awaitable[None]]


async def build(request: BuildRequest, road: Road, keep: Keep) -> Published:
    """Build the project as asked.

    Args:
        request: What to build.
        road: Who carries it out.
        keep: Is given the report of the generation, and of the checks also when some failed.

    Returns:
        What was published.

    Raises:
        ProjectError: It cannot be done, or a check failed; the workspace stays for another attempt.
    """
    try:
        await road.tell(_beginning(request))
        folder = await road.do(workspace.open_workspace, request.run, name="Open the workspace")
        report = await _generate(request, folder, road)
        await keep(report)
        published = await _publish(folder, request.place, road)
        checked = await _prove(request, folder, road, keep)
    except ProjectError as error:
        sentences = [finding.sentence() for finding in error.findings]
        await road.tell(News(kind=MessageKind.ERROR, text="\n".join([str(error), *sentences])))
        raise
    text = f"{published.files} files are published.{checked}"
    await road.tell(News(kind=MessageKind.COMPLETE, step="done", text=text))
    await road.do(workspace.close_workspace, request.run, name="Clear the workspace away")
    return published


def _beginning(request: BuildRequest) -> News:
    """Where this attempt begins."""
    step, text = "read", "The build begins."
    if request.base:
        step, text = "restore", "Bringing the last output back."
    if workspace.kept_report(request.run):
        step, text = "write", "Going on with what an earlier attempt has written."
    return News(kind=MessageKind.STARTED, step=step, text=text)


async def _generate(request: BuildRequest, folder: Path, road: Road) -> GenerationReport:
    if report := workspace.kept_report(request.run):  # an earlier attempt came so far
        text = f"{report.receipt.files} files were written by an earlier attempt."
        await road.tell(News(kind=MessageKind.WRITTEN, step="write", text=text))
        return report
    if request.base:
        await _restore(request.base, folder, road)
    kinds = {
        MessageKind.STARTED: MessageKind.PROCESSING,  # it has begun
        MessageKind.COMPLETE: MessageKind.WRITTEN,
    }
    part = Part(road, kinds, {"done": "write"}, folder)
    known_as = read_lock(folder).project  # its model may have got another name since
    report = await generate(request.generation(str(folder), known_as), part)
    receipt = report.receipt.model_copy(update={"out": report.project})  # not where we worked
    report = report.model_copy(update={"receipt": receipt})
    workspace.keep_report(request.run, report)
    return report


async def _restore(base: str, folder: Path, road: Road) -> None:
    files = await road.do(artifacts.restore_output, base, folder, name="Bring the last output back")
    text = f"{files} files of the last output are back." if files else "They are back already."
    await road.tell(News(kind=MessageKind.WRITTEN, step="restore", text=text))


async def _publish(folder: Path, place: str, road: Road) -> Published:
    await road.tell(News(kind=MessageKind.PROCESSING, step="publish", text="Publishing the files."))
    published = await road.do(artifacts.publish_output, folder, place, name="Publish")
    size = f"{published.archive_bytes / 1e6:.1f} MB"
    text = f"{published.files} files are published, {size}: they can be looked at and downloaded."
    await road.tell(News(kind=MessageKind.WRITTEN, step="publish", text=text))
    return published


async def _prove(request: BuildRequest, folder: Path, road: Road, keep: Keep) -> str:
    """What the checks came to, as a sentence; empty: none were asked for."""
    if not request.verify:
        return ""
    steps = dict.fromkeys(("equip", "check", "done"), "verify")
    part = Part(road, {MessageKind.COMPLETE: MessageKind.CHECKING}, steps, folder)
    known_as = request.place.rpartition("/")[0] or request.place  # what tools keep between runs
    quality = await verify(folder, Choice(), part, known_as)
    await keep(quality)
    if error := objection(quality):
        raise error
    return f" {len(quality.outcomes)} checks of {quality.project} are passed."


class Part:
    """The road of a story that is part of a longer one: its last words are not the last ones.

    Args:
        road: Of the whole story.
        kinds: Kinds of messages → what they are in the whole.
        steps: Steps of the part → what they are in the whole.
        folder: Where it works, which is nobody's business.
    """

    def __init__(
        self,
        road: Road,
        kinds: Mapping[MessageKind, MessageKind],
        steps: Mapping[str, str],
        folder: Path,
    ) -> None:
        self._road, self._kinds, self._steps, self._folder = road, kinds, steps, folder
        self.is_resumed = road.is_resumed

    async def do(
        self,
        effect: Callable[..., R],
        *args: object,
        name: str,
        still_holds: Callable[[R], bool] | None = None,
    ) -> R:
        """Carry out the effect as the whole story does."""
        return await self._road.do(effect, *args, name=name, still_holds=still_holds)

    async def tell(self, news: News) -> None:
        """Say it as part of the whole; that it failed is said once, by the whole."""
        if news.kind is MessageKind.ERROR:
            return
        changed = {
            "kind": self._kinds.get(news.kind, news.kind),
            "step": self._steps.get(news.step, news.step),
            "text": news.text.replace(str(self._folder), "the project"),
        }
        await self._road.tell(news.model_copy(update=changed))

    async def table(self, key: str, rows: Rows, text: str) -> None:
        """Keep the table with the run."""
        await self._road.table(key, rows, text)

"""The effect that fetches the very commit that was pushed, and nothing of the rest."""

import re
import shutil
from pathlib import Path

from stackwright.deployment.hosting.site import Site
from stackwright.errors import ProjectError
from tasks import commands
from tasks.effect import effect
from tasks.host import folder

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
FETCH_S = 600.0
# Nothing of the repository is run or followed elsewhere: no hooks, no other protocols, no submodules, no questions.
SAFE = (
    *("-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"),
    *("-c", "protocol.https.allow=always", "-c", "protocol.ssh.allow=always"),
    *("-c", "core.symlinks=false", "-c", "advice.detachedHead=false"),
)
LOCAL = ("-c", "protocol.http.allow=always")


@effect(retries=2, timeout_s=2 * FETCH_S)
def check_out(site: Site, repository: str, commit: str) -> Path:
    """The folder with the files of this commit; what was fetched before is replaced.

    Args:
        site: Whose.
        repository: By https or ssh; by http only on this machine. Its credentials are those of git here.
        commit: Its whole name.

    Raises:
        ProjectError: There is no git, no such repository or commit, or it may not be read.
    """
    if not COMMIT.fullmatch(commit):
        raise ProjectError.bad_input(f"“{commit}” is no commit.", hint="Name it in full.")
    folder.make(site.root)
    target = site.folder / "checkout"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700, parents=True)
    is_local = repository.startswith(("http://127.0.0.1", "http://localhost"))
    safe = (*SAFE, *(LOCAL if is_local else ()))
    for words in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth", "1", "--no-tags", repository, commit),
        ("checkout", "--quiet", "--detach", "FETCH_HEAD"),
    ):
        _git(target, repository, safe, words)
    shutil.rmtree(target / ".git", ignore_errors=True)
    return target


def _git(target: Path, repository: str, safe: tuple[str, ...], words: tuple[str, ...]) -> None:
    env = commands.environment(
        {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}, installing=True
    )
    ran = commands.run(["git", *safe, *words], folder=target, env=env, timeout_s=FETCH_S)
    if ran.ended == "missing":
        raise ProjectError("There is no git on this machine.", hint="Install git.")
    if ran.ended != "exited" or ran.code != 0:
        said = ran.output.strip()[-600:] or ran.ended
        raise ProjectError(
            f"{repository} cannot be fetched: {said}",
            hint="Does the commit exist, and may git on the worker's machine read the repository?",
        )

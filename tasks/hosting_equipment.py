"""The effects that make a release ready to run: unpack it, give it an environment, build its front end."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from stackwright.deployment.hosting.site import Release, Site
from stackwright.errors import ProjectError
from stackwright.generation.checks import Places
from stackwright.generation.config import Platform
from stackwright.generation.lock import FOLDER
from stackwright.generation.quality import Facts
from tasks import artifacts, commands, workbench
from tasks.effect import effect
from tasks.host import folder, records

BUILD_S = 900.0


@effect(retries=2, timeout_s=900)
def unpack_release(site: Site, number: int, place: str = "", source: Path | None = None) -> Path:
    """The folder of a release, made from a published output or from a folder; whole or not at all.

    A release that is there already stays as it is: its number stands for its content.

    Args:
        site: Where it is to run.
        number: Of the release.
        place: Of a published output.
        source: The folder of a project, in place of that.

    Raises:
        ProjectError: There is no such output or folder.
    """
    target = site.release(number)
    if target.exists():
        return target
    _make_private(site)
    if source is None:
        artifacts.restore_output(place, target)
        return target
    if not source.is_dir():
        raise ProjectError.bad_input(
            f"There is no folder {source}.", hint="Generate the project first."
        )
    aside = Path(tempfile.mkdtemp(prefix=f".{number}.", dir=target.parent))
    try:
        ignored = shutil.ignore_patterns(*(set(workbench.NOT_COPIED) - {FOLDER}))
        shutil.copytree(source, aside / "project", ignore=ignored, symlinks=True)
        (aside / "project").rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


@effect(retries=2, timeout_s=BUILD_S)
def equip_release(site: Site, number: int) -> Release:
    """A release with an environment for its back end and a built front end; equal ones are made once.

    Raises:
        ProjectError: It was not unpacked, its dependencies cannot be installed or its front end not be built.
    """
    project = site.release(number)
    if (known := find_release(site, number)) is not None:
        return known
    facts = workbench.look_at(project)
    python = _environment(site.root, project, facts) if Platform.BACKEND in facts.platforms else ""
    built = _built(site.root, project, facts) if Platform.FRONTEND in facts.platforms else ""
    release = Release(
        number=number,
        source=digest_of(project),
        database=str(facts.database) if python else "",
        python=python,
        pages=built,
    )
    records.write(_record(site, number), release)
    return release


def find_release(site: Site, number: int) -> Release | None:
    """A release that was equipped; none: it was not, or what it needs is gone."""
    release = records.read(_record(site, number), Release)
    needed = [Path(one) for one in (release.python, release.pages) if one] if release else []
    return release if all(one.is_dir() for one in needed) else None


@effect(timeout_s=120)
def note_files(site: Site, number: int) -> None:
    """Note what the files of a release are like when nobody changes them any more."""
    digest = digest_of(site.release(number))
    records.write_bytes(_record(site, number).with_suffix(".files"), digest.encode())


def noted_files(site: Site, number: int) -> str:
    """What the files of a release were like; empty: that was not noted."""
    path = _record(site, number).with_suffix(".files")
    return path.read_text("utf-8") if path.is_file() else ""


def prune(root: Path) -> None:
    """Remove environments and built front ends that no release of any site needs."""
    needed: set[str] = set()
    for path in root.glob("sites/*/releases/*.json"):
        release = records.read(path, Release)
        used = (release.python, release.pages) if release else ()
        needed |= {str(Path(one).parent) for one in used if one}
    for home in (*root.glob("environments/*"), *root.glob("pages/*")):
        if str(home) not in needed and home.is_dir():
            shutil.rmtree(home, ignore_errors=True)


def _make_private(site: Site) -> None:
    folder.make(site.root)
    for path in (site.folder, site.folder / "releases"):
        path.mkdir(mode=0o700, exist_ok=True)


def _record(site: Site, number: int) -> Path:
    return site.folder / "releases" / f"{number}.json"


def _environment(root: Path, project: Path, facts: Facts) -> str:
    """The programs of an environment that lies with the host: emptying a cache must not end a site."""
    only = {"requirements": ("requirements.txt",), "groups": (), "extras": ()}
    pinned = (project / "backend" / "requirements.txt").is_file()
    facts = facts.model_copy(update=only if pinned else {})
    programs = workbench.prepare_python(_bench(project), facts, root / "environments")
    words = [str(programs / "python"), *"-m compileall -q -j1 app migrations".split()]
    backend = project / "backend"  # compiled once: a program that crashed is back sooner
    commands.run(words, folder=backend, env=commands.environment({}), timeout_s=120)
    return str(programs)


def _built(root: Path, project: Path, facts: Facts) -> str:
    """The folder of the built front end, named by what it was built from."""
    home = root / "pages" / digest_of(project / "frontend")
    with workbench.made_once(home) as missing:
        if missing:
            bench = workbench.set_up(project)
            try:
                node, modules = workbench.prepare_node(bench, facts)
                _build(bench.project / "frontend", node, modules, home / "dist")
            finally:
                workbench.clear_away(bench)
    return str(home / "dist")


def _build(frontend: Path, node: Path, modules: Path, out: Path) -> None:
    words = [str(modules / "vite"), "build", "--outDir", str(out), "--emptyOutDir"]
    env = commands.environment({"HOME": str(frontend)}, folders=[node])
    ran = commands.run(words, folder=frontend, env=env, timeout_s=BUILD_S)
    if ran.ended != "exited" or ran.code != 0:
        said = "\n  ".join(ran.output.strip().splitlines()[-12:])
        raise ProjectError(
            f"The front end cannot be built:\n  {said or ran.ended}",
            hint="Verify the project: `stackwright verify` names the files.",
        )


def _bench(project: Path) -> workbench.Bench:
    places = Places(scratch=str(project), cache=str(project), own=sys.executable)
    return workbench.Bench(root=project, project=project, places=places)


def digest_of(folder_: Path) -> str:
    """What tells these files from others; what is made from them does not count."""
    state = hashlib.blake2b(digest_size=12)
    for base, folders, files in os.walk(folder_):
        folders[:] = sorted(name for name in folders if name not in workbench.NOT_COPIED)
        for name in sorted(files):
            path = Path(base) / name
            content = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
            state.update(json.dumps([path.relative_to(folder_).as_posix(), content]).encode())
    return state.hexdigest()

"""Old Word, WPS, RTF and OpenDocument files: LibreOffice makes a modern one, our reader reads it.

LibreOffice runs without a screen, with a profile of its own for every file, macros and links
off, under the limits of the process that starts it. It says that all went well even when it
wrote nothing, so what counts is whether the new file is there.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from index.errors import UnreadableDocument
from ingest.archive import open_zip, refuse_doctypes
from ingest.limits import SECONDS, allow
from ingest.lines import Reading

_SECONDS = 26
_MEMORY_BYTES = 1024 * 1024 * 1024
# By kind: what it becomes, and the part of LibreOffice that must be installed for it.
_TARGETS = {
    "doc": ("docx", "writer"),
    "rtf": ("docx", "writer"),
    "odt": ("docx", "writer"),
    "xls": ("xlsx", "calc"),
    "ods": ("xlsx", "calc"),
    "ppt": ("pptx", "impress"),
    "odp": ("pptx", "impress"),
}
# The library that each part cannot do without, in the folder of the program.
PARTS = {"writer": "libswlo.so", "calc": "libsclo.so", "impress": "libsdlo.so"}
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def is_installed(part: str) -> bool:
    """Whether LibreOffice is there with this part."""
    program = _program()
    return program is not None and (program.parent / PARTS[part]).exists()


def read_office(path: Path, kind: str) -> Reading:
    """The text of a file of an old or open format.

    Raises UnreadableDocument: `needs_libreoffice`, `corrupt_<kind>`, and what the reader of the
    modern format raises.
    """
    part = _TARGETS[kind][1]
    if not is_installed(part):
        raise UnreadableDocument(
            "needs_libreoffice",
            f"读这种旧格式要装有 LibreOffice（Debian 包 libreoffice-{part}）；"
            "也可以用 Word 或 WPS 另存为新格式后再读入",
        )
    if kind in ("odt", "ods", "odp"):
        with open_zip(path) as archive:
            refuse_doctypes(archive)
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        reading = _reader(kind)(_converted(path, kind, Path(folder)))
    if kind in ("doc", "xls", "ppt") and _has_macros(path):
        reading = replace(reading, warnings=("has_macros", *reading.warnings))
    claimed = path.suffix.lower().lstrip(".")
    # A wps file is a doc under another name, and its owner knows it by that name.
    return replace(reading, format=claimed if kind == "doc" and claimed == "wps" else kind)


read_doc = partial(read_office, kind="doc")
read_rtf = partial(read_office, kind="rtf")
read_odt = partial(read_office, kind="odt")
read_xls = partial(read_office, kind="xls")
read_ods = partial(read_office, kind="ods")
read_ppt = partial(read_office, kind="ppt")
read_odp = partial(read_office, kind="odp")


def _limit_memory() -> None:
    """In LibreOffice's process: less than ours, which is there beside it."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _MEMORY_BYTES if most == resource.RLIM_INFINITY else min(_MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _has_macros(path: Path) -> bool:
    import olefile

    with olefile.OleFileIO(path) as ole:
        return any(name in ("Macros", "_VBA_PROJECT_CUR") for name, *_ in ole.listdir())


def _reader(kind: str) -> Callable[[Path], Reading]:
    if _TARGETS[kind][0] == "xlsx":
        from ingest.sheet import read_sheet

        return read_sheet
    if _TARGETS[kind][0] == "pptx":
        from ingest.slides import read_slides

        return read_slides
    from ingest.word import read_word

    return partial(read_word, converted=True)


def _program() -> Path | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found).resolve() if found else None


def _converted(path: Path, kind: str, folder: Path) -> Path:
    """The modern file, made in `folder`. Neither name nor place of the original is passed on."""
    program = _program()
    assert program is not None
    target = _TARGETS[kind][0]
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    original = folder / f"original.{kind}"
    shutil.copyfile(path, original)
    allow(_SECONDS + 2 - SECONDS)
    command = [
        str(program),
        f"-env:UserInstallation={profile.as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        *("--convert-to", target, "--outdir", str(folder), str(original)),
    ]
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }
    try:
        subprocess.run(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            preexec_fn=_limit_memory,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument("time_limit", "读得太久，已放弃") from error
    made = folder / f"original.{target}"
    if not made.is_file():
        raise UnreadableDocument(f"corrupt_{kind}", "已损坏或设有密码，LibreOffice 打不开")
    return made

"""What the staff do with documents: bring files in, say who may see them, delete them. The same
for programs and for people at a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from index.errors import BadRequest, Conflict
from index.model import Audience
from index.shelf import Shelf
from ingest.label import as_label
from service import description as about
from service.desk import Desk
from service.door import Door, require_form, require_staff
from service.jobs import DELETE, INGEST, Job, Jobs, new_id
from service.links import Links, links_for
from service.pages import Guest, go, page_for
from service.wording import JOB_KINDS, JOB_STATES, OUTCOMES

_MOST_FILES = 100
_LISTED = 50


class Office:
    """Takes what the staff ask; `desk` is theirs."""

    def __init__(self, desk: Desk, jobs: Jobs, shelf: Shelf) -> None:
        self._desk = desk
        self._jobs = jobs
        self._shelf = shelf

    def take_file(self, upload: UploadFile, audience: Audience) -> Job:
        """Keep a file and queue its reading. Raises BadRequest, TooMany."""
        if not upload.filename:
            raise BadRequest("请选择要收入的文件")
        self._jobs.check_room()
        name = as_label(upload.filename).rpartition("/")[2]
        job_id = new_id()
        folder = self._shelf.uploads
        folder.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".") as room:
            part = Path(room, "file")
            with part.open("wb") as kept:
                shutil.copyfileobj(upload.file, kept)
            self._shelf.keep_upload(part, job_id, name)
        return self._jobs.add(INGEST, datetime.now(), name, audience, job_id=job_id)

    def change(self, document_id: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Who may see a document and have its file. Raises NotFound, Conflict."""
        if self._jobs.is_deleting(document_id):
            raise Conflict("这份文件正在删除")
        before = Audience(self._desk.document(document_id)["access"]["audience"])
        changed = self._desk.change(document_id, asked)
        if Audience(changed["access"]["audience"]).rank > before.rank:
            self._jobs.tidy_later(datetime.now())
        return changed

    def delete(self, document_id: str) -> Job:
        """Take a document from all but the staff at once, and queue its deletion. Raises
        NotFound."""
        self._desk.change(document_id, {"audience": "staff", "release_original": False})
        return self._jobs.add(DELETE, datetime.now(), document_id=document_id)

    def listed(self, links: Links) -> list[dict[str, Any]]:
        """The latest jobs, as the page shows them."""
        return [_listed(job, links) for job in self._jobs.latest(_LISTED)]

    def job(self, job_id: str) -> Job:
        return self._jobs.get(job_id)


def programs(door: Door, office: Office) -> APIRouter:
    """The staff's part of `/v1`."""
    routes = APIRouter(prefix="/v1", tags=["管理"], responses=about.ALWAYS)

    @routes.post(
        "/documents",
        status_code=202,
        summary="收入一个文件",
        description="先答复一项任务，读完后用 GET /v1/jobs/{job_id} 看结果。audience 默认 staff。",
        responses=about.ACCEPTED,
        openapi_extra=about.UPLOAD,
    )
    async def upload(request: Request) -> Response:
        door.staff(request)
        async with request.form(max_files=1, max_fields=5) as form:
            uploads, audience = _uploads(form, "file"), _audience(form)
            unknown = sorted(set(form) - {"file", "audience"})
            if unknown or len(uploads) != 1:
                raise BadRequest("应以 multipart/form-data 提交 file 一个文件，和可选的 audience")
            job = await run_in_threadpool(office.take_file, uploads[0], audience)
        return _accepted(request, job)

    @routes.patch(
        "/documents/{document_id}",
        summary="改变谁能看到",
        description="立即生效，以后重新读入文件夹也不会改回去。"
        "audience 为 null 则仍按文件读入时的说法。release_original 为 true 则公众也能下载原文件，"
        "原文件不隐去个人信息。放宽和放行只对现在的内容有效，文件改了要重新决定；收紧一直有效。",
        responses=about.CHANGED,
        openapi_extra=about.CHANGE,
    )
    async def change(request: Request, document_id: str) -> Response:
        door.staff(request)
        asked = _to_change(await request.body())
        changed = await run_in_threadpool(office.change, document_id, asked)
        return _json({"document_id": document_id, "access": changed["access"]})

    @routes.delete(
        "/documents/{document_id}",
        status_code=202,
        summary="删除一份文件",
        description="会员和公众立即看不到；任务完成后，资料库和索引里都不再有它，"
        "重新读入文件夹也不会回来。",
        responses=about.ACCEPTED,
        openapi_extra=about.STAFF,
    )
    def delete(request: Request, document_id: str) -> Response:
        door.staff(request)
        return _accepted(request, office.delete(document_id))

    @routes.get(
        "/jobs/{job_id}",
        summary="一项任务的进展",
        responses=about.JOB,
        openapi_extra=about.STAFF,
    )
    def job(request: Request, job_id: str) -> Response:
        door.staff(request)
        return _json(office.job(job_id).json())

    return routes


def pages(door: Door, office: Office, enter: Callable[[Request], Guest]) -> APIRouter:
    """The staff's forms."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/files")
    def files(request: Request) -> Response:
        guest = enter(request)
        require_staff(guest.visitor)
        links = links_for(request)
        return page_for(
            request, guest, "files.html", links=links, jobs=office.listed(links), message=None
        )

    @routes.post("/files")
    async def upload(request: Request) -> Response:
        visitor = require_staff(door.enter(request))
        async with request.form(max_files=_MOST_FILES, max_fields=5) as form:
            require_form(request, visitor, form)
            audience = _audience(form)
            for one in _uploads(form, "files"):
                await run_in_threadpool(office.take_file, one, audience)
        return go(request, "files")

    @routes.post("/documents/{document_id}/manage")
    async def manage(request: Request, document_id: str) -> Response:
        visitor = require_staff(door.enter(request))
        form = await request.form(max_files=0, max_fields=10)
        require_form(request, visitor, form)
        asked = {"audience": _audience(form), "release_original": form.get("released") == "1"}
        await run_in_threadpool(office.change, document_id, asked)
        return go(request, f"documents/{document_id}")

    @routes.post("/documents/{document_id}/delete")
    async def delete(request: Request, document_id: str) -> Response:
        visitor = require_staff(door.enter(request))
        form = await request.form(max_files=0, max_fields=10)
        require_form(request, visitor, form)
        await run_in_threadpool(office.delete, document_id)
        return go(request, "files")

    return routes


def _uploads(form: FormData, name: str) -> list[UploadFile]:
    given = [one for one in form.getlist(name) if isinstance(one, UploadFile)]
    if not given:
        raise BadRequest("请选择要收入的文件")
    return given


def _audience(form: FormData) -> Audience:
    return to_audience(form.get("audience", "staff"))


def to_audience(given: object) -> Audience:
    try:
        return Audience(str(given))
    except ValueError:
        raise BadRequest("audience 只能是 staff、member 或 public") from None


def _to_change(body: bytes) -> dict[str, Any]:
    """What PATCH asks for. Raises BadRequest."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest('请用 JSON 提交，如 {"audience": "member"}') from error
    if not isinstance(asked, dict) or not asked or set(asked) - {"audience", "release_original"}:
        raise BadRequest("可以改的是 audience 和 release_original")
    if asked.get("audience") is not None:
        asked["audience"] = to_audience(asked["audience"])
    if not isinstance(asked.get("release_original", False), bool):
        raise BadRequest("release_original 只能是 true 或 false")
    return asked


def _listed(job: Job, links: Links) -> dict[str, Any]:
    known = [row for row in job.outcome if row["document_id"]]
    told = (row["message"] or OUTCOMES.get(row["outcome"], "") for row in job.outcome)
    return {
        "id": job.job_id,
        "kind": JOB_KINDS[job.kind],
        "name": job.name or "一份文件",
        "state": JOB_STATES[job.state],
        "message": "；".join(dict.fromkeys(filter(None, told))),
        "url": links.document(known[0]["document_id"]) if len(known) == 1 else None,
        "when": job.finished or job.created,
    }


def _json(value: Any, status: int = 200) -> Response:
    headers = {"Cache-Control": "private, no-store"}
    return Response(orjson.dumps(value), status, headers=headers, media_type="application/json")


def _accepted(request: Request, job: Job) -> Response:
    response = _json(job.json(), 202)
    response.headers["Location"] = f"{links_for(request).base}v1/jobs/{job.job_id}"
    return response

"""How the API describes itself at /docs: parameters, bodies, examples and failures.

Parameters are parsed in `wire`, not by FastAPI, so that the page and the API refuse alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.citation import MAX_TEXT_CHARS
from index.model import Audience
from index.searcher import MAX_LIMIT, MAX_OFFSET, MODES, SORTS
from index.suggester import MAX_SUGGESTIONS
from service.shapes import Changed, Error, Found, Job, Status, Suggested, Verified, WholeDocument

_TEXT: dict[str, Any] = {"type": "string"}
_DATE = {
    "type": "string",
    "pattern": r"^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$",
}
_DAY = {"type": "string", "pattern": r"^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"}
_SWITCH = {"type": "string", "enum": ["0", "1"]}


def _whole(least: int, most: int, default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


# A key is shown, or must be shown.
_KEY = {"key": {"type": "http", "scheme": "bearer", "description": "会员或工作人员的钥匙"}}
MAYBE: dict[str, Any] = {"security": [{}, {"key": []}]}
STAFF: dict[str, Any] = {"security": [{"key": []}]}


def add_key(schema: dict[str, Any]) -> dict[str, Any]:
    """A description of the API with what a key is."""
    return schema | {"components": schema["components"] | {"securitySchemes": _KEY}}


def _parameters(described: Mapping[str, tuple[str, Mapping[str, Any], Any]]) -> dict[str, Any]:
    """Query parameters by name: what each means, its schema, an example."""
    parameters = [
        {"name": name, "in": "query", "description": text, "schema": schema, "example": example}
        for name, (text, schema, example) in described.items()
    ]
    return {"parameters": parameters, **MAYBE}


def _json_body(schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def responses(
    model: type, *failures: int, example: Any = None, status: int = 200
) -> dict[Any, Any]:
    """What an address answers: a shape, and the failures it may have beside those of every
    address."""
    good: dict[str, Any] = {"model": model}
    if example is not None:
        good["content"] = {"application/json": {"example": example}}
    return {status: good, **{code: _FAILURES[code] for code in failures}}


# Stable words for programs; the message beside them is for people and may change.
CODES = {
    "bad_request": "请求有误",
    "key_missing": "需要钥匙而没有给出",
    "key_unknown": "钥匙不对",
    "key_expired": "钥匙已到期",
    "key_revoked": "钥匙已停用",
    "staff_only": "需要工作人员的钥匙",
    "not_found": "没有，或者提问的人不能看",
    "too_slow": "提交得太慢",
    "conflict": "现在不能这样做，如文件正在删除",
    "too_large": "提交的内容太大",
    "too_many_requests": "太频繁了，或等待的文件太多",
    "http_error": "没有这个地址，或不支持该方法",
    "not_ready": "还没有通过自检",
    "encoder_unavailable": "向量模型不能用，可以改用 mode=keyword",
    "library_error": "资料库不能用",
    "foreign_home": "资料库目录里是别的东西",
    "newer_home": "资料库由更新的版本写成",
    "index_mismatch": "索引要重建",
    "library_busy": "资料库正被另一个进程写入",
    "internal_error": "服务内部出错",
}
INTRODUCTION = (
    "按关键词和语义检索协会自己的文件。没有钥匙就是公众；会员和工作人员的钥匙放在 "
    "`Authorization: Bearer` 头里，不能写在网址里。\n\n"
    '出错时一律是 `{"error": {"code", "message"}}`，code 不会改变：\n\n| code | 意思 |\n|---|---|\n'
    + "".join(f"| `{code}` | {text} |\n" for code, text in CODES.items())
)

_FAILURES: dict[int, dict[str, Any]] = {
    code: {"model": Error, "description": text}
    for code, text in {
        400: "请求有误，message 说明怎样改",
        401: "没有钥匙，或钥匙不对、到期、停用",
        403: "这需要工作人员的钥匙",
        404: "没有，或者提问的人不能看",
        409: "现在不能这样做",
        408: "提交得太慢",
        413: "提交的内容太大",
        429: "太频繁了，Retry-After 说明等几秒",
        503: "暂时不能回答",
    }.items()
}
# Of every address that decides who asks.
ALWAYS: dict[int | str, dict[str, Any]] = {
    code: _FAILURES[code] for code in (400, 401, 408, 413, 429, 503)
}

SEARCH = _parameters(
    {
        "q": ("要找的内容；留空则按筛选条件列出", _TEXT, "会费什么时候交"),
        "mode": ("检索方式", {"type": "string", "enum": list(MODES)}, "hybrid"),
        "limit": ("文件数", _whole(1, MAX_LIMIT, 10), 10),
        "offset": ("跳过的文件数", _whole(0, MAX_OFFSET, 0), 0),
        "sort": ("排序", {"type": "string", "enum": list(SORTS)}, "relevance"),
        "type": ("文种", _TEXT, "通知"),
        "issuer": ("发文单位，包含即可", _TEXT, "秘书处"),
        "year": ("年份", {"type": "integer", "minimum": 1000, "maximum": 9999}, 2025),
        "date_from": ("不早于", _DATE, "2024-06-25"),
        "date_to": ("不晚于", _DATE, "2025"),
        "number": (
            "发文字号",
            {"type": "string", "pattern": "^[江岚高后协]{1,6}〔20[0-9]{2}〕[1-9][0-9]?号$"},
            "江岚高后协〔2024〕12号",
        ),
        "as_of": ("以哪一天为今天来理解“去年”等说法；默认当天", _DAY, "2024-06-25"),
        "literal": ("不要另作理解的字词，多个用 | 隔开", _TEXT, "去年|四川"),
        "aliases": ("0 则不找简称、同义词和别的说法", _SWITCH, "1"),
        "explain": ("1 则附上各路的名次和得分", _SWITCH, "0"),
    }
)
SUGGEST = _parameters(
    {
        "q": ("已输入的字，可用空格分成几段", {"type": "string", "maxLength": 500}, "会费"),
        "limit": ("条数", _whole(1, MAX_SUGGESTIONS, 8), 8),
    }
)
ORIGINAL = _parameters({"view": ("1 则 PDF 在浏览器里显示", _SWITCH, "0")})
VERIFY = MAYBE | _json_body(
    {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "maxLength": MAX_TEXT_CHARS, "pattern": r"\w\w"},
        },
    },
    {"text": "普通会员单位会费每年3000元。"},
)
UPLOAD = STAFF | {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "audience": {"type": "string", "enum": [*Audience], "default": "staff"},
                    },
                }
            }
        },
    }
}
CHANGE = STAFF | _json_body(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "audience": {"type": ["string", "null"], "enum": [*Audience, None]},
            "release_original": {"type": "boolean"},
        },
    },
    {"audience": "member"},
)

_DOCUMENT = {
    "document_id": "3f2a9c0b7d1e",
    "title": "会费管理办法",
    "number": None,
    "issuer": "江岚省高等院校后勤协会",
    "date": "2025-01-01",
    "types": ["办法"],
    "source": "会费管理办法.docx",
    "url": "/documents/3f2a9c0b7d1e",
}
_TEXT_FOUND = "第三条 普通会员单位会费每年2000元，每年3月底前缴纳。"
FOUND = responses(
    Found,
    example={
        "query": {
            "text": "会费什么时候交",
            "mode": "hybrid",
            "understood": [{"kind": "alias", "text": "交", "value": "缴纳"}],
        },
        "total": 1,
        "total_is_exact": False,
        "took_ms": 4.2,
        "generation": "1.33",
        "notice": None,
        "suggestions": [],
        "answer": {
            "quote": "普通会员单位会费每年2000元，每年3月底前缴纳。",
            "document_id": "3f2a9c0b7d1e",
            "passage_id": 12,
            "start": 4,
            "end": 28,
            "page": [1, 1],
            "address": "第三条",
        },
        "hits": [
            {
                "rank": 1,
                **_DOCUMENT,
                "score": 0.61,
                "superseded": False,
                "copies": [],
                "passages": [
                    {
                        "passage_id": 12,
                        "address": "第三条",
                        "page": [1, 1],
                        "lead": "",
                        "text": _TEXT_FOUND,
                        "marks": [[10, 12], [25, 27]],
                        "score": 0.6,
                    }
                ],
            }
        ],
        "facets": {
            "type": [{"value": "办法", "count": 1}],
            "issuer": [{"value": "江岚省高等院校后勤协会", "count": 1}],
            "year": [{"value": 2025, "count": 1}],
        },
    },
)
SUGGESTED = responses(
    Suggested,
    example={
        "query": "会费",
        "suggestions": [
            {"text": "会费管理办法", "kind": "title", "document_id": "3f2a9c0b7d1e"},
            {"text": "第三章 会费的缴纳", "kind": "heading", "document_id": "3f2a9c0b7d1e"},
        ],
    },
)
VERIFIED = responses(
    Verified,
    example={
        "sentences": [
            {
                "text": "普通会员单位会费每年3000元。",
                "start": 0,
                "end": 15,
                "verdict": "near",
                "likeness": 0.933,
                "found": {
                    "quote": "普通会员单位会费每年2000元",
                    **_DOCUMENT,
                    "passage_id": 12,
                    "start": 4,
                    "end": 18,
                    "page": [1, 1],
                    "address": "第三条",
                },
                "differences": [
                    {"kind": "number", "name": "数字不同", "given": [10, 14], "found": [10, 14]}
                ],
            }
        ]
    },
)
WHOLE = responses(WholeDocument, 404)
_ACCEPTED: dict[str, Any] = {
    "job_id": "5f0c9a3e1b2d4c6a",
    "kind": "ingest",
    "state": "queued",
    "name": "关于缴纳2025年度会费的通知.pdf",
    "audience": "public",
    "document_id": None,
    "created": "2026-01-05 09:30:00",
    "finished": None,
    "documents": [],
}
_ROW = {
    "name": _ACCEPTED["name"],
    "outcome": "added",
    "document_id": "3f2a9c0b7d1e",
    "reason": None,
    "message": None,
}
ACCEPTED = responses(Job, 403, 404, example=_ACCEPTED, status=202)
JOB = responses(
    Job,
    403,
    404,
    example=_ACCEPTED | {"state": "done", "finished": "2026-01-05 09:30:04", "documents": [_ROW]},
)
CHANGED = responses(
    Changed,
    403,
    404,
    409,
    example={
        "document_id": "3f2a9c0b7d1e",
        "access": {
            "audience": "member",
            "decided": True,
            "released": False,
            "holds_personal": True,
        },
    },
)
ALIVE = responses(Status, example={"status": "ok"})
READY = responses(Status, 503, example={"status": "ready"})


def file_of(media_type: str) -> dict[Any, Any]:
    """An answer that is a file and no JSON."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}}, 404: _FAILURES[404]}


METRICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": _TEXT}}},
    403: _FAILURES[403],
}

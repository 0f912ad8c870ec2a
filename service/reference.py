"""The settings, for people: all there are, and those in force here with where they come from."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.settings import CONFIG_FILE, Settings

_PREFIX = str(Settings.model_config["env_prefix"])
_MACHINE = {"processes": "2，单核的机器 1"}  # defaults that are not the same everywhere


def table() -> str:
    """All settings as the Markdown table of docs/settings.md."""
    lines = ["| 名称 | 默认 | 环境变量 | 作用 |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _MACHINE.get(name) or (f"`{_written(field.default)}`" if field.default else "空")
        lines.append(f"| `{name}` | {default} | `{_variable(name)}` | {field.description} |")
    return "\n".join(lines) + "\n"


def in_force(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(name, value as xiehui.toml would have it, where it was set) of every setting."""
    in_file = tomllib.loads(CONFIG_FILE.read_text("utf-8")) if CONFIG_FILE.exists() else {}
    variables = {key.upper() for key in os.environ}
    for name in Settings.model_fields:
        origin = "默认"
        if _variable(name) in variables:
            origin = f"环境变量 {_variable(name)}"
        elif name in in_file:
            origin = str(CONFIG_FILE)
        yield name, _written(getattr(settings, name)), origin


def _variable(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _written(value: Any) -> str:
    if isinstance(value, Path):
        value = str(value)
    return '""' if value is None else json.dumps(value, ensure_ascii=False)

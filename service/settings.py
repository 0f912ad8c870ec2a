"""Settings, read once: defaults, then xiehui.toml, then XIEHUI_* variables, then flags."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import BadRequest

CONFIG_FILE = Path("xiehui.toml")

# Two keep answering while one works or has fallen over; more only cost memory in most offices.
_PROCESSES = min(2, os.cpu_count() or 1)

# As browsers write it. Matches https://a.example:8443 and http://[::1]:8000; not
# https://a.example/, https://a.example:443, *, null.
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::(?!80$|443$)[0-9]{1,5})?"
)


class Settings(BaseSettings):
    """Everything that can be set; an unknown key in the file is an error."""

    model_config = SettingsConfigDict(env_prefix="XIEHUI_", frozen=True, extra="forbid")

    home: Path = Field(Path("var"), description="资料库所在目录，要在本机的硬盘上")
    host: str = Field("127.0.0.1", description="服务监听的地址")
    port: int = Field(8000, ge=1, le=65535, description="服务监听的端口")
    processes: int = Field(
        _PROCESSES,
        ge=1,
        le=64,
        description="同时回答问题的进程数，访问多时可以加到核数；每个另占 0.2 GB 以上内存",
    )
    encoder: str | None = Field(
        None,
        description="向量模型：builtin 为内置，也可填 sentence-transformers 模型的目录或名称；"
        "不填则用建库时的模型，换了要 xiehui rebuild",
    )
    name: str = Field("协会", description="页面上显示的单位名称")
    contact: str = Field(
        "",
        description="查不到、看不到原文件时，请人联系谁：一句话（如“秘书处 0899-5550100”），"
        "或 https://、mailto: 开头的地址",
    )
    rate_per_minute: int = Field(
        600, ge=0, description="公众每个来访地址平均每分钟最多查多少次；0 为不限"
    )
    rate_burst: int = Field(200, ge=1, description="公众每个来访地址一口气最多查多少次")
    trusted_proxies: str = Field(
        "127.0.0.1", description="前面的反向代理的地址，多个用逗号隔开；只听它们转告的来访地址"
    )
    base_url: str = Field("", description="对外访问的网址前缀，如 https://example.org/search")
    examples: tuple[str, ...] = Field((), description="首页上的示例问题；不填则取最新文件的标题")
    allowed_origins: tuple[str, ...] = Field(
        (), description="可以放搜索框的其他网站，如 https://www.example.org；不填则只有本站"
    )

    @field_validator("allowed_origins")
    @classmethod
    def _each_is_one_site(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise PydanticCustomError(
                    "origin",
                    "每一项都要写成 https://www.example.org 的样子：小写，可以带端口，"
                    "后面没有斜杠和路径，也不能用 *；现在写的是 {origin}",
                    {"origin": origin},
                )
        return origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, CONFIG_FILE)
        return init_settings, env_settings, file


def read_settings(**flags: Any) -> Settings:
    """Settings with the flags that were given. Raises BadRequest naming the bad key."""
    given = {key: value for key, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        why = "没有这项设置，请检查写法" if unknown else first["msg"]
        raise BadRequest(f"设置 {key} 不对：{why}") from error
    except ValueError as error:
        raise BadRequest(f"{CONFIG_FILE} 读不懂：{error}") from error

"""Is what was derived from the library what it should be?"""

from __future__ import annotations

import numpy as np

from index.collection import Collection
from index.model import Audience


def verify(collection: Collection) -> list[str]:
    """What is wrong, one line each in Chinese; empty when all is well."""
    library, engine = collection.library, collection.engine
    problems = [f"数据库损坏：{line}" for line in library.integrity_problems()]
    with library.reading():
        ids = engine.columns.passage_ids
        counts = library.counts()
        if len(ids) != counts["passages"]:
            problems.append(f"段落 {counts['passages']} 个，列数据里 {len(ids)} 个")
        for audience in Audience:
            expected = library.passages_seen_by(audience)
            held = engine.keyword_passages(audience)
            if held != expected:
                problems.append(f"{audience} 关键词索引有 {held} 段，应有 {expected} 段")
            whole, seen = engine.whole_documents(audience), library.documents_seen_by(audience)
            if whole != seen:
                problems.append(f"{audience} 原文索引有 {whole} 份文件，应有 {seen} 份")
        missing = np.setdiff1d(ids, engine.vector_ids())
        if len(missing):
            problems.append(f"{len(missing)} 段没有向量，请运行 xiehui rebuild")
        problems += [f"缺少原件 {name}" for name in library.missing_originals()]
    return problems

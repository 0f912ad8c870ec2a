"""The service as it runs at an office: two processes, keys made by the command, files brought in
over HTTP by the porter, deleted again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from test_end_to_end import run, serving

RULES = "印章管理规定\n\n第一条 用印须经秘书长批准。\n第二条 空白信笺不得加盖印章。\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(address, home) of a library that began with one file."""
    folder = tmp_path_factory.mktemp("running")
    (folder / "会费.txt").write_text("会费管理办法\n\n第一条 会费每年三月底前缴纳。\n", "utf-8")
    home = folder / "home"
    done = run("ingest", str(folder / "会费.txt"), "--home", str(home), "--audience", "public")
    assert done.returncode == 0, done.stderr
    with serving(home, folder / "log") as (address, _):
        yield address, home


def key_for(home: Path, audience: str) -> str:
    done = run("key", "create", "--audience", audience, "--name", "某处", "--home", str(home))
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith("xh_"))


def finished(client: httpx.Client, job_id: str) -> dict[str, object]:
    for _ in range(300):
        job: dict[str, object] = client.get(f"/v1/jobs/{job_id}").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.2)
    raise AssertionError(f"not done within a minute: {job}")


def asking(address: str, key: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=address, headers=headers, timeout=30)


def found(client: httpx.Client, question: str) -> list[str]:
    hits = client.get("/v1/search", params={"q": question}).json()["hits"]
    return [hit["source"] for hit in hits]


def test_a_file_comes_in_over_http_is_published_and_is_deleted(running: tuple[str, Path]) -> None:
    address, home = running
    with asking(address, key_for(home, "staff")) as staff, asking(address) as public:
        given = {"file": ("印章管理规定.txt", RULES.encode())}
        job = staff.post("/v1/documents", files=given).json()
        (row,) = finished(staff, job["job_id"])["documents"]  # type: ignore[misc]
        document = row["document_id"]
        assert "印章管理规定.txt" in found(staff, "空白信笺")
        assert "印章管理规定.txt" not in found(public, "空白信笺")
        staff.patch(f"/v1/documents/{document}", json={"audience": "public"})
        assert "印章管理规定.txt" in found(public, "空白信笺")
        job = staff.delete(f"/v1/documents/{document}").json()
        assert "印章管理规定.txt" not in found(public, "空白信笺")
        assert finished(staff, job["job_id"])["state"] == "done"
        for _ in range(100):
            if all("印章管理规定.txt" not in found(staff, "空白信笺") for _ in range(4)):
                break
            time.sleep(0.2)
        for _ in range(8):  # whichever process answers
            assert "印章管理规定.txt" not in found(staff, "空白信笺")
            assert staff.get(f"/v1/documents/{document}").status_code == 404
    for _ in range(150):  # until indexes and journals are tidy
        held = [f.name for f in home.rglob("*") if f.is_file() and is_in(f, "空白信笺")]
        if not held:
            break
        time.sleep(0.2)
    assert held == []


def is_in(file: Path, text: str) -> bool:
    try:
        return text.encode() in file.read_bytes()
    except FileNotFoundError:  # removed meanwhile
        return False


def test_a_key_is_taken_back_while_the_service_runs(running: tuple[str, Path]) -> None:
    address, home = running
    key = key_for(home, "member")
    with asking(address, key) as member:
        assert member.get("/v1/search", params={"q": "会费"}).status_code == 200
        listed = run("key", "list", "--home", str(home), "--json")
        (key_id,) = [k["key_id"] for k in json.loads(listed.stdout) if key[3:11] == k["key_id"]]
        assert run("key", "revoke", key_id, "--home", str(home)).returncode == 0
        for _ in range(4):
            refused = member.get("/v1/search", params={"q": "会费"})
            assert refused.json()["error"]["code"] == "key_revoked"
    assert "已停用" in run("key", "list", "--home", str(home)).stdout
    assert run("key", "revoke", "00000000", "--home", str(home)).returncode == 1
    assert run("key", "list", "--home", str(home / "none")).returncode == 1


def test_the_requests_of_all_processes_are_counted(running: tuple[str, Path]) -> None:
    address, home = running
    with asking(address, key_for(home, "staff")) as staff:

        def counted() -> float:
            told = staff.get("/metrics").text.splitlines()
            ours = [line for line in told if 'route="/v1/suggest"' in line and "requests_t" in line]
            return sum(float(line.split()[-1]) for line in ours)

        before = counted()
        for _ in range(20):  # each on a connection of its own, dealt out among the processes
            httpx.get(f"{address}/v1/suggest", params={"q": "会费"}).raise_for_status()
        assert counted() == before + 20


def test_files_brought_in_while_a_folder_is_read_wait_and_are_read(
    running: tuple[str, Path], tmp_path: Path
) -> None:
    address, home = running
    for number in range(30):
        text = f"第{number}号通报\n\n各单位报送材料情况通报如下。\n"
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    with asking(address, key_for(home, "staff")) as staff:
        jobs = []
        for number in range(5):
            given = {"file": (f"函{number}.txt", f"关于第{number}件事的函\n\n请研究。\n".encode())}
            jobs.append(staff.post("/v1/documents", files=given).json()["job_id"])
        assert run("ingest", str(tmp_path), "--home", str(home)).returncode == 0
        assert [finished(staff, job)["state"] for job in jobs] == ["done"] * 5
    assert run("verify", "--home", str(home)).returncode == 0

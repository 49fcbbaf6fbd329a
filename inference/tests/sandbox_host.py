"""A host of the sandbox as a process of its own, so that tests can be another user, or kill it.

Arguments: the limits as JSON. Reads requests, one JSON line each, and answers each with one: `{"open": name}`, `{"run": name, "code": …}`,
`{"close": name}`. Imports only what any user may read.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inference.sandbox import SandboxError
from inference.sandbox.jail import NsjailSandbox, open_sandbox
from inference.sandbox.limits import SandboxConfig
from inference.sandbox.session import NsjailSession


async def main(limits: dict[str, Any]) -> None:
    if "root" in limits:
        limits["root"] = Path(limits["root"])
    try:
        sandbox = await open_sandbox(SandboxConfig(**limits))
    except SandboxError as error:
        say({"refused": str(error)})
        return
    say({"ready": True})
    sessions: dict[str, NsjailSession] = {}
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            say(await answered(sandbox, sessions, json.loads(line)))
        except SandboxError as error:
            say({"raised": type(error).__name__, "message": str(error)})
    await sandbox.close()


async def answered(sandbox: NsjailSandbox, sessions: dict[str, NsjailSession], request: dict[str, str]) -> dict[str, Any]:
    if "open" in request:
        sessions[request["open"]] = await sandbox.open()
    elif "close" in request:
        await sessions.pop(request["close"]).close()
    else:
        result = await sessions[request["run"]].run(request["code"])
        return {**asdict(result), "images": [image.hex() for image in result.images]}
    return {}


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))

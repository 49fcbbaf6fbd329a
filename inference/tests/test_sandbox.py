"""The sandbox as the solver uses it: state, output, figures, limits, and how sessions end."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from inference.events import Done, Dropped
from inference.sandbox import SandboxBusy, SandboxUnavailable, SessionLost
from inference.sandbox.jail import NsjailSandbox, open_sandbox
from inference.sandbox.limits import SandboxConfig
from inference.sandbox.session import NsjailSession
from inference.solve import solve
from inference.tests.tutoring_engine import PROGRAM, ScriptedEngine

PNG = b"\x89PNG\r\n\x1a\n"


QUICK = SandboxConfig(soft_seconds=1.5, hard_seconds=2.0, image_bytes=100_000)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[NsjailSandbox]:
    opened = await open_sandbox(QUICK)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def session(sandbox: NsjailSandbox) -> AsyncIterator[NsjailSession]:
    opened = await sandbox.open()
    yield opened
    await opened.close()


async def output(session: NsjailSession, code: str) -> str:
    result = await session.run(code)
    assert result.error is None, result
    return result.output


async def test_state_is_kept_between_cells(session: NsjailSession) -> None:
    assert await output(session, "import sympy as sp\nx = sp.Symbol('x')\ndef f(n):\n    return n + 1") == ""
    assert await output(session, "sp.solve(2*x**2 + 5*x - 3, x)") == "[-3, 1/2]\n"
    assert await output(session, "import random\nrandom.seed(7)") == ""
    assert await output(session, "random.random()") == "0.32383276483316237\n"
    assert await output(session, "class A:\n    n = 1\nimport pickle\npickle.loads(pickle.dumps(A())).n + f(1)") == "3\n"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("2+2", "4\n"),
        ("x = 1", ""),
        ("None", ""),
        ("print('a')\n'b'", "a\n'b'\n"),
        ("import sympy\nsympy.sqrt(8)", "2*sqrt(2)\n"),
        ("for i in range(2):\n    i", ""),
        ("import sys\nprint('é 数', file=sys.stderr)", "é 数\n"),
        ("print('no newline', end='')", "no newline"),
        ("# nothing", ""),
        ("", ""),
        ("import sys\nsys.exit()", ""),
        ("print(4)\nexit()", "4\n"),
        ("for n in range(9):\n    if n == 4:\n        print(n)\n        quit(0)", "4\n"),
    ],
)
async def test_the_last_expression_is_shown_as_in_a_repl(session: NsjailSession, code: str, shown: str) -> None:
    assert await output(session, code) == shown


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("x = 1\ny = x / 0\nz = 2", "line 2: y = x / 0\nZeroDivisionError: division by zero"),
        ("def f():\n    return 1 / 0\nf()", "line 2: return 1 / 0\nZeroDivisionError: division by zero"),
        (
            "import json\njson.loads('{')",
            "line 2: json.loads('{')\njson.decoder.JSONDecodeError: Expecting property name enclosed in double quotes",
        ),
        ("x = 1\nx = = 2", "line 2: x = = 2\nSyntaxError: invalid syntax"),
        ("exit(3)", "line 1: exit(3)\nSystemExit: 3"),
        ("quit('no solution')\nprint(1)", "line 1: quit('no solution')\nSystemExit: no solution"),
        ("quit(chr(0xD800) + 'half a character')", "line 1: quit(chr(0xD800) + 'half a character')\nSystemExit: ?half a character"),
        (
            "榨油重量 = 4.1\nprint(榴油重量)",
            "line 2: print(榴油重量)\nNameError: name '榴油重量' is not defined. Did you mean: '榨油重量'?",
        ),
        (
            "print(itertools.count)",
            "line 1: print(itertools.count)\nNameError: name 'itertools' is not defined. Did you forget to import 'itertools'",
        ),
        ("print('before')\nundefined", "line 2: undefined\nNameError: name 'undefined' is not defined"),
    ],
)
async def test_an_error_is_the_failing_line_and_the_last_line_of_the_traceback(session: NsjailSession, code: str, error: str) -> None:
    result = await session.run(code)
    assert (result.error or "").startswith(error)
    assert result.output == ("before\n" if "before" in code else "")


@pytest.mark.parametrize(
    "failure",
    [
        "1 / 0",
        "import os\nos.abort()",
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ],
)
async def test_a_failed_cell_leaves_the_state_as_it_was(session: NsjailSession, failure: str) -> None:
    await output(session, "kept = [1]\nopen('/tmp/kept', 'w').close()")
    assert (await session.run(f"kept.append(2)\nnew = 1\n{failure}")).error
    assert await output(session, "kept, 'new' in globals()") == "([1], False)\n"


async def test_figures_come_back_as_pictures(session: NsjailSession) -> None:
    await output(session, "import matplotlib.pyplot as plt\nimport numpy as np")
    result = await session.run(
        "for k in (1, 2):\n    plt.figure()\n    plt.plot(np.sin(k * np.linspace(0, 6, 50)))\nplt.title('$x^2$')\nplt.show()"
    )
    assert (result.error, result.output, len(result.images)) == (None, "", 2)
    assert all(image.startswith(PNG) for image in result.images)
    assert (await session.run("1")).images == ()


async def test_a_glyph_that_the_font_lacks_is_no_warning(session: NsjailSession) -> None:
    result = await session.run("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('的图像')")
    assert len(result.images) == 1
    assert "Warning" not in result.output


async def test_figures_are_bounded(session: NsjailSession) -> None:
    await output(session, "import matplotlib.pyplot as plt\nimport numpy as np")
    result = await session.run("for n in range(7):\n    plt.figure(figsize=(1, 1))")
    assert (result.error, len(result.images)) == (None, 4)
    large = await session.run("image = plt.imshow(np.random.rand(400, 400), interpolation='nearest')")
    assert (large.images, large.output) == ((), "[figure 1 was left out: over 100000 bytes]\n")


@pytest.mark.parametrize("drawn", [b"<svg/>", PNG + b"\0\0\0\rIHDR" + (30_000).to_bytes(4) * 2 + b"\1\0\0\0\0"], ids=["no PNG", "a bomb"])
async def test_what_is_no_picture_is_left_out(drawn: bytes, session: NsjailSession) -> None:
    forged = f"import matplotlib.pyplot as plt\nplt.Figure.savefig = lambda figure, file, **_: file.write({drawn!r})\nfigure = plt.figure()"
    result = await session.run(forged)
    assert (result.error, result.images) == (None, ())
    assert result.output == "[figure 1 was left out: no PNG of at most 16000000 pixels]\n"


async def test_long_output_loses_its_middle(session: NsjailSession) -> None:
    result = await session.run("print('start' + '数' * 100_000 + 'end')")
    assert result.truncated
    assert result.output.startswith("start数")
    assert result.output.endswith("数end\n")
    assert len(result.output) < 1_100
    assert not (await session.run("print('x' * 999)")).truncated


async def test_a_cell_that_is_too_long_is_not_run(session: NsjailSession) -> None:
    result = await session.run("#" * 40_000)
    assert "longer than 30000 bytes" in (result.error or "")
    assert await output(session, "'数' * 3 # " + "数" * 9_000) == "'数数数'\n"


async def test_the_soft_limit_is_an_exception_in_the_cell(session: NsjailSession) -> None:
    result = await session.run("print('begun')\nimport time\ntime.sleep(60)")
    assert (result.output, result.timed_out) == ("begun\n", True)
    assert result.error == "line 3: time.sleep(60)\nTimeLimit: the cell ran longer than 1.5 s"
    assert 1.5 <= result.seconds < 2.0


async def test_the_hard_limit_ends_a_cell_that_does_not_listen(session: NsjailSession) -> None:
    result = await session.run("print('begun')\nimport signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass")
    assert (result.output, result.timed_out) == ("begun\n", True)
    assert result.error == "The cell was stopped: it ran longer than 2 s."
    assert await output(session, "2+2") == "4\n"


async def test_sessions_share_nothing(sandbox: NsjailSandbox) -> None:
    one, two = await sandbox.open(), await sandbox.open()
    await output(one, "import math\nsecret = 1\nmath.secret = 1\nopen('/tmp/secret', 'w').close()")
    seen = "import math, os\n'secret' in globals(), hasattr(math, 'secret'), os.listdir('/tmp')"
    assert await output(two, seen) == "(False, False, [])\n"
    assert await output(one, seen) == "(True, True, ['secret'])\n"
    await one.close()
    await two.close()


async def test_sessions_run_side_by_side(sandbox: NsjailSandbox) -> None:
    sessions = [await sandbox.open() for _ in range(4)]
    began = time.monotonic()
    results = await asyncio.gather(*(one.run("import time\ntime.sleep(0.7)\n'done'") for one in sessions))
    assert [result.output for result in results] == ["'done'\n"] * 4
    assert time.monotonic() - began < 2
    for one in sessions:
        await one.close()


async def test_close_ends_a_running_cell_at_once(session: NsjailSession) -> None:
    running = asyncio.create_task(
        session.run("import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass")
    )
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await session.close()
    with pytest.raises(SessionLost):
        await running
    assert time.monotonic() - began < 0.5
    await session.close()
    with pytest.raises(SessionLost, match="closed"):
        await session.run("1")


async def test_a_cancelled_cell_closes_its_session(session: NsjailSession) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(session.run("import time\ntime.sleep(60)"), 0.3)
    with pytest.raises(SessionLost, match="closed"):
        await session.run("1")


async def test_beyond_the_limit_a_session_waits_for_another_to_close() -> None:
    sandbox = await open_sandbox(replace(QUICK, sessions=2, wait_seconds=0.3))
    first, second = await sandbox.open(), await sandbox.open()
    with pytest.raises(SandboxBusy, match="2 sessions are open"):
        await sandbox.open()
    waiting = asyncio.create_task(sandbox.open())
    await asyncio.sleep(0.05)
    await first.close()
    await first.close()  # gives its place back once
    third = await waiting
    assert (await third.run("1 + 1")).output == "2\n"
    with pytest.raises(SandboxBusy, match="2 sessions are open"):
        await sandbox.open()
    await second.close()
    await sandbox.close()


async def test_candidates_that_find_no_place_are_dropped_and_the_others_go_on() -> None:
    engine = ScriptedEngine(("```output", ["It is $\\boxed{5}$."]), (PROGRAM, ["import time\ntime.sleep(1)\nprint(5)\n```\n"]))
    sandbox = await open_sandbox(replace(QUICK, sessions=1, wait_seconds=0.2))
    events = [event async for event in solve("2 + 3", engine=engine, sandbox=sandbox, mode="tir", n=3, select="first")]
    assert [event for event in events if isinstance(event, Dropped)] == [
        Dropped(candidate=1, reason="sandbox"),
        Dropped(candidate=2, reason="sandbox"),
    ]
    assert isinstance(events[-1], Done)
    assert (events[-1].answer, events[-1].checked) == ("5", True)
    await sandbox.close()


async def test_a_closed_sandbox_opens_nothing() -> None:
    sandbox = await open_sandbox(QUICK)
    session = await sandbox.open()
    await sandbox.close()
    with pytest.raises(SessionLost):
        await session.run("1")
    with pytest.raises(SandboxUnavailable, match="closed"):
        await sandbox.open()


@pytest.mark.parametrize("wrong", [{"soft_seconds": 0}, {"soft_seconds": 9.0, "hard_seconds": 9.0}, {"code_bytes": 100_000}])
async def test_limits_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        SandboxConfig(**wrong)

"""A GGUF file as the embedded engine loads it: OpenVINO's form of the model, written once a machine, with a reward head where there is one.

    python -m inference.engines.openvino_model FILE.gguf FOLDER [HEAD.npz]

OpenVINO loads its own form in half the time of a GGUF file and in two thirds of the memory, because it maps the weights instead of reading
them. It takes about 1.15 times the room of the file, beside it, in the user's cache folder.

The reward head (`inference.reward.heads`) sits in the same graph: at a position whose token is the head's own, the model answers not with
the usual logits, but with the head's score as the logits of two tokens. What was computed for the text so far (the cache's keys and values)
serves both, so that scoring a text that the engine has just written costs one token.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from grading.checking.bound import end_with_parent
from inference import weights
from inference.engines import EngineUnavailable
from inference.engines.openvino import WRITING
from inference.engines.openvino_library import genai, op, ov
from inference.reward.heads import Head, read_head

MODEL = "openvino_model.xml"
SCORING = "scoring.json"
FORMAT = 1  # of what is written here; another number is written anew
ROOM = 2.6  # times the file's size, while it is written
KEPT = 6  # models; those that were used last
SMALLEST = -100.0  # logit of every token but the two that carry a score
SCALE = 0.25  # of a score as a logit: float32 tells scores apart up to about 50
NEW = "new-"  # begins the name of a folder that is being written
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Scoring:
    """What the engine must know to ask for a score: token ids, and the text that stands between a response and the head's token."""

    suffix: str
    token: int
    high: int
    low: int


def prepared(gguf: Path, head: Path | None = None) -> Path:
    """The folder with the model in OpenVINO's form; written first where it is not there. Raises `EngineUnavailable`."""
    place = weights.directory().parent / "openvino"
    folder = place / f"{gguf.stem}-{_key(gguf, head)}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with weights.locked(place, WRITING):
            for left in place.glob(f"{NEW}*"):  # by a process that was killed: who writes holds the lock
                shutil.rmtree(left, ignore_errors=True)
            if not folder.is_dir():
                _write(gguf, head, folder)
            os.utime(folder)
        _forget(place)
    except (OSError, weights.Busy) as error:
        raise EngineUnavailable(f"The model cannot be written in OpenVINO's form: {error}") from error
    return folder


def scoring(folder: Path) -> Scoring | None:
    """How a prepared model scores; None where it has no head."""
    path = folder / SCORING
    return Scoring(**json.loads(path.read_text())) if path.exists() else None


def _key(gguf: Path, head: Path | None) -> str:
    status = gguf.stat()
    parts = [FORMAT, version("openvino-genai"), gguf.resolve(), status.st_size, status.st_mtime_ns, head and head.read_bytes()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _write(gguf: Path, head: Path | None, folder: Path) -> None:
    """In a process of its own, which takes the memory with it when it ends."""
    needed = ROOM * gguf.stat().st_size
    if shutil.disk_usage(folder.parent).free < needed:
        raise EngineUnavailable(f"{folder.parent} has no room for the {needed / 1e9:.1f} GB that the model {gguf.name} needs there.")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=NEW) as work:
        command = [sys.executable, "-m", __name__, str(gguf.resolve()), work, *([str(head.resolve())] if head else [])]
        try:
            # Where this process ends, nobody waits for the model any more, and the lock is open: another may begin to write.
            ended = subprocess.run(
                command, cwd=_ROOT, capture_output=True, text=True, timeout=WRITING, check=False, preexec_fn=end_with_parent
            )
        except subprocess.TimeoutExpired as error:
            raise EngineUnavailable(f"Writing {gguf.name} in OpenVINO's form took more than {WRITING:.0f} s.") from error
        if ended.returncode:
            last = (ended.stderr.strip() or f"status {ended.returncode}").splitlines()[-1]
            raise EngineUnavailable(f"The model {gguf.name} cannot be written in OpenVINO's form: {last}")
        (Path(work) / "done").rename(folder)


def _forget(place: Path) -> None:
    """Remove all but the models used last. A process that has one loaded keeps it: its files are mapped."""
    folders = sorted((path for path in place.iterdir() if path.is_dir() and not path.name.startswith(NEW)), key=_used, reverse=True)
    for folder in folders[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _used(folder: Path) -> float:
    return folder.stat().st_mtime


# --- In the process that writes ---------------------------------------------------------------------------------------------


def with_head(model: ov.Model, head: Head, token: int, high: int, low: int) -> None:
    """Put `head` into the graph: where an input token is `token`, the logits are those of the score.

    OpenVINO GenAI lines all tokens of a step up on the first axis, and computes logits only where a token is to be sampled, by a gather
    that it puts before the last matrix product. Here the gather is put in beforehand, because the head needs it too; its input has the name
    that OpenVINO GenAI gives it.
    """
    result = model.output(0).get_node()
    product = result.input_value(0).get_node()
    where = op.parameter([-1], np.int64, name="sampled_tokens_indices")
    where.output(0).get_tensor().set_names({"sampled_tokens_indices"})
    first = op.constant(np.int64(0))
    ids = next(node for node in model.get_parameters() if "input_ids" in node.output(0).get_tensor().get_names())
    asked = op.unsqueeze(op.gather(op.equal(ids, op.constant(np.int64(token))), where, first), op.constant(np.int64(2)))
    features = op.gather(layer_output(model, head.layer), where, first)
    product.input(0).replace_source_output(op.gather(product.input_value(0), where, first).output(0))
    score = _score(features, head)
    vocabulary = product.output(0).get_partial_shape()[2].get_length()
    rest, one = np.full((1, 1, vocabulary), SMALLEST, np.float32), np.zeros((1, 1, vocabulary), np.float32)
    rest[..., [high, low]], one[..., high] = 0, SCALE
    scored = op.add(op.constant(rest), op.multiply(op.constant(one), score))
    logits = op.select(asked, scored, product.output(0))
    logits.output(0).get_tensor().set_names({"logits"})
    result.input(0).replace_source_output(logits.output(0))
    model.add_parameters([where])
    model.validate_nodes_and_infer_types()


def layer_output(model: ov.Model, layer: int) -> ov.Output:
    """The residual stream after a layer, as OpenVINO GenAI names it. Raises ValueError."""
    name = f"model.layers.self_attn.add1.layer{layer}"
    for node in model.get_ops():
        if node.get_friendly_name() == name:
            return node.output(0)
    raise ValueError(f"the reward head reads layer {layer}, which the model does not have")


def _score(features: ov.Node, head: Head) -> ov.Node:
    """Linear, ReLU, Linear, as `Head.score` computes it."""
    scaled = op.multiply(op.subtract(features, op.constant(head.mean)), op.constant(head.scale))
    hidden = op.relu(op.add(op.matmul(scaled, op.constant(head.w1), False, True), op.constant(head.b1)))
    return op.add(op.matmul(hidden, op.constant(head.w2), False, True), op.constant(head.b2))


def write(gguf: Path, work: Path, head: Head | None) -> None:
    """Write `work/done`."""
    raw, done = work / "raw", work / "done"
    raw.mkdir()
    done.mkdir()
    (raw / gguf.name).symlink_to(gguf)  # OpenVINO GenAI writes beside the file that it reads
    scheduler = genai.SchedulerConfig()
    scheduler.num_kv_blocks = 4
    genai.ContinuousBatchingPipeline(str(raw / gguf.name), scheduler, "CPU", {"enable_save_ov_model": True})
    if head is None:
        for path in raw.glob("openvino_model.*"):
            path.rename(done / path.name)
        return
    vocabulary = genai.Tokenizer(str(gguf)).get_vocab()
    ids = {name: vocabulary.get(name.encode(), vocabulary.get(name)) for name in (head.token, *head.carriers)}
    if missing := [name for name, number in ids.items() if number is None]:
        raise ValueError(f"the reward head needs the token {missing[0]}, which the model does not have")
    told = Scoring(head.suffix, ids[head.token], *(ids[name] for name in head.carriers))
    model = ov.Core().read_model(raw / MODEL)
    with_head(model, head, told.token, told.high, told.low)
    ov.save_model(model, done / MODEL, compress_to_fp16=False)
    (done / SCORING).write_text(json.dumps(asdict(told)))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), read_head(Path(sys.argv[3])) if len(sys.argv) > 3 else None)

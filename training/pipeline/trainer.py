"""What stages that train share: transformers' Trainer set up from a config, watched, stopped, resumed, and its result kept.

In a stage's folder: `checkpoints/` while it runs (each with a file COMPLETE once it is whole; others are thrown away), then the result,
which appears whole or not at all. A run that was killed, and goes on, takes the same steps with the same losses. `progress.jsonl`
says of each step `loss`, `learning_rate`, `grad_norm`, `tokens_a_second` (all that went through the model), `memory_gb` (the most that
was used so far) and `eta` (seconds); a step that is taken again after a kill is not written again.
"""

import json
import math
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from safetensors import SafetensorError
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from grading.checking.bound import end_with_parent
from training import rows
from training.pipeline.models import compute_dtype
from training.pipeline.stage import Folder, StageError, StopAsked, require
from training.pipeline.training_config import TrainingConfig, processes

CHECKPOINTS, COMPLETE, SUMMARY = "checkpoints", "COMPLETE", "training.json"
TOO_LARGE = (
    "Out of memory. Take fewer rows at once (per_device), shorter ones (max_length), gradient_checkpointing, an adapter (lora_rank), or "
    "shard the model over more GPUs (fsdp)."
)


def arguments[A: TrainingArguments](kind: type[A], config: TrainingConfig, folder: Folder, **more: Any) -> A:  # noqa: ANN401
    """The Trainer's settings. Rows come in the order of the dataset, which `schedule` decided. Raises `StageError`."""
    if processes() > 1:
        _end_with_launcher()
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.backends.cuda.enable_cudnn_sdp(False)  # on Hopper it gave gradients that are not numbers
    settings: dict[str, Any] = {
        "output_dir": str(folder.path / CHECKPOINTS),
        "per_device_train_batch_size": config.per_device,
        "gradient_accumulation_steps": config.accumulation,
        "num_train_epochs": 1,
        "train_sampling_strategy": "sequential",
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "polynomial",
        "lr_scheduler_kwargs": {"lr_end": config.final_learning_rate, "power": 1.0},
        "warmup_steps": config.warmup_steps,
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "bf16": compute_dtype(config.precision) == torch.bfloat16,
        "gradient_checkpointing": config.gradient_checkpointing and not config.fsdp,
        "seed": config.seed,
        "save_steps": config.save_steps,
        "save_total_limit": 2,  # the older one is still whole while the newer is being written
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "include_num_input_tokens_seen": "non_padding",
        "remove_unused_columns": False,
        "label_names": ["labels"],
        "disable_tqdm": True,
        "report_to": "none",
        "use_cpu": not on_gpu,
        "ddp_backend": "gloo" if processes() > 1 and not on_gpu else None,
        "ddp_find_unused_parameters": False,
    }
    if config.fsdp:
        settings |= {"fsdp": True, "fsdp_config": {"version": 2, "activation_checkpointing": config.gradient_checkpointing}}
    made = kind(**settings | more)
    if made.n_gpu > 1:
        raise StageError(f"One process sees {made.n_gpu} GPUs: start the stage under torchrun, or show it one (CUDA_VISIBLE_DEVICES=0).")
    return made


def fit(trainer: Trainer, folder: Folder, figures: dict[str, str] | None = None) -> None:
    """Train to the end, from the last whole checkpoint on. `figures` names more of the trainer's log to put into the progress.

    Raises `StopAsked` with a checkpoint written, and `StageError`.
    """
    sharded = bool(trainer.is_fsdp_enabled)
    require(
        sharded == bool(trainer.args.fsdp), "fsdp: a model is sharded over the GPUs of several processes: start the stage under torchrun."
    )
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Watch(folder, figures or {}))
    checkpoint = _last_checkpoint(folder)
    with plainly():
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if trainer.state.global_step < trainer.state.max_steps:
        raise StopAsked


def kept(folder: Folder, name: str) -> dict[str, Any] | None:
    """The summary of a result that an earlier run came to; None where there is none."""
    path = folder.path / name / SUMMARY
    return json.loads(path.read_text()) if path.exists() else None


@contextmanager
def keeping(folder: Folder, name: str, summary: dict[str, Any], *needless: str) -> Iterator[Path]:
    """A folder to write the result into. Once all is written it gets its name, and the checkpoints and what is `needless` now go."""
    part = folder.path / f"{name}.part"
    if folder.leads:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
    with plainly():
        yield part
    if folder.leads:
        (part / "training_args.bin").unlink(missing_ok=True)
        (part / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
        rows.sync(part)
        part.replace(folder.path / name)
        for left in (CHECKPOINTS, *needless):
            shutil.rmtree(folder.path / left, ignore_errors=True)


@contextmanager
def plainly() -> Iterator[None]:
    """What a machine can run out of, as a `StageError` of one line."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise StageError(TOO_LARGE) from error
    except (RuntimeError, SafetensorError) as error:
        text = str(error)
        if "allocate memory" in text:
            raise StageError(TOO_LARGE) from error
        if isinstance(error, SafetensorError) or "PytorchStreamWriter" in text or "file write failed" in text:
            raise StageError(f"A checkpoint could not be written, is the disk full? {text.strip().splitlines()[0]}") from error
        raise


class Watch(TrainerCallback):
    """Writes progress, marks whole checkpoints, and ends the run when it is asked to or when its loss is no number."""

    def __init__(self, folder: Folder, figures: dict[str, str]) -> None:
        self._folder, self._figures = folder, figures
        self._written = _last_step(folder)
        self._began = self._looked = time.monotonic()
        self._first_step = self._tokens = 0

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:  # noqa: ANN401
        self._began = self._looked = time.monotonic()
        self._first_step, self._tokens = state.global_step, state.num_input_tokens_seen

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:  # noqa: ANN401
        if self._any_process_asked(args):
            control.should_save = control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> None:
        if not logs or "loss" not in logs:
            return
        for name in ("loss", "grad_norm"):
            if not math.isfinite(logs.get(name, 0.0)):
                raise StageError(f"Step {state.global_step}: {name} is {logs[name]}. Lower learning_rate, or look at the data.")
        if state.global_step > self._written:
            figures = {ours: logs[theirs] for theirs, ours in self._figures.items() if logs.get(theirs) is not None}
            self._folder.progress(state.global_step, state.max_steps, **self._row(state, logs), **figures)
            self._written = state.global_step

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:  # noqa: ANN401
        if dist.is_initialized():
            dist.barrier()  # the others have written their part
        if self._folder.leads:
            checkpoint = self._folder.path / CHECKPOINTS / f"checkpoint-{state.global_step}"
            rows.sync(checkpoint)
            (checkpoint / COMPLETE).touch()

    def _row(self, state: TrainerState, logs: dict[str, Any]) -> dict[str, Any]:
        now = time.monotonic()
        seconds, tokens = now - self._looked, state.num_input_tokens_seen - self._tokens
        self._looked, self._tokens = now, state.num_input_tokens_seen
        a_step = (now - self._began) / (state.global_step - self._first_step)
        return {
            "loss": logs["loss"],
            "learning_rate": logs.get("learning_rate"),
            "grad_norm": logs.get("grad_norm"),
            "tokens_a_second": round(tokens / seconds, 1),
            "memory_gb": round(_memory() / 1e9, 2),
            "eta": round(a_step * (state.max_steps - state.global_step), 1),
        }

    def _any_process_asked(self, args: TrainingArguments) -> bool:
        """Signals reach processes at different steps; they stop at one."""
        try:
            self._folder.check_stop()
            asked = False
        except StopAsked:
            asked = True
        if dist.is_initialized():
            votes = torch.tensor(int(asked), device=args.device)
            dist.all_reduce(votes, op=dist.ReduceOp.MAX)
            asked = bool(votes.item())
        return asked


def _end_with_launcher() -> None:
    """Where torchrun is killed, what it started goes on for ever. Asked to stop instead, it ends with a checkpoint."""
    end_with_parent(signal.SIGTERM)


def _last_checkpoint(folder: Folder) -> Path | None:
    """The newest whole checkpoint; what a kill left half-written is removed."""
    found = sorted((folder.path / CHECKPOINTS).glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    whole = [path for path in found if (path / COMPLETE).exists()]
    if folder.leads:
        for path in found:
            if path not in whole:
                shutil.rmtree(path)
    return whole[-1] if whole else None


def _last_step(folder: Folder) -> int:
    path = folder.path / "progress.jsonl"
    return max((row["done"] for row in rows.read(path)), default=0) if path.exists() else 0


def _memory() -> int:
    """The most memory that was used so far, in bytes: the GPU's where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


def last_loss(folder: Folder) -> float | None:
    """The loss of the last step that stands in the progress."""
    path = folder.path / "progress.jsonl"
    return [row["loss"] for row in rows.read(path)][-1] if path.exists() else None

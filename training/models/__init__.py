"""What models are trained from, how that went, what came of it, and which of them serves."""

from training.models.datasets import Dataset
from training.models.evaluations import Evaluation
from training.models.runs import Run, RunStage
from training.models.versions import Alias, ModelVersion, Promotion

__all__ = ["Alias", "Dataset", "Evaluation", "ModelVersion", "Promotion", "Run", "RunStage"]

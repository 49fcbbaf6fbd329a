"""OpenVINO, without its reports: at each import it tells Google Analytics that it is used, by a package that it can do without.

Nothing else imports it.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # to Python: there is no such package

import openvino as ov  # noqa: E402
import openvino_genai as genai  # noqa: E402
from openvino import opset13 as op  # noqa: E402
from openvino_genai.py_openvino_genai import GenerationHandle  # noqa: E402

__all__ = ["GenerationHandle", "genai", "op", "ov"]

"""A figure as a person reads it: `{{ value|short }}`, its name `{{ name|named:kind }}`, and what a stage does, `{{ kind|explained }}`."""

import numpy as np
from django import template

from training import words

register = template.Library()


@register.filter
def short(value: object) -> object:
    """Four digits of a fraction, 0.24995854 as 0.25; whole from a thousand on. Everything else as it is."""
    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if abs(value) >= 1000 else np.format_float_positional(value, precision=4, fractional=False, trim="-")


@register.filter
def named(name: str, kind: str = "") -> str:
    return words.of_figure(name, kind)


@register.filter
def explained(kind: str) -> str:
    return words.of_stage(kind)

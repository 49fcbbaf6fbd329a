"""`{{ value|short }}`: a figure as a person reads it."""

import numpy as np
from django import template

register = template.Library()


@register.filter
def short(value: object) -> object:
    """Four digits of a fraction, 0.24995854 as 0.25; whole from a thousand on. Everything else as it is."""
    if not isinstance(value, float):
        return value
    return f"{value:.0f}" if abs(value) >= 1000 else np.format_float_positional(value, precision=4, fractional=False, trim="-")

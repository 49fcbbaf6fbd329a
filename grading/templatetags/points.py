"""`{{ mark.points|points }}`: points as teachers write them."""

from decimal import Decimal

from django import template

from grading import review

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """`2.50` as 2.5, `10.00` as 10; nothing for None."""
    return "" if value is None else review.plain(value)

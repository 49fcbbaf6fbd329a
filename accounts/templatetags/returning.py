"""`{{ request|page_of }}`: the page to come back to."""

from django import template

from accounts.returning import page_of

register = template.Library()
register.filter(page_of)

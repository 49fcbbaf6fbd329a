"""Tutoring a problem instead of solving it: what to say next, checked before it is said. Knows no Django.

`lesson.teach` is the way in. It works from a key (`key`), the problem's reference, which no event carries.
"""

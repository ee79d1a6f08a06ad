"""Policies as a policy file lists them."""

from __future__ import annotations


def evolution(*view_sets: str, soak: str = "24h") -> str:
    """Of these view sets; of all where none is named."""
    return f"""\
  - name: evolution
    schema_evolution: {{ last_copies: hold, soak: {soak} }}
    match: {{ view_sets: {_named(view_sets)} }}
"""


def retention(newer_than: str, *view_sets: str) -> str:
    """Of these view sets; of all where none is named."""
    return f"""\
  - name: by-age
    retention: {{ keep: {{ newer_than: {newer_than} }} }}
    match: {{ view_sets: {_named(view_sets)} }}
"""


def _named(view_sets: tuple[str, ...]) -> str:
    return f"[{', '.join(view_sets)}]" if view_sets else "all"

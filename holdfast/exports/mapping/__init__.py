"""Which column is what: roles, types, units, zone; and the SELECT that follows.

A mapping is data: it round-trips through JSON, is guessed by ``recognition`` and can
be changed. Composed here, from quoted identifiers and literals, is one SELECT for
each table that a source feeds; it gives canonical columns, the line, and the reason
why a row is rejected (null = it is fine).
"""

from __future__ import annotations

from holdfast.exports.mapping.carried import (
    MAX_TYPED_PROPERTIES,
    SAMPLE_ROWS,
    infer_kept,
    profile,
    staged_columns,
)
from holdfast.exports.mapping.cells import customer_text
from holdfast.exports.mapping.checking import check, is_filled
from holdfast.exports.mapping.parts import (
    EPOCHS,
    ISO,
    WORKSPACE_ZONE,
    Condition,
    FeedMapping,
    Kept,
    Made,
    Source,
    SourceMapping,
)
from holdfast.exports.mapping.staging import staged_relation, unreadable_relation
from holdfast.exports.mapping.telling import people_relation, refused_relation

__all__ = [
    "EPOCHS",
    "ISO",
    "MAX_TYPED_PROPERTIES",
    "SAMPLE_ROWS",
    "WORKSPACE_ZONE",
    "Condition",
    "FeedMapping",
    "Kept",
    "Made",
    "Source",
    "SourceMapping",
    "check",
    "customer_text",
    "infer_kept",
    "is_filled",
    "people_relation",
    "profile",
    "refused_relation",
    "staged_columns",
    "staged_relation",
    "unreadable_relation",
]

"""Which numbers and figures of the lessons changed between two stores, beyond what rounding explains."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutorials_lib.i18n import languages_in, resolve
from tutorials_lib.site.record import Display, Figure, InlineResult, Output, Raised, Record, Stream
from tutorials_lib.site.store import Store

TOLERANCE = 1e-3  # relative; what another processor or another minor version of a library may change
POINTS = 0.5  # how far a line of a figure may move: about what a reader could see
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


@dataclass(frozen=True)
class Drift:
    """One difference of a script, in words."""

    script: str
    what: str

    def __str__(self) -> str:
        return f"{self.script}: {self.what}"


def compare(old: Store, new: Store, tolerance: float = TOLERANCE) -> list[Drift]:
    """Differences between the last runs of the scripts that both stores know."""
    found = []
    for script in sorted(set(old.scripts()) & set(new.scripts())):
        before, after = old.last(script), new.last(script)
        if before is not None and after is not None:
            found += [Drift(script, what) for what in differences(before, after, tolerance)]
    return found


def differences(before: Record, after: Record, tolerance: float = TOLERANCE) -> Iterator[str]:
    """What differs between two runs of one script, one phrase each."""
    yield from _values(before, after, tolerance)
    if len(before.cells) != len(after.cells):
        yield f"has {len(after.cells)} code cells, had {len(before.cells)}"
        return
    for number, (old, new) in enumerate(zip(before.cells, after.cells, strict=True), start=1):
        if [type(output) for output in old] != [type(output) for output in new]:
            yield f"code cell {number} shows {_names(new)}, showed {_names(old)}"
            continue
        for one, other in zip(old, new, strict=True):
            if what := _outputs(one, other, before, after, tolerance):
                yield f"code cell {number}: {what}"


def _values(before: Record, after: Record, tolerance: float) -> Iterator[str]:
    old = {_place(result): result.value for result in before.values}
    for result in after.values:
        place = _place(result)
        if place in old and not same(old[place], result.value, tolerance):
            yield f"inline value `{result.expression}` was {old[place]}, is {result.value}"


def _place(result: InlineResult) -> tuple[int, str, str]:
    return result.after_cell, result.expression, result.format


def same(one: object, other: object, tolerance: float) -> bool:
    """Whether two values agree: numbers within the relative tolerance, texts but for the numbers in them."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and not isinstance(one, bool):
        return close(float(one), float(other), tolerance)
    if isinstance(one, str) and isinstance(other, str):
        return changed_text(one, other, tolerance) == ""
    return one == other


def close(one: float, other: float, tolerance: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(
        one, other, rel_tol=tolerance, abs_tol=1e-12
    )


def changed_text(one: str, other: str, tolerance: float) -> str:
    """How two texts differ, "" if they do not: the first number beyond the tolerance, or the words."""
    if one == other:
        return ""
    one, other = _first_language(one), _first_language(other)
    if NUMBER.sub("#", one).split() != NUMBER.sub("#", other).split():
        return "text changed"
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    moved = [(a, b) for a, b in pairs if not close(float(a), float(b), tolerance)]
    if not moved:
        return ""
    more = f" and {len(moved) - 1} more" if len(moved) > 1 else ""
    return f"{moved[0][0]} is now {moved[0][1]}{more}"


def _first_language(text: str) -> str:
    languages = languages_in(text)
    return resolve(text, languages[0]) if languages else text


def _outputs(one: Output, other: Output, before: Record, after: Record, tolerance: float) -> str:
    if isinstance(one, Stream) and isinstance(other, Stream):
        what = changed_text(one.text, other.text, tolerance)
        return what and f"printed: {what}"
    if isinstance(one, Raised) and isinstance(other, Raised):
        what = changed_text(f"{one.type}: {one.message}", f"{other.type}: {other.message}", tolerance)
        return what and f"raised: {what}"
    if isinstance(one, Figure) and isinstance(other, Figure):
        return "figure changed" if _figure_moved(one, other, before, after) else ""
    if isinstance(one, Display) and isinstance(other, Display):
        texts = [
            (text, other.data.get(mime, "")) for mime, text in one.data.items() if mime.startswith("text/")
        ]
        what = next(filter(None, (changed_text(a, b, tolerance) for a, b in texts)), "")
        if not what and _bytes(one.data, before) != _bytes(other.data, after):
            what = "picture changed"
        return what and f"shown: {what}"
    return ""


def _bytes(data: dict[str, str], record: Record) -> list[bytes]:
    return [record.files[name] for mime, name in sorted(data.items()) if name in record.files]


def _figure_moved(one: Figure, other: Figure, before: Record, after: Record) -> bool:
    """Whether the drawings differ in more than where points stand, by less than one could see."""
    if sorted(one.files) != sorted(other.files):
        return True
    for language, name in one.files.items():
        old, new = (
            record.files[file].decode() for record, file in ((before, name), (after, other.files[language]))
        )
        if old == new:
            continue
        old, new = (_IDENTIFIER.sub(r"\1", svg) for svg in (old, new))
        if NUMBER.sub("#", old) != NUMBER.sub("#", new):
            return True
        pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
        if any(abs(float(a) - float(b)) > POINTS for a, b in pairs):
            return True
    return False


# Clip paths and markers are named by a digest of what they hold.
_IDENTIFIER = re.compile(r'((?:id=|href=|url\()["\'#(]*)[\w-]+')


def _names(outputs: tuple[Output, ...]) -> str:
    return ", ".join(type(output).__name__.lower() for output in outputs) or "nothing"

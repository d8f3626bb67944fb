"""Measured numbers typed into prose: `the accuracy was 97.3 %`, `una pérdida de 0,12`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutorials_lib.site.markdown import words_only

_METRIC = (
    r"(?:accurac(?:y|ies)|losses|loss|error(?: rate)?|precision|recall|perplexity|"
    r"exactitud|aciertos?|pérdidas?|precisión|exhaustividad|sensibilidad|perplejidad|tasa de error|"
    r"MAE|MSE|RMSE|ECM|F1|AUC|IoU|BLEU|R²)"
)
_UNIT = r"(?:m?s|seconds?|segundos?|minut[eo]s?|[kMG]i?B|epochs?|épocas?|times|veces|×|°|mm|cm|px)\b"
_NUMBER = (
    r"(?<![\w.,/])[-−]?(?:\d+(?:[.,]\d+)?\s?%|(?![1-9]\d{0,2},\d{3}\b)\d+[.,]\d+)"  # not 1,000
    rf"(?![.,]?\d)(?![\w/])(?!\s?{_UNIT})"
)
# Between the metric and its number: anything but the end of the sentence, or what else has such a number.
_OTHER = (
    r"(?:rate|tasa|lr|momentum|dropout|interval\w*|confian\w+|confidence|[cq]uantil\w*|percentil\w*|epochs?|épocas?"
    r"|versi[oó]n|threshold|umbral)\b"
)
_BETWEEN = rf"(?:(?!{_OTHER})[^.!?;|\d]){{0,40}}"
_LINK = r"(?:(?:of|de|del|in|en|mean|test|training|validation|final|prueba|entrenamiento|validación)\s+){0,3}"
_LITERAL = re.compile(
    rf"\b{_METRIC}\b(?!-){_BETWEEN}(?P<after>{_NUMBER})|(?P<before>{_NUMBER})\s+{_LINK}{_METRIC}\b",
    re.IGNORECASE,
)
_NOT_MEASURED = re.compile(
    r"\s*(?:[-–]\s*)?(?:confidence|interval|CI\b|band|de confianza|[cq]uantil|percentil)",
    re.IGNORECASE,
)
_QUANTILES = re.compile(r"(?:[cq]uantil|percentil)\w*[^.!?|]{0,20}$", re.IGNORECASE)


def literal_metrics(markdown: str) -> Iterator[tuple[int, str]]:
    """Position and words of each metric given as a literal. Code, math, links and inline values do not count.

    >>> [words for _, words in literal_metrics("An accuracy of 97.3%, a loss of `{python} loss:.2f`.")]
    ['accuracy of 97.3%']
    """
    text = re.sub(r"(?<!\n)\n(?![\n|#*+-])", " ", words_only(markdown))  # a sentence may be wrapped
    for found in _LITERAL.finditer(text):
        end = found.end("after") if found["after"] else found.end("before")
        if not _NOT_MEASURED.match(text, end) and not _QUANTILES.search(text[: found.start()]):
            yield found.start(), " ".join(found[0].split())

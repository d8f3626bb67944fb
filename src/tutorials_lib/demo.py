"""A classifier of digits that runs in the reader's browser, and a table for whoever reads without scripts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from tutorials_lib.handwriting import picture_of, png
from tutorials_lib.i18n import tr
from tutorials_lib.widget import Widget, text_table


def live_digits(
    model: bytes,
    counts: Int[ndarray, "n 8 8"],
    labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
) -> Widget:
    """The ONNX `model` to try in the page; without scripts, a table of n digits and what Python answered.

    The model takes `counts` (batch 8 8, float32) and gives `probabilities` (batch 10).
    """
    head = [
        tr(es="dígito", en="digit"),
        tr(es="es un", en="it is a"),
        tr(es="respuesta", en="answer"),
        tr(es="segunda", en="second"),
    ]
    rows = [
        [str(label), *(f"{place} ({percent(row[place])})" for place in np.argsort(row)[:-3:-1])]
        for label, row in zip(labels, probabilities, strict=True)
    ]
    settings = {
        "words": _words(),
        "model": base64.b64encode(model).decode(),
        "samples": ["".join(np.base_repr(value, 17) for value in sample.flat).lower() for sample in counts],
    }
    pictures = [base64.b64encode(png(picture_of(sample))).decode() for sample in counts]
    markup = _table(head, rows, pictures)
    return Widget("digits", settings, markup, text_table(head[1:], rows))


def percent(share: float) -> str:
    """A probability with one decimal, as every language writes it.

    What would round to nothing or to certainty says which side of it it is on.

    >>> percent(0.9999) in {"> 99,9\u00a0%", "> 99.9%"}
    True
    """
    text = "> 99.9" if share > 0.9995 else "< 0.1" if share < 0.0005 else f"{100 * share:.1f}"
    return tr(es=f"{text}\u00a0%".replace(".", ","), en=f"{text}%")


def _words() -> dict[str, object]:
    """What the page's script says."""
    return {
        "start": tr(es="Encender el modelo (descarga 4 MB)", en="Start the model (downloads 4 MB)"),
        "loading": tr(es="Cargando ONNX Runtime…", en="Loading ONNX Runtime…"),
        "failed": tr(
            es="El modelo no pudo empezar ({why}). La tabla de abajo muestra lo que respondió en Python.",
            en="The model could not start ({why}). The table below shows what it answered in Python.",
        ),
        "board": tr(es="Hoja para dibujar un dígito", en="Sheet to draw a digit on"),
        "help": tr(
            es="Dibuja un dígito que llene la hoja. Con el teclado, las flechas mueven el lápiz, la barra "
            "espaciadora lo apoya y lo levanta, Supr borra la hoja y Ctrl+Z deshace un trazo. También puedes "
            "pegar una imagen.",
            en="Draw a digit that fills the sheet. On the keyboard, the arrow keys move the pen, the space "
            "bar puts it down and lifts it, Delete clears the sheet and Ctrl+Z undoes a stroke. You may also "
            "paste a picture.",
        ),
        "undo": tr(es="Deshacer un trazo", en="Undo a stroke"),
        "clear": tr(es="Borrar la hoja", en="Clear the sheet"),
        "file": tr(es="O elige una imagen:", en="Or choose a picture:"),
        "place": tr(es="fila {row}, columna {column}, {pen}", en="row {row}, column {column}, {pen}"),
        "down": tr(es="lápiz apoyado", en="pen down"),
        "up": tr(es="lápiz levantado", en="pen up"),
        "seen": tr(es="Lo que recibe el modelo", en="What the model receives"),
        "answer": tr(es="Respuesta: {digit} ({share})", en="Answer: {digit} ({share})"),
        "nothing": tr(es="La hoja está en blanco.", en="The sheet is blank."),
        "blank": tr(es="No se distingue nada en la imagen.", en="Nothing stands out in the picture."),
        "refused": tr(
            es="El navegador no reconoce una imagen en ese archivo.",
            en="The browser recognises no picture in that file.",
        ),
        "head": [tr(es="dígito", en="digit"), tr(es="probabilidad", en="probability")],
        "caption": tr(es="Las diez probabilidades", en="The ten probabilities"),
        "try": tr(es="Probar", en="Try"),
    }


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], pictures: Sequence[str]) -> str:
    first = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        f'<tr><td><img class="digits-picture" src="data:image/png;base64,{picture}" width="32" height="32" '
        f'alt="{escape(tr(es=f"muestra {number}", en=f"sample {number}"))}"></td>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for number, (picture, row) in enumerate(zip(pictures, rows, strict=True), 1)
    )
    return f"<table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"

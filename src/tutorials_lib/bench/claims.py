"""The ledger: sentences of the notes, each decided anew by the data whenever it is read.

A verdict is a rule applied to rows; nobody types it. Every ruling also says which row would have to come out
otherwise for the verdict to change. What has no data yet reads "not recorded yet".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Literal

from tutorials_lib import tr
from tutorials_lib.bench import compare, equal_work, paradnn
from tutorials_lib.bench.paradnn import Findings, Network
from tutorials_lib.bench.provenance import Class, tag
from tutorials_lib.bench.report import Html, number, table
from tutorials_lib.bench.results import Cell, Run
from tutorials_lib.bench.specs import ISCA_2017, Isca
from tutorials_lib.bench.systolic import V1_OPS_PER_SECOND

Verdict = Literal["holds", "in part", "fails", "not recorded yet"]
NOISE = compare.NOISE  # a lead below it counts for nobody
V2_CHIPS = 4  # on the board that ParaDnn measured, against one V100


@dataclass(frozen=True)
class Ruling:
    """A verdict, the finding in words, where its numbers come from, and what would change it."""

    verdict: Verdict
    finding: str
    provenance: tuple[Class, ...]
    flips: str


@dataclass(frozen=True)
class Tally:
    """Rows of one comparison: where the first machine leads by more than the noise, and the second."""

    first: int
    second: int
    total: int

    @classmethod
    def of(cls, ratios: Iterable[float], noise: float = NOISE) -> Tally:
        """Count ratios of throughput, first over second.

        >>> Tally.of([3.0, 1.1, 0.5])
        Tally(first=1, second=1, total=3)
        """
        ratios = list(ratios)
        lead = 1 + noise
        return cls(sum(r > lead for r in ratios), sum(r < 1 / lead for r in ratios), len(ratios))

    def general(self) -> Verdict:
        """What the rows say of "the first is for this": one clear counterexample in twenty breaks it.

        >>> [Tally(first, second, 20).general() for first, second in ((19, 0), (1, 1), (1, 9))]
        ['holds', 'in part', 'fails']
        """
        if self.second * 20 < self.total and self.first * 2 > self.total:
            return "holds"
        return "fails" if self.second > self.first else "in part"


def geometric_mean(ratios: Iterable[float]) -> float:
    """The mean of ratios that treats twice and half alike.

    >>> geometric_mean([0.5, 2.0])
    1.0
    """
    logarithms = [math.log(ratio) for ratio in ratios]
    return math.exp(sum(logarithms) / len(logarithms))


# ── the claims ──────────────────────────────────────────────────────────────────────────────────────────────


def gpus_for_fully_connected(findings: Findings) -> Ruling:
    """176 networks that ParaDnn trained on a v2-8 board and on a V100."""
    board = findings.versus_gpu
    gpu = Tally.of(1 / ratio for ratio in board.values())
    mean = number(geometric_mean(board.values()), 2)
    low, high = number(min(board.values()), 2), number(max(board.values()), 3)
    network, ratio = closest_to_turning(board)
    row, value = words(network), number(ratio, 2)
    return Ruling(
        gpu.general(),
        tr(
            es=f"La placa TPU v2-8 entrena {mean} veces los ejemplos por segundo de una V100 (media "
            f"geométrica de {gpu.total} redes; de {low} a {high}). La GPU gana con claridad en "
            f"{gpu.first}, las anchas con batches chicos, y la placa en {gpu.second}. Deciden el ancho y "
            "el batch.",
            en=f"The TPU v2-8 board trains {mean} times as many examples per second as a V100 (geometric "
            f"mean of {gpu.total} networks; {low} to {high}). The GPU leads clearly in {gpu.first}, wide "
            f"ones with small batches, and the board in {gpu.second}. Width and batch decide.",
        ),
        ("recorded-elsewhere",),
        tr(
            es=f"Tendrían que pasarse a la GPU más de {turned(gpu)} redes; la más cercana es {row} "
            f"({value}).",
            en=f"More than {turned(gpu)} networks would have to go over to the GPU; the nearest is {row} "
            f"({value}).",
        ),
    )


def closest_to_turning(board: Mapping[Network, float]) -> tuple[Network, float]:
    """Of the networks in which the board leads clearly, the one with the smallest lead."""
    leads = {network: ratio for network, ratio in board.items() if ratio > 1 + NOISE}
    return min(leads.items(), key=lambda item: item[1])


def turned(gpu: Tally) -> int:
    """How many rows have to leave the second machine before the general sentence no longer fails."""
    return max(0, math.ceil((gpu.second - gpu.first) / 2) - 1)


def words(network: Network) -> str:
    """A network in few words."""
    layers, width, batch = network.layers, network.width, network.batch
    return tr(es=f"{layers} capas de {width}, batch {batch}", en=f"{layers} layers of {width}, batch {batch}")


def tpus_for_cnns(
    networks: Sequence[Isca] = ISCA_2017,
    runs: Sequence[Run] = (),
    modelled: Sequence[float] | None = None,
) -> Ruling:
    """Do convolutional networks gain more on a TPU than the others? Three witnesses, and all must agree.

    TPU v1 over Haswell as published; at equal work by the model (`modelled` in place of its ratios); and the
    compiled networks of nearly equal work among `runs`.
    """
    gains = {kind: [n.over_haswell for n in networks if n.kind == kind] for kind in ("cnn", "mlp")}
    published = Tally.of(cnn / mlp for cnn in gains["cnn"] for mlp in gains["mlp"])
    if modelled is None:
        modelled = equal_work.modelled_ratios(equal_work.speeds())
    model = Tally.of(modelled, equal_work.LEAD)
    pairs = equal_work.compiled_pairs(runs)
    compiled = Tally.of(starmap(equal_work.compiled_ratio, pairs), equal_work.LEAD)

    verdicts = {every(published), model.general(), *([compiled.general()] if compiled.total else [])}
    by_name = {n.name: n for n in networks}
    needed = number(max(gains["mlp"]) * (1 + NOISE), 3)
    cnn0, cnn1, mlp0 = (number(by_name[name].over_haswell, 3) for name in ("CNN0", "CNN1", "MLP0"))
    told = tr(
        es=f" Según el compilador, con trabajo parecido adelanta en {compiled.first} de {compiled.total} y "
        f"se atrasa en {compiled.second}.",
        en=f" By the compiler, at nearly equal work, it leads in {compiled.first} of {compiled.total} and "
        f"lags in {compiled.second}.",
    )
    return Ruling(
        verdicts.pop() if len(verdicts) == 1 else "in part",
        tr(
            es=f"Frente a un Haswell, TPU v1 gana {cnn1} veces en CNN1, pero {cnn0} en CNN0 y {mlp0} en "
            f"MLP0: lo mismo. Según el modelo, a igual trabajo una convolución adelanta con claridad en "
            f"{model.first} de {model.total} comparaciones y se atrasa en {model.second}."
            f"{told if compiled.total else ''} Cuenta cuántas veces se usa cada peso, que en una red densa "
            "es el batch, y si los canales llenan el arreglo.",
            en=f"Over a Haswell, TPU v1 gains {cnn1} times on CNN1, but {cnn0} on CNN0 and {mlp0} on MLP0: "
            f"the same. By the model, at equal work, a convolution leads clearly in {model.first} of "
            f"{model.total} comparisons and lags in {model.second}.{told if compiled.total else ''} What "
            "counts is how often each weight is used, which in a dense network is the batch, and whether "
            "the channels fill the array.",
        ),
        ("quoted", "modelled", *(["compiled-not-run"] if compiled.total else [])),  # type: ignore[arg-type]
        tr(
            es=f"Se cumpliría si CNN0 pasara de {needed} veces y si, a igual trabajo, una convolución se "
            "atrasara en menos de una de cada veinte comparaciones y adelantara en más de la mitad.",
            en=f"It would hold if CNN0 exceeded {needed} times and if, at equal work, a convolution lagged "
            "in fewer than one in twenty comparisons and led in more than half.",
        ),
    )


def every(pairs: Tally) -> Verdict:
    """What few published pairs say: all of them, some, or none."""
    return "holds" if pairs.first == pairs.total else "in part" if pairs.first else "fails"


def cpus_for_rnns(networks: Sequence[Isca] = ISCA_2017) -> Ruling:
    """TPU v1 over Haswell on the two LSTMs: throughput. The source of the sentence spoke of utilisation."""
    lstms = [n for n in networks if n.kind == "lstm"]
    cpu = Tally.of(1 / n.over_haswell for n in lstms)
    gains = " · ".join(f"{n.name} {number(n.over_haswell, 2)}" for n in lstms)
    shares = " · ".join(percent(float(n.measured) * 1e12 / V1_OPS_PER_SECOND) for n in lstms)
    return Ruling(
        cpu.general(),
        tr(
            es=f"En rendimiento, TPU v1 frente a Haswell: {gains}; la CPU gana en {cpu.first} de "
            f"{cpu.total}. De su máximo, TPU v1 aprovecha {shares}: ahí está la frase, que en el artículo "
            "de ParaDnn habla de aprovechamiento.",
            en=f"In throughput, TPU v1 over Haswell: {gains}; the CPU leads in {cpu.first} of {cpu.total}. "
            f"Of its peak, TPU v1 uses {shares}: that is the sentence, which in the ParaDnn paper is about "
            "utilisation.",
        ),
        ("quoted",),
        tr(
            es="Con LSTM0 por debajo de 1,2 sería un empate; con ambas por debajo de 0,83 ganaría la CPU.",
            en="With LSTM0 below 1.2 it would be a draw; with both below 0.83, the CPU would lead.",
        ),
    )


def tpus_handle_more_data(findings: Findings) -> Ruling:
    """Who waits for the data, and what did not fit."""
    limits = [paradnn.step(point.network, findings.constants).bottleneck for point in findings.points]
    waiting = sum(limit in ("infeed", "fixed") for limit in limits)
    fed = sum(limit == "infeed" for limit in limits)
    total, failed = len(limits), len(findings.out_of_memory)
    share, tried = percent(fed / total), total + failed
    verdict: Verdict = "fails" if 2 * fed > total else "in part" if 20 * fed > total or failed else "holds"
    return Ruling(
        verdict,
        tr(
            es=f"Según el modelo, en {fed} de {total} redes ({share}) la placa espera los datos, y en "
            f"{waiting} espera al anfitrión. De {tried} redes intentadas, {failed} no cupieron en su "
            "memoria.",
            en=f"By the model, in {fed} of {total} networks ({share}) the board waits for data, and in "
            f"{waiting} it waits for the host. Of {tried} networks tried, {failed} did not fit its memory.",
        ),
        ("modelled", "recorded-elsewhere"),
        tr(
            es=f"Con más de {total // 2} redes a la espera de datos fallaría; con menos de {total // 20}, "
            "y sin redes que no caben, se cumpliría.",
            en=f"With more than {total // 2} networks waiting for data it would fail; with fewer than "
            f"{total // 20}, and none that did not fit, it would hold.",
        ),
    )


def tpus_lose_precision(errors: Mapping[str, Sequence[float]]) -> Ruling:
    """`errors` of `precision.errors_over_length`: by default much is lost, in six passes nothing."""
    worst = {name: max(values) for name, values in errors.items()}
    default, six, full = worst["bfloat16"], worst["bfloat16 ×6"], worst["float32"]
    loses, regains = default > 10 * full, six < 2 * full
    verdict: Verdict = "in part" if loses and regains else "holds" if loses else "fails"
    texts = {name: scientific(value) for name, value in worst.items()}
    return Ruling(
        verdict,
        tr(
            es=f"Error relativo de un producto: bfloat16 {texts['bfloat16']} para cualquier longitud, tres "
            f"pasadas {texts['bfloat16 ×3']}, seis {texts['bfloat16 ×6']} y float32 {texts['float32']}. Se "
            "pierde al elegir el formato, que una GPU también ofrece; no por el chip.",
            en=f"Relative error of a product: bfloat16 {texts['bfloat16']} at any length, three passes "
            f"{texts['bfloat16 ×3']}, six {texts['bfloat16 ×6']} and float32 {texts['float32']}. It is "
            "lost by choosing the format, which a GPU offers as well; not by the chip.",
        ),
        ("measured",),
        tr(
            es=f"Seis pasadas con más de {scientific(2 * full)} la volverían cierta.",
            en=f"Six passes with more than {scientific(2 * full)} would make it true.",
        ),
    )


def percent(share: float, digits: int = 2) -> str:
    """A share in so many significant digits, as each language writes it.

    >>> percent(0.4) in {"40%", "40 %"}
    True
    """
    text = number(100 * share, digits)
    return tr(es=f"{text} %", en=f"{text}%")


def scientific(value: float) -> str:
    """Two digits and a power of ten, as a page writes it.

    >>> scientific(0.00234) in {"2.3·10⁻³", "2,3·10⁻³"}
    True
    """
    exponent = math.floor(math.log10(value))
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{number(value / 10**exponent, 2)}·10{raised}"


# Tuned against plain, the same work on the same GPU: suite, operation, what the two rows are.
TUNED: tuple[tuple[str, str, dict[str, object], dict[str, object]], ...] = (
    ("matmul", "matrix_product", {"precision": "tf32"}, {"precision": "float32"}),
    (
        "operations",
        "convolution",
        {"precision": "bfloat16", "layout": "channels_last", "kind": "3x3"},
        {"precision": "float32", "layout": "channels_first", "kind": "3x3"},
    ),
    ("operations", "bias_gelu", {"fused": True}, {"fused": False}),
)


def cuda_is_tuned(runs: Sequence[Run]) -> Ruling:
    """Products, convolutions and activations on CUDA: is the tuned form faster than the plain one?"""
    leads = []
    for suite, operation, tuned, plain in TUNED:
        pairs = [
            (one, other)
            for cells in (cuda_cells([run], suite, operation) for run in runs)  # never across two machines
            for one in matching(cells, tuned)
            for other in matching(cells, plain)
            if same_work(one, other, {name for name in tuned if tuned[name] != plain[name]})
            and compare.comparable(one, other)
        ]
        ratios = [compare.compare(one, other) for one, other in pairs]
        if not ratios:
            return not_recorded(tr(es="una GPU con CUDA", en="a GPU with CUDA"))
        leads.append((operation, geometric_mean(r.speedup for r in ratios)))
    ahead = sum(lead > 1 + NOISE for _, lead in leads)
    verdict: Verdict = "holds" if ahead == len(leads) else "in part" if ahead else "fails"
    listed = " · ".join(f"{name} {number(compare.round_to_noise(lead), 2)}" for name, lead in leads)
    slowest = min(leads, key=lambda entry: entry[1])[0]
    return Ruling(
        verdict,
        tr(
            es=f"Veces más rápida la versión afinada que la simple: {listed}.",
            en=f"How many times as fast the tuned form is as the plain one: {listed}.",
        ),
        ("measured",),
        tr(es=f"La fila más cercana a cambiarlo es {slowest}.", en=f"The row closest to it is {slowest}."),
    )


def cuda_uses_many_cores(runs: Sequence[Run], least: float = 8.0) -> Ruling:
    """One fully connected network on CUDA with batch 16 and with 1024: 64 times the work, in how much "
    "time?"""
    gains = []
    for run in runs:  # never across two machines
        cells = [cell for cell in cuda_cells([run], "models", "fc_inference") if cell.measured]
        small, large = (matching(cells, {"batch": batch}) for batch in (16, 1024))
        gains += [
            one.flop_per_second() / other.flop_per_second()
            for one in large
            for other in small
            if same_work(one, other, {"batch"})
        ]
    if not gains:
        return not_recorded(tr(es="una GPU con CUDA", en="a GPU with CUDA"))
    ahead = sum(gain > least for gain in gains)
    verdict: Verdict = "holds" if 2 * ahead > len(gains) else "in part" if ahead else "fails"
    mean, floor = number(geometric_mean(gains), 2), number(min(gains), 2)
    return Ruling(
        verdict,
        tr(
            es=f"De batch 16 a 1024 el trabajo se multiplica por 64 y el rendimiento por {mean} (media "
            f"geométrica de {len(gains)} redes): con 16 filas casi todo el chip espera.",
            en=f"From batch 16 to 1024 the work grows 64 times and the throughput {mean} times (geometric "
            f"mean of {len(gains)} networks): with 16 rows most of the chip waits.",
        ),
        ("measured",),
        tr(
            es=f"Cambiaría si la mitad de las redes ganara menos de {least:.0f} veces; la menor gana "
            f"{floor}.",
            en=f"It would change if half of the networks gained less than {least:.0f} times; the least is "
            f"{floor}.",
        ),
    )


def several_devices(findings: Findings) -> Ruling:
    """Eight cores instead of one, by the model: they share the batch, and have to add up the gradients."""
    gains = {point.network: data_parallel_gain(point.network, findings) for point in findings.points}
    low, high = min(gains.values()), max(gains.values())
    well = sum(gain > paradnn.CORES / 2 for gain in gains.values())
    lost = sum(gain < 1 for gain in gains.values())
    verdict: Verdict = (
        "holds" if 2 * well > len(gains) and not lost else "in part" if high > 1 + NOISE else "fails"
    )
    least, most = number(low, 2), number(high, 2)
    return Ruling(
        verdict,
        tr(
            es=f"Según el modelo, ocho núcleos TPU en vez de uno rinden de {least} a {most} veces, sin "
            f"contar al anfitrión; en {lost} de {len(gains)} redes van más lento que uno solo, porque "
            "intercambiar gradientes cuesta más que lo ahorrado. Con varias GPU aún no hay registro.",
            en=f"By the model, eight TPU cores instead of one yield {least} to {most} times as much, not "
            f"counting the host; in {lost} of {len(gains)} networks they are slower than one, since "
            "exchanging gradients costs more than is saved. For several GPUs nothing is recorded yet.",
        ),
        ("modelled",),
        tr(
            es=f"Se cumpliría si ninguna red perdiera y más de la mitad pasara de {paradnn.CORES // 2} "
            "veces.",
            en=f"It would hold if no network lost and more than half exceeded {paradnn.CORES // 2} times.",
        ),
    )


def data_parallel_gain(network: Network, findings: Findings) -> float:
    """Modelled device time of the whole batch on one core, over that of the board with its exchange."""
    together = paradnn.step(network, findings.constants)
    alone = paradnn.products_seconds(
        Network(network.layers, network.width, network.inputs, network.outputs, paradnn.CORES * network.batch)
    )
    return (alone + together.optimiser + together.layers) / together.device


# ── rows of our own results ─────────────────────────────────────────────────────────────────────────────────


def cuda_cells(runs: Sequence[Run], suite: str, operation: str) -> list[Cell]:
    cells = (cell for run in runs if run.suite == suite for cell in run.cells)
    return [cell for cell in cells if cell.operation == operation and cell.backend.startswith("cuda")]


def matching(cells: Iterable[Cell], wanted: Mapping[str, object]) -> list[Cell]:
    return [cell for cell in cells if all(cell.parameters.get(key) == value for key, value in wanted.items())]


def same_work(one: Cell, other: Cell, apart: set[str]) -> bool:
    """Whether two rows have the same parameters but for those named in `apart`."""
    names = (one.parameters.keys() | other.parameters.keys()) - apart
    return all(one.parameters.get(name) == other.parameters.get(name) for name in names)


def not_recorded(machine: str) -> Ruling:
    return Ruling(
        "not recorded yet",
        tr(
            es=f"Hace falta {machine}; ninguna ha corrido todavía las mediciones.",
            en=f"It takes {machine}; none has run the benchmarks yet.",
        ),
        (),
        tr(es="Cualquier fila registrada.", en="Any recorded row."),
    )


# ── showing ─────────────────────────────────────────────────────────────────────────────────────────────────


def verdict_words(verdict: Verdict) -> str:
    """The verdict in the reader's language, with a sign of its own."""
    return {
        "holds": tr(es="✔ se cumple", en="✔ holds"),
        "in part": tr(es="½ en parte", en="½ in part"),
        "fails": tr(es="✘ falla", en="✘ fails"),
        "not recorded yet": tr(es="… aún sin registrar", en="… not recorded yet"),
    }[verdict]


def provenance_list(ruling: Ruling) -> str:
    return ", ".join(map(tag, ruling.provenance)) or "–"


def ledger(rulings: Mapping[str, Ruling]) -> Html:
    """Every claim, by its sentence: first the verdicts at a glance, then what each rests on."""
    head = (
        tr(es="veredicto", en="verdict"),
        tr(es="afirmación de las notas", en="claim of the notes"),
        tr(es="procedencia", en="provenance"),
    )
    rows = (
        (verdict_words(ruling.verdict), claim, provenance_list(ruling)) for claim, ruling in rulings.items()
    )
    return Html(table(head, rows) + "<ul>" + "".join(starmap(_entry, rulings.items())) + "</ul>")


def _entry(claim: str, ruling: Ruling) -> str:
    change = tr(es="Qué lo cambiaría:", en="What would change it:")
    verdict = verdict_words(ruling.verdict)
    return (
        f"<li><p><strong>{claim}</strong> {verdict}.</p>"
        f"<p>{ruling.finding}</p><p><em>{change}</em> {ruling.flips}</p></li>"
    )

"""Published figures of the machines and what their makers measured, each with where it was read.

Sources disagree on some of them; then all values stay, the one the model uses first.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutorials_lib.bench.systolic import Machine, v1_roof

JAX = "JAX 0.10.2, jax/_src/pallas/mosaic/tpu_info.py"
CLOUD = "Google Cloud documentation, https://docs.cloud.google.com/tpu/docs/"
PARADNN = "Wang, Wei and Brooks, 2019, https://arxiv.org/abs/1907.10701"
ISCA = "Jouppi and others, 2017, https://doi.org/10.1145/3079856.3080246"

# Calibrated on the measured products, where it is not the clock that the published peak asks for.
COMPILER_CLOCKS_HZ = {"v6e": 2.207e9}


@dataclass(frozen=True)
class Quoted:
    """A published value and its source."""

    value: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One chip: `cores` cores with `arrays` matrix units of `side` × `side` cells each."""

    name: str
    cores: int
    arrays: int
    side: int
    flop_per_second: tuple[Quoted, ...]  # bfloat16
    bytes_per_second: tuple[Quoted, ...]
    clock_hz: float | None = None  # None: no source says, see `effective_clock_hz`

    @property
    def effective_clock_hz(self) -> float:
        """The clock at which all cells would reach the published peak.

        The clock itself, where one is published. v6e and 7x have none, and their peak asks for more of it
        than any chip runs at: each of their cells must do more per cycle than the model's.
        """
        cells = self.cores * self.arrays * self.side**2
        return self.clock_hz or self.flop_per_second[0].value / (2 * cells)

    @property
    def compiler_clock_hz(self) -> float:
        """The clock that turns the cycles of libtpu's estimates into seconds."""
        return COMPILER_CLOCKS_HZ.get(self.name, self.effective_clock_hz)

    def machine(self, cores: int | None = None) -> Machine:
        """The chip for the model, or only `cores` of its cores with their share of the memory."""
        cores = cores or self.cores
        return Machine(
            arrays=cores * self.arrays,
            side=self.side,
            clock_hz=self.effective_clock_hz,
            bytes_per_second=self.bytes_per_second[0].value * cores / self.cores,
        )


def _chip(
    name: str,
    units: tuple[int, int, int],
    flop: list[tuple[float, str]],
    memory: list[tuple[float, str]],
    clock_hz: float | None = None,
) -> Chip:
    return Chip(
        name=name,
        cores=units[0],
        arrays=units[1],
        side=units[2],
        flop_per_second=tuple(Quoted(value * 1e12, source) for value, source in flop),
        bytes_per_second=tuple(Quoted(value * 1e9, source) for value, source in memory),
        clock_hz=clock_hz,
    )


CHIPS: dict[str, Chip] = {
    chip.name: chip
    for chip in (
        _chip(
            "v2", (2, 1, 128), [(46, JAX)], [(716, JAX), (600, f"{PARADNN}: a quarter of a board")], 0.70e9
        ),
        _chip(
            "v3", (2, 2, 128), [(123, f"{CLOUD}v3"), (140, JAX)], [(900, f"{CLOUD}v3"), (825, JAX)], 0.94e9
        ),
        _chip("v4", (2, 4, 128), [(275, f"{CLOUD}v4")], [(1230, JAX), (1200, f"{CLOUD}v4")], 1.05e9),
        _chip("v5e", (1, 4, 128), [(197, f"{CLOUD}v5e")], [(819, f"{CLOUD}v5e"), (820, JAX)], 1.50e9),
        _chip("v5p", (2, 4, 128), [(459, f"{CLOUD}v5p")], [(2765, f"{CLOUD}v5p"), (2460, JAX)], 1.75e9),
        _chip("v6e", (1, 2, 256), [(918, f"{CLOUD}v6e"), (920, JAX)], [(1638, f"{CLOUD}v6e"), (1640, JAX)]),
        _chip("7x", (2, 2, 256), [(2307, f"{CLOUD}tpu7x"), (2310, JAX)], [(7400, JAX)]),
    )
}


@dataclass(frozen=True, kw_only=True)
class Isca:
    """One of the six networks of table 1 of the paper on TPU v1; `roof` and `measured` in TOPS, as printed.

    `over_haswell` is its throughput over that of a Haswell CPU on the same network, per die (table 6).
    """

    name: str
    kind: str
    ops_per_weight_byte: int
    roof: str
    measured: str
    over_haswell: float

    @property
    def modelled_roof(self) -> float:
        """TOPS that the roofline of TPU v1 allows."""
        return v1_roof(self.ops_per_weight_byte) / 1e12


# Operations per weight byte from table 1, ratios from table 6.
ISCA_2017: tuple[Isca, ...] = tuple(
    Isca(name=name, kind=kind, ops_per_weight_byte=ops, roof=roof, measured=tops, over_haswell=ratio)
    for name, kind, ops, roof, tops, ratio in (
        ("MLP0", "mlp", 200, "13.6", "12.3", 41.0),
        ("MLP1", "mlp", 168, "11.4", "9.7", 18.5),
        ("LSTM0", "lstm", 64, "4.35", "3.7", 3.5),
        ("LSTM1", "lstm", 96, "6.5", "2.8", 1.2),
        ("CNN0", "cnn", 2888, "91.8", "86.0", 40.3),
        ("CNN1", "cnn", 1750, "91.8", "14.1", 71.0),
    )
)

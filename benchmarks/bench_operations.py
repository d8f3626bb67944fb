"""The operations that networks are made of: convolutions, activations, norms, softmax, attention, a cell.

Products have a file of their own (`bench_matmul.py`). Operations that do no products have 0 operations here:
what limits them is the bytes they move.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutorials_lib.bench.backends import BACKENDS, float32_products
from tutorials_lib.bench.work import attention, convolution, forward_work, recurrence

CONVOLUTIONS = {"3x3": (3, False), "1x1": (1, False), "depthwise": (3, True)}  # kernel, one group a channel
LAYOUTS = {"channels_first": torch.contiguous_format, "channels_last": torch.channels_last}
ROWS = {"cpu": 1024, "cuda": 16384}
PRECISIONS = {"cpu": ("float32",), "inductor": ("float32",), "cuda": ("float32", "tf32", "bfloat16")}
DTYPE = {"float32": torch.float32, "tf32": torch.float32, "bfloat16": torch.bfloat16}
TOLERANCE = {"float32": 2e-5, "tf32": 5e-3, "bfloat16": 3e-2}

Elementwise = Callable[[Tensor, Tensor], Tensor]


def pytest_generate_tests(metafunc) -> None:
    backends = metafunc.config.getoption("backends")
    if "activation" not in metafunc.fixturenames:  # only chains of elementwise steps have something to fuse
        backends = [name for name in backends if name in ("cpu", "cuda")]
    formats = [
        (name, precision)
        for name in backends
        for precision in PRECISIONS.get("cuda" if name == "cuda-inductor" else name, ())
    ]
    metafunc.parametrize("backend, precision", formats)
    cases = {
        "kind": list(CONVOLUTIONS),
        "layout": list(LAYOUTS),
        "activation": list(ACTIVATIONS),
        "normalisation": list(NORMALISATIONS),
        "written_out": [False, True],
        "length": [128, 512],
    }
    for name, values in cases.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values)


@torch.no_grad()
def bias_relu(inputs: Tensor, bias: Tensor) -> Tensor:
    return torch.relu(inputs + bias)


@torch.no_grad()
def bias_gelu(inputs: Tensor, bias: Tensor) -> Tensor:
    hidden = inputs + bias
    return 0.5 * hidden * (1 + torch.erf(hidden / math.sqrt(2)))


@torch.no_grad()
def gated_tanh(inputs: Tensor, bias: Tensor) -> Tensor:
    hidden = inputs + bias
    return torch.tanh(hidden) * torch.sigmoid(hidden)


ACTIVATIONS: dict[str, Elementwise] = {
    "bias_relu": bias_relu,
    "bias_gelu": bias_gelu,
    "gated_tanh": gated_tanh,
}
NORMALISATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "layer_norm": lambda inputs: F.layer_norm(inputs, inputs.shape[-1:]),
    "batch_norm": lambda inputs: F.batch_norm(inputs, None, None, training=True),
    "softmax": lambda inputs: F.softmax(inputs, dim=-1),
}


def centred(inputs: Tensor, dim: int) -> Tensor:
    away = inputs - inputs.mean(dim, keepdim=True)
    return away / (away.square().mean(dim, keepdim=True) + 1e-5).sqrt()


# The same functions in other words, for the answers in float64.
REFERENCES: dict[str, Callable[[Tensor], Tensor]] = {
    "bias_relu": lambda hidden: hidden.clamp(min=0),
    "bias_gelu": F.gelu,
    "gated_tanh": lambda hidden: hidden.tanh() / (1 + (-hidden).exp()),
    "layer_norm": lambda inputs: centred(inputs, dim=-1),
    "batch_norm": lambda inputs: centred(inputs, dim=0),
    "softmax": lambda inputs: inputs.exp() / inputs.exp().sum(dim=-1, keepdim=True),
}


def written_out_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
    return F.softmax(scores, dim=-1) @ values


def draw(*shape: int, backend: str, precision: str) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    device = BACKENDS[backend]().device
    return torch.randn(*shape, generator=generator).to(device, DTYPE[precision])


def about(backend: str, precision: str, **parameters: str | int | bool) -> dict[str, object]:
    return {
        "backend": backend,
        "dtype": str(DTYPE[precision]).removeprefix("torch."),
        "parameters": {"precision": precision, **parameters},
        "tolerance": TOLERANCE[precision],
    }


def test_convolution(case, backend: str, precision: str, kind: str, layout: str, request) -> None:
    batch, channels, side = (1, 4, 4) if request.config.getoption("smoke") else (8, 64, 32)
    kernel, each = CONVOLUTIONS[kind]
    groups = channels if each else 1
    layer = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=groups, bias=False)
    weight = draw(*layer.weight.shape, backend=backend, precision=precision)
    weight = weight.to(memory_format=LAYOUTS[layout])
    layer.to(weight.device).double().weight.data.copy_(weight)
    work = convolution(batch, (channels, channels), (side, side), kernel, groups)

    def prepare(index: int) -> tuple[Tensor]:
        images = draw(batch, channels, side, side, backend=backend, precision=precision)
        return (images.to(memory_format=LAYOUTS[layout]),)

    def convolve(images: Tensor, weight: Tensor = weight) -> Tensor:
        return F.conv2d(images, weight, padding=kernel // 2, groups=groups)

    with float32_products(precision):
        case(
            convolve,
            prepare=prepare,
            reference=lambda images: layer(images.double()).detach(),
            operation="convolution",
            flop=work.flop,
            moved_bytes=work.bytes(DTYPE[precision].itemsize),
            **about(backend, precision, kind=kind, layout=layout, batch=batch, channels=channels, side=side),
        )


def test_activation(case, backend: str, precision: str, activation: str, request) -> None:
    rows, columns = (4, 8) if request.config.getoption("smoke") else (ROWS.get(backend, 1024), 1024)
    steps = ACTIVATIONS[activation]
    call = torch.compile(steps) if "inductor" in backend else steps

    def prepare(index: int) -> tuple[Tensor, Tensor]:
        inputs = draw(rows, columns, backend=backend, precision=precision)
        return inputs, draw(columns, backend=backend, precision=precision)

    case(
        call,
        prepare=prepare,
        reference=lambda inputs, bias: REFERENCES[activation](inputs.double() + bias.double()),
        operation=activation,
        flop=0,
        moved_bytes=DTYPE[precision].itemsize * (2 * rows * columns + columns),
        **about(backend, precision, fused="inductor" in backend, rows=rows, columns=columns),
    )


def test_normalisation(case, backend: str, precision: str, normalisation: str, request) -> None:
    rows, columns = (4, 8) if request.config.getoption("smoke") else (ROWS[backend], 1024)
    normalise = NORMALISATIONS[normalisation]
    case(
        normalise,
        prepare=lambda index: (draw(rows, columns, backend=backend, precision=precision),),
        reference=lambda inputs: REFERENCES[normalisation](inputs.double()),
        operation=normalisation,
        flop=0,
        moved_bytes=DTYPE[precision].itemsize * 2 * rows * columns,
        **about(backend, precision, rows=rows, columns=columns),
    )


def test_attention(case, backend: str, precision: str, length: int, written_out: bool, request) -> None:
    batch, heads, width = 4, 4, 32
    length = 8 if request.config.getoption("smoke") else length
    work = attention(batch, heads, length, width)
    call = written_out_attention if written_out else F.scaled_dot_product_attention

    def prepare(index: int) -> tuple[Tensor, ...]:
        shape = (3, batch, heads, length, width)
        return draw(*shape, backend=backend, precision=precision).unbind(0)

    with float32_products(precision):
        case(
            call,
            prepare=prepare,
            reference=lambda *parts: written_out_attention(*(part.double() for part in parts)),
            operation="attention",
            flop=work.flop,
            moved_bytes=work.bytes(DTYPE[precision].itemsize),
            **about(backend, precision, written_out=written_out, length=length, batch=batch, heads=heads),
        )


def test_lstm_cell(case, backend: str, precision: str, request) -> None:
    batch, size = (2, 4) if request.config.getoption("smoke") else (16, 256)
    flop, moved_bytes = forward_work(recurrence("lstm", batch, 1, size, size), DTYPE[precision].itemsize)
    shapes = ((4 * size, size), (4 * size, size), (4 * size,), (4 * size,))
    weights = [draw(*shape, backend=backend, precision=precision) / 16 for shape in shapes]

    def prepare(index: int) -> tuple[Tensor, ...]:
        return draw(3, batch, size, backend=backend, precision=precision).unbind(0)

    def step(inputs: Tensor, hidden: Tensor, state: Tensor) -> Tensor:
        return torch.lstm_cell(inputs, (hidden, state), *weights)[0]

    def by_hand(inputs: Tensor, hidden: Tensor, state: Tensor) -> Tensor:
        from_input, from_hidden, bias, other_bias = (weight.double() for weight in weights)
        gates = inputs.double() @ from_input.T + hidden.double() @ from_hidden.T + bias + other_bias
        enter, forget, candidate, leave = gates.chunk(4, dim=1)
        state = forget.sigmoid() * state.double() + enter.sigmoid() * candidate.tanh()
        return leave.sigmoid() * state.tanh()

    with float32_products(precision):
        case(
            step,
            prepare=prepare,
            reference=by_hand,
            operation="lstm_cell",
            flop=flop,
            moved_bytes=moved_bytes,
            **about(backend, precision, batch=batch, size=size),
        )

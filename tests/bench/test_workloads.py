"""The four families: their networks, their counts, and what a step computes."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tutorials_lib.bench import workloads
from tutorials_lib.bench.backends import BACKENDS, flat, reference_forward, reference_step
from tutorials_lib.bench.workloads import Convolutional, FullyConnected, Recurrent, Transformer, Workload

SMALL: list[Workload] = [
    FullyConnected(nodes=8, batch=4, hidden_layers=3, width=6, classes=3),
    Convolutional(filters=4, blocks=1, batch=2, side=32),
    Convolutional(filters=2, blocks=2, batch=3, side=64),
    Recurrent("gru", embedding=8, length=5, batch=3),
    Recurrent("rnn", embedding=8, length=5, batch=3),
    Transformer(width=64, length=6, batch=2),
]
LSTM = Recurrent("lstm", embedding=8, length=5, batch=3)
each = pytest.mark.parametrize("workload", [*SMALL, LSTM], ids=lambda workload: str(workload))


def counted(workload: Workload, purpose: str) -> int:
    """What PyTorch counts."""
    inputs, labels = workloads.batch_of(workload)
    module, backend = workloads.seeded_module(workload), BACKENDS["cpu"]()
    call = backend.step(module) if purpose == "training" else backend.forward(module)
    with FlopCounterMode(display=False) as counter:
        call(*((inputs, labels) if purpose == "training" else (inputs,)))
    return counter.get_total_flops()


@pytest.mark.parametrize("workload", SMALL, ids=str)
def test_forward_operations_match_pytorch(workload: Workload) -> None:
    assert workloads.work(workload, "inference")[0] == counted(workload, "inference")


@pytest.mark.parametrize("workload", SMALL, ids=str)
def test_training_operations_match_pytorch(workload: Workload) -> None:
    apart = 0
    if isinstance(workload, Recurrent):  # the state before the first step gets no gradient in PyTorch
        apart = workload.layers()[1].flop // workload.length
    if isinstance(workload, Transformer):  # its backward pass computes the scores once more
        apart = -workload.blocks * workload.layers()[2].flop // 2
    assert workloads.work(workload, "training")[0] - counted(workload, "training") == apart


def test_fully_connected_by_hand() -> None:
    tiny = FullyConnected(nodes=3, batch=2, hidden_layers=2, width=4, classes=5)
    flop, moved = workloads.work(tiny, "inference")
    assert flop == 2 * 2 * (4 * 3 + 3 * 3 + 3 * 5)
    assert moved == 4 * ((8 + 12 + 6) + (6 + 9 + 6) + (6 + 15 + 10))
    assert sum(p.numel() for p in tiny.module().parameters()) == (12 + 9 + 15) + (3 + 3 + 5)


def test_lstm_by_hand() -> None:
    assert workloads.work(LSTM, "inference")[0] == 2 * 3 * 5 * (8 + 8) * 32 + 2 * 3 * 8 * 16


@each
def test_answers_have_one_row_per_example_and_weights_come_from_the_seed(workload: Workload) -> None:
    inputs, labels = workloads.batch_of(workload)
    module = workloads.seeded_module(workload)
    answer = BACKENDS["cpu"]().forward(module)(inputs)
    assert answer.shape == (workload.batch, workload.classes)
    assert labels.shape == (workload.batch,)
    assert not answer.requires_grad
    again = BACKENDS["cpu"]().forward(workloads.seeded_module(workload))(inputs)
    assert torch.equal(answer, again)
    assert not torch.equal(inputs, workloads.batch_of(workload, seed=1)[0])


@each
def test_backend_matches_float64(workload: Workload) -> None:
    inputs, labels = workloads.batch_of(workload)
    module, backend = workloads.seeded_module(workload), BACKENDS["cpu"]()
    reference = reference_forward(module, inputs)
    assert reference.dtype == torch.float64
    assert torch.allclose(backend.forward(module)(inputs).double(), reference, rtol=1e-4, atol=1e-5)
    step, wanted = backend.step(module), reference_step(module, inputs, labels)
    for _ in range(3):  # a rate of 0: every call has the same answer
        found = step.answer(step(inputs, labels)).double()
        assert (found - wanted).norm() <= 1e-3 * wanted.norm()


def test_step_moves_the_optimiser_and_leaves_the_weights() -> None:
    workload = SMALL[0]
    module = workloads.seeded_module(workload)
    step = BACKENDS["cpu"]().step(module)
    before = flat(step.parameters).clone()
    step(*workloads.batch_of(workload))
    assert torch.equal(flat(step.parameters), before)
    state = step.optimizer.state[step.parameters[0]]
    assert state["square_avg"].abs().sum() > 0
    assert state["momentum_buffer"].abs().sum() > 0


def test_xla_optimiser_is_that_of_pytorch() -> None:
    from tutorials_lib.bench.backends import rmsprop

    weight = nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimizer = torch.optim.RMSprop([weight], lr=0.1, momentum=0.9)
    state = (weight.detach().clone(), torch.zeros(2).double(), torch.zeros(2).double())
    for gradient in (torch.tensor([0.5, 3.0]).double(), torch.tensor([-1.0, 0.25]).double()):
        weight.grad = gradient
        optimizer.step()
        state = rmsprop(state[0], gradient, *state[1:], rate=0.1)
        assert torch.allclose(state[0], weight.detach(), rtol=1e-12)

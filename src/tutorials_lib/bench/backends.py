"""What runs a network: small adapters, so that every suite measures the same `nn.Module` on each of them.

An adapter moves tensors to its device and turns a module into the callable that is timed: a forward pass, or
a training step. `torchax` is imported by its adapter alone, in an environment of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Forward = Callable[[Tensor], Tensor]


class Step(Protocol):
    """A training step: the loss of a batch; afterwards `answer` has what the step computed."""

    def __call__(self, inputs: Tensor, labels: Tensor) -> Tensor: ...

    def answer(self, loss: Tensor) -> Tensor:
        """The loss and every gradient, in one vector."""


@dataclass(frozen=True)
class Backend:
    """PyTorch's own execution on `device`, as it comes or through its compiler."""

    name: str
    device: str
    compiled: bool = False

    def move(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.device)

    def plain(self, tensor: Tensor) -> Tensor:
        """The tensor where PyTorch itself can compute with it."""
        return tensor

    def forward(self, module: nn.Module) -> Forward:
        """The module's answer without a graph for gradients, with its norms as they are when used."""
        module = copy.deepcopy(module).eval().to(self.device)
        return _without_gradients(torch.compile(module) if self.compiled else module)

    def step(self, module: nn.Module) -> Step:
        """One step of training on its own copy of the module."""
        return EagerStep(copy.deepcopy(module).train().to(self.device), compiled=self.compiled)


class EagerStep:
    """Cross-entropy, its gradients, and RMSProp with momentum at a learning rate of 0.

    The rate is a number like any other to the machine: the step does and moves all that it would do and move
    with another one. The weights stay put, and so every call has the same answer to be checked.
    """

    def __init__(self, module: nn.Module, *, compiled: bool) -> None:
        self.parameters = list(module.parameters())
        self.module = torch.compile(module) if compiled else module
        on_cuda = self.parameters[0].is_cuda
        self.optimizer = torch.optim.RMSprop(self.parameters, lr=0.0, momentum=0.9, capturable=on_cuda)

    def __call__(self, inputs: Tensor, labels: Tensor) -> Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.module(inputs), labels)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def answer(self, loss: Tensor) -> Tensor:
        return flat([loss, *(parameter.grad for parameter in self.parameters)])


class Xla(Backend):
    """torchax: the same module, traced once by JAX and compiled by XLA for the processor (or a TPU)."""

    def __init__(self) -> None:
        super().__init__(name="xla", device="xla", compiled=True)

    def move(self, tensor: Tensor) -> Tensor:
        import torchax

        with torchax.default_env():
            return tensor.to("jax")

    def plain(self, tensor: Tensor) -> Tensor:
        return tensor.torch()

    def forward(self, module: nn.Module) -> Forward:
        import torchax
        from torchax.interop import JittableModule

        module = copy.deepcopy(module).eval()
        with torchax.default_env():
            return _without_gradients(JittableModule(module.to("jax")))

    def step(self, module: nn.Module) -> Step:
        import torchax

        module = copy.deepcopy(module).train()
        with torchax.default_env():
            return XlaStep(module.to("jax"))


class XlaStep:
    """The same step in JAX's way: a pure function of weights, state and batch, compiled as one."""

    def __init__(self, module: nn.Module) -> None:
        from torchax import interop

        self.weights = dict(module.named_parameters())
        self.names = list(self.weights)  # JAX hands dictionaries back in alphabetical order
        self.buffers = dict(module.named_buffers())
        self.squares = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}
        self.velocities = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}
        self.gradients: dict[str, Tensor] = {}

        def loss_of(weights: Any, buffers: Any, inputs: Tensor, labels: Tensor) -> Tensor:
            logits = torch.func.functional_call(module, (weights, buffers), (inputs,))
            return F.cross_entropy(logits, labels)

        def step(weights: Any, squares: Any, velocities: Any, buffers: Any, inputs: Any, labels: Any) -> Any:
            loss, gradients = interop.jax_value_and_grad(loss_of)(weights, buffers, inputs, labels)
            updated = [
                rmsprop(weights[name], gradients[name], squares[name], velocities[name])
                for name in self.names
            ]
            state = [dict(zip(self.names, column, strict=True)) for column in zip(*updated, strict=True)]
            return loss, gradients, *state

        self.step = interop.jax_jit(step)

    def __call__(self, inputs: Tensor, labels: Tensor) -> Tensor:
        state = (self.weights, self.squares, self.velocities)
        loss, self.gradients, *state = self.step(*state, self.buffers, inputs, labels)
        self.weights, self.squares, self.velocities = state
        return loss

    def answer(self, loss: Tensor) -> Tensor:
        return flat([loss.torch(), *(self.gradients[name].torch() for name in self.names)])


def rmsprop(
    weight: Tensor, gradient: Tensor, square: Tensor, velocity: Tensor, rate: float = 0.0
) -> tuple[Tensor, Tensor, Tensor]:
    """Weight, mean square and velocity after one step of RMSProp with momentum, as `torch.optim` has it."""
    square = 0.99 * square + 0.01 * gradient * gradient
    velocity = 0.9 * velocity + gradient / (square.sqrt() + 1e-8)
    return weight - rate * velocity, square, velocity


def reference_step(module: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    """Loss and gradients in float64, in the order of `Step.answer`, on the device of the inputs."""
    module = copy.deepcopy(module).train().double().to(inputs.device)
    loss = F.cross_entropy(module(inputs.double()), labels.long())  # JAX hands back 32-bit labels
    return flat([loss.detach(), *torch.autograd.grad(loss, list(module.parameters()))])


def reference_forward(module: nn.Module, inputs: Tensor) -> Tensor:
    """The module's answer in float64, on the device of the inputs."""
    module = copy.deepcopy(module).eval().double().to(inputs.device)
    with torch.no_grad():
        return module(inputs.double())


def flat(tensors: list[Tensor]) -> Tensor:
    """All numbers in one vector."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


@contextmanager
def float32_products(precision: str) -> Iterator[None]:
    """Whether CUDA may round the inputs of float32 products to TF32: always said, never left to a default."""
    places = (torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn)
    before = [place.fp32_precision for place in places]
    for place in places:
        place.fp32_precision = "tf32" if precision == "tf32" else "ieee"
    try:
        yield
    finally:
        for place, mode in zip(places, before, strict=True):
            place.fp32_precision = mode


BACKENDS: dict[str, Callable[[], Backend]] = {
    "cpu": lambda: Backend("cpu", "cpu"),
    "inductor": lambda: Backend("inductor", "cpu", compiled=True),
    "cuda": lambda: Backend("cuda", "cuda"),
    "cuda-inductor": lambda: Backend("cuda-inductor", "cuda", compiled=True),
    "xla": Xla,
}


def _without_gradients(module: Callable[[Tensor], Tensor]) -> Forward:
    def forward(inputs: Tensor) -> Tensor:
        with torch.no_grad():
            return module(inputs)

    return forward

"""The training loop, once: one record per epoch, exact counts, and a run that can be taken up again.

Nothing here prints, save for the line of progress that a person in a terminal or a notebook sees. Whoever
wants a table or a curve makes it from the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from operator import length_hint
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tutorials_lib.metrics import Proportion
from tutorials_lib.progress import Progress

Batches = Iterable[tuple[Tensor, Tensor]]  # (inputs, labels); a DataLoader is one
Loss = Callable[[Tensor, Tensor], Tensor]  # mean over the batch


class CheckpointError(Exception):
    """A file is no checkpoint of this run; the message names the file, what is wrong, and the way out."""


class TensorBatches:
    """Batches of data that lie in memory, shuffled anew in each pass where a `generator` is given.

    A `DataLoader` fetches example by example and stacks them; here each batch is one indexing, which for
    small images is many times faster. Raises `ValueError` unless there is one label for each input.

    >>> batches = TensorBatches(torch.arange(5.0), torch.arange(5), size=2)
    >>> [labels.tolist() for _, labels in batches]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        inputs: Float[Tensor, n * shape],
        labels: Tensor,
        size: int,
        generator: torch.Generator | None = None,
    ) -> None:
        if len(inputs) != len(labels):
            raise ValueError(f"{len(inputs)} inputs with {len(labels)} labels; expected one label for each")
        self.inputs, self.labels, self.size, self.generator = inputs, labels, size, generator

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        n = len(self.inputs)
        order = torch.randperm(n, generator=self.generator) if self.generator else torch.arange(n)
        for chosen in order.split(self.size):
            yield self.inputs[chosen], self.labels[chosen]


@dataclass(frozen=True)
class Evaluation:
    """A model on one set of examples: mean loss per example, and how many answers were right."""

    loss: float
    accuracy: Proportion


@dataclass(frozen=True)
class Epoch:
    """One pass over the training data, `number` counted from 1.

    `train` is measured while the weights change, so it lags behind; `test` is measured after the pass.
    """

    number: int
    train: Evaluation
    test: Evaluation


class _Tally:
    """Running totals, weighted by batch size so that a short last batch counts for what it holds."""

    def __init__(self) -> None:
        self.loss, self.accuracy = 0.0, Proportion(0, 0)

    def add(
        self, loss: Tensor, logits: Float[Tensor, "batch classes"], labels: Int[Tensor, " batch"]
    ) -> None:
        self.loss += loss.item() * len(labels)
        self.accuracy += Proportion.of(logits.argmax(dim=1) == labels)

    def result(self) -> Evaluation:
        if not self.accuracy.total:
            raise ValueError("no examples; expected at least one batch (an iterator can be read only once)")
        return Evaluation(self.loss / self.accuracy.total, self.accuracy)


def train(
    model: nn.Module,
    train_batches: Batches,
    test_batches: Batches,
    *,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    loss: Loss = cross_entropy,
    first_epoch: int = 1,
    folder: Path | str | None = None,
) -> Iterator[Epoch]:
    """Train and yield one `Epoch` after each pass, `first_epoch` to `epochs`.

    Batches go to the device where the model is. Whatever the caller does between two records (lower the
    learning rate, keep the best weights, stop early) happens before the next epoch begins.

    With a `folder`, the state after each epoch is kept there, and epochs found there are not trained again:
    each one's state is restored and its record yielded. So a run that was broken off goes on, the caller's
    loop sees all that it would have seen, and the end is (on a CPU) bit for bit that of an unbroken run. A
    folder belongs to one run. Raises `CheckpointError` for a damaged file or one of another model.
    """
    generator = getattr(train_batches, "generator", None)  # what shuffles a DataLoader
    while folder and first_epoch <= epochs and _checkpoint(folder, first_epoch).exists():
        yield _restore_epoch(_checkpoint(folder, first_epoch), model, optimizer, generator)
        first_epoch += 1
    with Progress(length_hint(train_batches) * (epochs + 1 - first_epoch)) as progress:
        for number in range(first_epoch, epochs + 1):
            training = _train_epoch(model, train_batches, optimizer, loss, progress)
            record = Epoch(number, training, test=evaluate(model, test_batches, loss))
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                state = _state(model, optimizer, number, generator) | {"record": asdict(record)}
                _write(_checkpoint(folder, number), state)
            progress.clear()
            yield record


def _train_epoch(
    model: nn.Module,
    batches: Batches,
    optimizer: torch.optim.Optimizer,
    loss: Loss,
    progress: Progress,
) -> Evaluation:
    device = next(model.parameters()).device
    model.train()
    tally = _Tally()
    for inputs, labels in batches:
        inputs, labels = inputs.to(device), labels.to(device)
        logits = model(inputs)
        batch_loss = loss(logits, labels)
        optimizer.zero_grad()
        batch_loss.backward()
        optimizer.step()
        tally.add(batch_loss, logits, labels)
        progress.advance()
    return tally.result()


@torch.inference_mode()
def evaluate(model: nn.Module, batches: Batches, loss: Loss = cross_entropy) -> Evaluation:
    """Mean loss and right answers of a model in evaluation mode; leaves it in the mode it was in."""
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    tally = _Tally()
    for inputs, labels in batches:
        logits, labels = model(inputs.to(device)), labels.to(device)
        tally.add(loss(logits, labels), logits, labels)
    model.train(was_training)
    return tally.result()


@torch.inference_mode()
def predict(model: nn.Module, inputs: Float[Tensor, n * shape], batch_size: int = 1024) -> Int[Tensor, " n"]:
    """The class with the largest logit for every example, on the CPU."""
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    classes = [model(part.to(device)).argmax(dim=1).cpu() for part in inputs.split(batch_size)]
    model.train(was_training)
    return torch.cat(classes)


def save_checkpoint(
    path: Path | str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    generator: torch.Generator | None = None,
) -> None:
    """Write all that training needs to go on, whole or not at all.

    `generator` is the one that shuffles the batches (`DataLoader(…, generator=…)`).
    """
    _write(path, _state(model, optimizer, epoch, generator))


def load_checkpoint(
    path: Path | str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator | None = None,
) -> int:
    """Restore what `save_checkpoint` wrote and return the number of the last finished epoch.

    `train(…, first_epoch=load_checkpoint(…) + 1)` goes on from there. Raises `CheckpointError` for a damaged
    file or one of another model, and `ValueError` for a checkpoint without the generator's state.
    """
    return _restore(path, model, optimizer, generator)["epoch"]


# ── what a checkpoint holds ───────────────────────────────────────────────────────────────────────────────


def _checkpoint(folder: Path | str, epoch: int) -> Path:
    return Path(folder) / f"epoch-{epoch:04d}.pt"


def _state(
    model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int, generator: torch.Generator | None
) -> dict[str, Any]:
    return {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": epoch,
        "random": torch.get_rng_state(),  # dropout draws from the global generator
        "order": generator.get_state() if generator else None,
    }


def _write(path: Path | str, state: dict[str, Any]) -> None:
    unfinished = Path(f"{path}.part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def _read(path: Path | str, device: torch.device) -> dict[str, Any]:
    """A checkpoint is a zip archive of tensors: whole, with the right sums, and without code."""
    try:
        with ZipFile(path) as archive:
            damaged = archive.testzip()  # `torch.load` does not compare the sums
        if damaged:
            raise BadZipFile(f"bad CRC-32 for {damaged!r}")
        return torch.load(path, weights_only=True, map_location=device)
    except BadZipFile as problem:
        size = Path(path).stat().st_size
        raise CheckpointError(
            f"{path} is damaged ({size} bytes; {problem}); delete it to go on from an earlier epoch"
        ) from problem
    except (UnpicklingError, RuntimeError) as problem:
        raise CheckpointError(f"{path} holds more than tensors and numbers; it was not opened") from problem


def _restore(
    path: Path | str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator | None,
) -> dict[str, Any]:
    state = _read(path, next(model.parameters()).device)
    if generator is not None and state.get("order") is None:
        raise ValueError(f"{path} was saved without a generator; expected the same arguments as when saving")
    try:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
    except (KeyError, RuntimeError, ValueError) as problem:
        raise CheckpointError(
            f"{path} is of another model or optimiser; expected the run's own: {problem}"
        ) from problem
    torch.set_rng_state(state["random"].cpu())
    if generator is not None:
        generator.set_state(state["order"].cpu())
    return state


def _restore_epoch(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, generator: torch.Generator | None
) -> Epoch:
    state = _restore(path, model, optimizer, generator)
    optimizer._opt_called = True  # its steps are restored ones; a scheduler would warn that there were none
    train, test = (
        Evaluation(half["loss"], Proportion(**half["accuracy"]))
        for half in (state["record"]["train"], state["record"]["test"])
    )
    return Epoch(state["epoch"], train, test)

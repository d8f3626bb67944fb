"""The training loop, once: one record per epoch, exact counts, and a run that can be taken up again.

Nothing here prints. Whoever wants a table or a curve makes it from the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tutorials_lib.metrics import Proportion

Batches = Iterable[tuple[Tensor, Tensor]]  # (inputs, labels); a DataLoader is one
Loss = Callable[[Tensor, Tensor], Tensor]  # mean over the batch


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
) -> Iterator[Epoch]:
    """Train and yield one `Epoch` after each pass, `first_epoch` to `epochs`.

    Batches go to the device where the model is. To take a run up again, load its checkpoint and pass
    `first_epoch=load_checkpoint(…) + 1`: the rest is bit for bit what an unbroken run does.
    """
    device = next(model.parameters()).device
    for number in range(first_epoch, epochs + 1):
        model.train()
        tally = _Tally()
        for inputs, labels in train_batches:
            inputs, labels = inputs.to(device), labels.to(device)
            logits = model(inputs)
            batch_loss = loss(logits, labels)
            optimizer.zero_grad()
            batch_loss.backward()
            optimizer.step()
            tally.add(batch_loss, logits, labels)
        yield Epoch(number, train=tally.result(), test=evaluate(model, test_batches, loss))


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
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": epoch,
        "random": torch.get_rng_state(),  # dropout draws from the global generator
        "order": generator.get_state() if generator else None,
    }
    unfinished = Path(f"{path}.part")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load_checkpoint(
    path: Path | str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator | None = None,
) -> int:
    """Restore what `save_checkpoint` wrote and return the number of the last finished epoch."""
    state = torch.load(path, weights_only=True, map_location=next(model.parameters()).device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"].cpu())
    if generator is not None:
        if state["order"] is None:
            raise ValueError(
                f"{path} was saved without a generator; expected the same arguments as when saving"
            )
        generator.set_state(state["order"].cpu())
    return state["epoch"]

"""The loop against a loop written out here, exact counts, and a run broken off and taken up again."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib.metrics import Proportion
from tutorials_lib.training import evaluate, load_checkpoint, predict, save_checkpoint, train

N, FEATURES, CLASSES, BATCH = 75, 6, 3, 32  # batches of 32, 32 and 11


@pytest.fixture
def examples():
    generator = torch.Generator().manual_seed(7)
    inputs = torch.randn(N, FEATURES, generator=generator)
    labels = (inputs @ torch.randn(FEATURES, CLASSES, generator=generator)).argmax(dim=1)
    return TensorDataset(inputs, labels)


def new_run(examples, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(FEATURES, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Dropout(0.2), nn.Linear(16, CLASSES)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    batches = DataLoader(examples, BATCH, shuffle=True, generator=generator)
    return model, optimizer, batches, generator


def same_parameters(one: nn.Module, other: nn.Module) -> bool:
    state = other.state_dict()
    return all(torch.equal(value, state[name]) for name, value in one.state_dict().items())


def test_evaluation_counts_right_over_n_with_a_short_last_batch(examples):
    model, *_ = new_run(examples)
    inputs, labels = examples.tensors
    whole = evaluate(model, [(inputs, labels)])
    parts = evaluate(model, DataLoader(examples, BATCH))
    model.eval()
    assert parts.accuracy == whole.accuracy == Proportion.of(model(inputs).argmax(1) == labels)
    assert parts.loss == pytest.approx(whole.loss, rel=1e-6)
    assert whole.loss == pytest.approx(cross_entropy(model(inputs), labels).item())


def test_train_does_what_the_written_out_loop_does(examples):
    model, optimizer, batches, _ = new_run(examples)
    records = list(train(model, batches, batches, optimizer=optimizer, epochs=1))

    reference, optimizer, batches, _ = new_run(examples)
    right, loss_sum = 0, 0.0
    reference.train()
    for inputs, labels in batches:
        logits = reference(inputs)
        loss = cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += int((logits.argmax(1) == labels).sum())
        loss_sum += loss.item() * len(labels)
    assert records[0].train.accuracy == Proportion(right, N)
    assert records[0].train.loss == pytest.approx(loss_sum / N)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), reference.parameters(), strict=True))


def test_one_record_for_each_epoch_while_the_loss_falls(examples):
    model, optimizer, batches, _ = new_run(examples)
    records = list(train(model, batches, DataLoader(examples, BATCH), optimizer=optimizer, epochs=15))
    assert [record.number for record in records] == list(range(1, 16))
    assert records[-1].test.loss < records[0].test.loss / 2


def test_training_waits_for_whoever_reads_the_records(examples):
    model, optimizer, batches, _ = new_run(examples)
    before = [parameter.clone() for parameter in model.parameters()]
    run = train(model, batches, batches, optimizer=optimizer, epochs=2)
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    next(run)
    assert not all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_a_run_taken_up_again_equals_an_unbroken_one_bit_for_bit(examples, tmp_path):
    test = DataLoader(examples, BATCH)
    unbroken, optimizer, batches, _ = new_run(examples)
    expected = list(train(unbroken, batches, test, optimizer=optimizer, epochs=4))

    model, optimizer, batches, generator = new_run(examples)
    first_half = list(train(model, batches, test, optimizer=optimizer, epochs=2))
    save_checkpoint(tmp_path / "run.pt", model, optimizer, epoch=2, generator=generator)

    model, optimizer, batches, generator = new_run(examples, seed=99)  # everything else differs
    last = load_checkpoint(tmp_path / "run.pt", model, optimizer, generator)
    second_half = list(train(model, batches, test, optimizer=optimizer, epochs=4, first_epoch=last + 1))

    assert first_half + second_half == expected
    assert same_parameters(model, unbroken)
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


def test_a_checkpoint_without_order_is_refused_where_order_is_asked_for(examples, tmp_path):
    model, optimizer, _, generator = new_run(examples)
    save_checkpoint(tmp_path / "run.pt", model, optimizer, epoch=1)
    with pytest.raises(ValueError, match="saved without a generator"):
        load_checkpoint(tmp_path / "run.pt", model, optimizer, generator)


def test_evaluation_and_prediction_leave_the_model_as_it_was(examples):
    model, *_ = new_run(examples)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    for training in (True, False):
        model.train(training)
        evaluate(model, DataLoader(examples, BATCH))
        predict(model, examples.tensors[0], batch_size=BATCH)
        assert model.training is training
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in state.items())


def test_prediction_does_not_depend_on_the_batch_size(examples):
    model, *_ = new_run(examples)
    inputs, labels = examples.tensors
    classes = predict(model, inputs, batch_size=11)
    assert torch.equal(classes, predict(model, inputs))
    assert Proportion.of(classes == labels) == evaluate(model, [(inputs, labels)]).accuracy


def test_an_empty_loader_is_refused(examples):
    model, *_ = new_run(examples)
    with pytest.raises(ValueError, match="no examples"):
        evaluate(model, [])

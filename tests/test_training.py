"""The loop against a loop written out here, exact counts, and a run broken off and taken up again."""

import copy
import io
import sys
from itertools import islice

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from tutorials_lib import progress
from tutorials_lib.metrics import Proportion
from tutorials_lib.training import (
    CheckpointError,
    TensorBatches,
    evaluate,
    load_checkpoint,
    predict,
    save_checkpoint,
    train,
)

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


# ── a run kept in a folder ──


def recorded_run(examples, folder=None, epochs=4, seed=0):
    """Records, best weights and last weights of a run with a schedule, as a caller's loop collects them."""
    model, optimizer, batches, _ = new_run(examples, seed)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
    test = DataLoader(examples, BATCH)
    records, best = [], None
    for record in train(model, batches, test, optimizer=optimizer, epochs=epochs, folder=folder):
        records.append(record)
        schedule.step()
        if record.test.loss == min(past.test.loss for past in records):
            best = copy.deepcopy(model)
    return records, best, model


@pytest.mark.filterwarnings("error")  # a scheduler warns where it sees no steps
@pytest.mark.parametrize("broken_off_after", [1, 3, 4])
def test_a_run_in_a_folder_goes_on_as_if_nothing_had_happened(examples, tmp_path, broken_off_after):
    records, best, last = recorded_run(examples)
    recorded_run(examples, tmp_path, epochs=broken_off_after)
    again = recorded_run(examples, tmp_path, seed=99)  # everything that is not in the folder differs
    assert again[0] == records
    assert same_parameters(again[1], best)
    assert same_parameters(again[2], last)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"epoch-{k:04d}.pt" for k in range(1, 5)]


def test_a_finished_epoch_is_kept_before_its_record_is_seen(examples, tmp_path):
    model, optimizer, batches, _ = new_run(examples)
    run = train(model, batches, batches, optimizer=optimizer, epochs=4, folder=tmp_path / "new" / "run")
    list(islice(run, 2))
    run.close()
    assert len(list((tmp_path / "new" / "run").iterdir())) == 2


def test_epochs_kept_are_not_trained_again(examples, tmp_path):
    recorded_run(examples, tmp_path)

    def no_batches():
        raise AssertionError("nothing is left to train")
        yield

    model, optimizer, *_ = new_run(examples)
    records = list(train(model, no_batches(), [], optimizer=optimizer, epochs=2, folder=tmp_path))
    assert [record.number for record in records] == [1, 2]


def truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def tamper(content: bytes) -> bytes:
    """One bit of one weight."""
    place = content.index(b"model") + len(content) // 3
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def empty(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncate, tamper, empty])
def test_a_damaged_checkpoint_is_named_and_deleting_it_is_enough(examples, tmp_path, damage):
    expected, _, last = recorded_run(examples, tmp_path)
    file = tmp_path / "epoch-0003.pt"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(CheckpointError, match=r"epoch-0003\.pt is damaged .* delete it"):
        recorded_run(examples, tmp_path)
    file.unlink()
    records, _, model = recorded_run(examples, tmp_path)
    assert records == expected
    assert same_parameters(model, last)


class Code:
    """What a malicious file does when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the code in the file has run",))


def test_a_checkpoint_with_code_in_it_is_not_opened(examples, tmp_path):
    torch.save({"model": Code()}, tmp_path / "run.pt")
    model, optimizer, *_ = new_run(examples)
    with pytest.raises(CheckpointError, match="more than tensors and numbers"):
        load_checkpoint(tmp_path / "run.pt", model, optimizer)


def test_a_checkpoint_of_another_model_is_refused(examples, tmp_path):
    recorded_run(examples, tmp_path)
    other = nn.Linear(FEATURES, CLASSES)
    optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
    batches = DataLoader(examples, BATCH, generator=torch.Generator())
    with pytest.raises(CheckpointError, match="of another model"):
        next(train(other, batches, batches, optimizer=optimizer, epochs=4, folder=tmp_path))


# ── batches in memory ──


def test_tensor_batches_hold_every_example_once_with_its_label():
    inputs = torch.arange(11.0).unsqueeze(1)
    batches = TensorBatches(inputs, torch.arange(11), size=4, generator=torch.Generator().manual_seed(3))
    seen = list(batches)
    assert [len(labels) for _, labels in seen] == [4, 4, 3]
    assert len(batches) == 3
    labels = torch.cat([labels for _, labels in seen])
    assert labels.tolist() != list(range(11))
    assert labels.sort().values.tolist() == list(range(11))
    assert torch.equal(torch.cat([part for part, _ in seen]).squeeze(1), labels.float())


def test_the_generator_decides_the_order_and_each_pass_has_another():
    def passes(seed):
        generator = torch.Generator().manual_seed(seed)
        batches = TensorBatches(torch.zeros(20), torch.arange(20), size=20, generator=generator)
        return [next(iter(batches))[1].tolist() for _ in range(2)]

    assert passes(5) == passes(5)
    assert passes(5) != passes(6)
    assert passes(5)[0] != passes(5)[1]


def test_a_run_over_tensor_batches_can_be_taken_up_again(examples, tmp_path):
    def run(folder, epochs, seed):
        model, optimizer, *_ = new_run(examples, seed)
        generator = torch.Generator().manual_seed(seed)
        batches = TensorBatches(*examples.tensors, size=BATCH, generator=generator)
        return list(train(model, batches, batches, optimizer=optimizer, epochs=epochs, folder=folder))

    run(tmp_path, epochs=2, seed=0)
    assert run(tmp_path, epochs=4, seed=99) == run(None, epochs=4, seed=0)


def test_inputs_without_a_label_are_refused():
    with pytest.raises(ValueError, match="3 inputs with 2 labels"):
        TensorBatches(torch.zeros(3, 1), torch.zeros(2), size=1)


# ── the line of progress ──


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_counts_the_batches_of_all_epochs_and_is_clean_at_each_record(
    examples, monkeypatch, capsys
):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    monkeypatch.setattr(progress, "REDRAW_SECONDS", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    model, optimizer, batches, _ = new_run(examples)
    for record in train(model, batches, batches, optimizer=optimizer, epochs=2):
        assert f" {3 * record.number}/6  " in terminal.getvalue()
        assert terminal.getvalue().endswith(" \r")  # blanks over the line, then back to the margin
    assert capsys.readouterr().out == ""


def test_batches_without_a_length_are_counted(examples, monkeypatch):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    model, optimizer, batches, _ = new_run(examples)
    next(train(model, (batch for batch in batches), batches, optimizer=optimizer, epochs=1))
    assert "1  0:0" in terminal.getvalue()


# ── what training leaves alone ──


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

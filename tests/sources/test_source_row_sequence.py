"""The second source: an image as a sequence of its rows, and a table of torch.nn.RNN's shapes."""

import pytest
import torch
from source_files import both

MENDED, PUBLISHED = both("row_sequence_classifier")
FORMS = pytest.mark.parametrize("module", [MENDED, PUBLISHED], ids=["mended", "published"])


@FORMS
def test_shapes_that_the_source_shows(module):
    network = module.RNN(28, 128, 2, batch_first=True)
    output, h_n = network(torch.zeros(100, 28, 28), torch.zeros(2, 100, 128))
    assert output.shape == (100, 28, 128)
    assert h_n.shape == (2, 100, 128)


@pytest.mark.parametrize("batch_first", [False, True])
def test_axes_are_what_they_are_called_where_sizes_differ(batch_first):
    """T = I = 28 hides it: output's axes are time and batch, never input_size; h_n's first is layers, and it has a batch."""
    seq_len, batch_size, input_size, hidden_size, layers = 6, 4, 5, 7, 3
    shape = (batch_size, seq_len) if batch_first else (seq_len, batch_size)
    network = MENDED.RNN(input_size, hidden_size, layers, batch_first=batch_first)
    output, h_n = network(torch.zeros(*shape, input_size))
    assert output.shape == (*shape, hidden_size)
    assert h_n.shape == (layers, batch_size, hidden_size)


def test_h_0_is_used_and_zero_without():
    x, h_0 = torch.randn(4, 6, 5), torch.randn(2, 6, 7)
    network = MENDED.RNN(5, 7, 2)
    assert torch.equal(network(x)[0], network(x, torch.zeros(2, 6, 7))[0])
    assert not torch.allclose(network(x)[0], network(x, h_0)[0])
    assert torch.equal(network(x, h_0)[0], torch.nn.RNN.forward(network, x, h_0)[0])


def test_published_h_0_is_drawn_anew_in_every_pass():
    x = torch.randn(4, 6, 5)
    network = PUBLISHED.RNN(5, 7, 2)
    passes = [network(x, torch.zeros(2, 6, 7))[0] for _ in range(2)]
    assert not torch.allclose(*passes)
    torch.manual_seed(3)
    one, _ = network(x, torch.zeros(2, 6, 7))
    torch.manual_seed(3)
    other, _ = network(x, torch.ones(2, 6, 7))
    assert torch.equal(one, other), "the h_0 that it is given matters after all"


@FORMS
def test_classifier_gives_ten_logits_that_a_loss_takes(module):
    logits = module.RowSequenceClassifier()(torch.rand(100, 28, 28))
    assert logits.shape == (100, 10)
    loss = torch.nn.functional.cross_entropy(logits, torch.zeros(100, dtype=torch.long))
    loss.backward()
    assert loss.item() > 0


def test_classifier_reads_the_last_layers_last_state():
    network = MENDED.RowSequenceClassifier(row_size=5, hidden_size=7, num_layers=3, classes=2)
    images = torch.rand(4, 6, 5)
    output, _ = network.rnn(images)
    assert torch.equal(network(images), network.head(output[:, -1]))


def test_a_bare_rnn_gives_the_loss_a_tuple():
    """As in the text, whose training calls the name of a bare nn.RNN and not of the classifier."""
    with pytest.raises(TypeError):
        torch.nn.functional.cross_entropy(torch.nn.RNN(28, 128, 2)(torch.rand(3, 4, 28)), torch.zeros(3).long())

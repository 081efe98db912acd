"""The tasks in PyTorch: nn.LSTM in a plain loop."""

from typing import Any

import torch
from tasks import arrays, embedding, first_weights, layer_sizes
from torch import nn


def train(spec: dict[str, Any], stamps: Any) -> list[float]:
    """Train, and return the loss of every epoch."""
    torch.set_num_threads(spec["threads"])
    torch.manual_seed(0)
    network, loss_of = with_loss(spec)
    optimizer = torch.optim.Adam(
        [weight for weight in network.parameters() if weight.requires_grad],
        lr=spec["learning_rate"],
        eps=1e-7,
    )
    x, y = (torch.from_numpy(array) for array in arrays(spec))
    losses = []
    for _ in range(spec["epochs"]):
        stamps.note()
        total = 0.0
        for index in torch.randperm(len(x)).split(spec["batch"]):
            optimizer.zero_grad()
            loss = loss_of(network(x[index]), y[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(x))
    stamps.note()
    return losses


class Network(nn.Module):
    """The network of a task."""

    def __init__(self, spec: dict[str, Any]) -> None:
        super().__init__()
        sizes, dense = layer_sizes(spec)
        self.lstms = nn.ModuleList(nn.LSTM(*size, batch_first=True) for size in sizes)
        self.drop, self.dense = nn.Dropout(spec["dropout"]), nn.Linear(*dense)
        self.every_step = spec["model"] == "music"
        is_text = spec["model"] == "emoji"
        self.words = (
            nn.Embedding.from_pretrained(torch.from_numpy(embedding())) if is_text else None
        )

    def forward(self, x: Any) -> Any:
        if self.words is not None:
            x = self.words(x.long())  # (batch, time, features)
        for number, lstm in enumerate(self.lstms, start=1):
            x = lstm(x)[0]
            if number == len(self.lstms) and not self.every_step:
                x = x[:, -1]
            if number == len(self.lstms) or self.words is not None:
                x = self.drop(x)
        return self.dense(x)


def with_loss(spec: dict[str, Any]) -> tuple[Network, Any]:
    """Return the network of a task with the weights that all start from, and its loss."""
    network = Network(spec)
    weights = [torch.from_numpy(weight) for weight in first_weights(spec)]
    layers = zip(*[iter(weights[:-2])] * 3, strict=True)
    with torch.no_grad():
        for lstm, (kernel, recurrent, bias) in zip(network.lstms, layers, strict=True):
            lstm.weight_ih_l0.copy_(kernel.T)
            lstm.weight_hh_l0.copy_(recurrent.T)
            lstm.bias_ih_l0.copy_(bias)
            lstm.bias_hh_l0.zero_()
        network.dense.weight.copy_(weights[-2].T)
        network.dense.bias.copy_(weights[-1])
    for lstm in network.lstms:  # Keras has one bias, nn.LSTM two: their gradients are equal
        lstm.bias_hh_l0.requires_grad_(False)
    if spec["model"] == "stock":
        return network, nn.MSELoss()
    entropy = nn.CrossEntropyLoss()
    return network, lambda logits, y: entropy(logits.flatten(0, -2), y.flatten().long())

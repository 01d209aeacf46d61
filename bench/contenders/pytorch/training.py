"""Whole steps of training, and inference, in PyTorch."""
import math

import torch
from torch import nn

from kernels import alternating, each_held


def regression():
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    y = 0.5 * x + 0.1 * torch.randn(x.shape)

    def program():
        model = nn.Sequential(nn.Linear(1, 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        loss_fn = nn.MSELoss()
        losses = []
        for _ in range(300):
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses[-1]

    def task(times):
        for _ in range(times):
            last = program()
            assert last < 0.02
        return last

    return task


def initialise(model):
    """Draws the parameters anew, by a rule that Flambeau's part follows too: the losses can be compared."""
    torch.manual_seed(0)
    with torch.no_grad():
        for name, p in model.named_parameters():
            bound = 1 / math.sqrt(p.numel() / p.shape[0])
            if "bias" in name:
                p.zero_()
            elif p.dim() > 1:
                p.uniform_(-bound, bound)
    return model


def labelled(*shape):
    """Inputs in [-1, 1) with a label of ten for each."""
    return alternating(lambda: (torch.rand(shape) * 2 - 1, torch.randint(0, 10, shape[:1])))


def training_step(model, optimizer, batch):
    """Steps on two batches in turn; every loss is read."""
    loss_fn = nn.CrossEntropyLoss()
    state = {"turn": 0}

    def task(times):
        for _ in range(times):
            x, labels = batch(state["turn"])
            state["turn"] += 1
            loss = loss_fn(model(x), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            last = loss.item()
        return last

    return task


def with_adam(model, batch):
    return training_step(model, torch.optim.Adam(model.parameters(), lr=1e-3), batch)


def mlp():
    model = initialise(nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)))
    return training_step(model, torch.optim.SGD(model.parameters(), lr=0.1), labelled(64, 784))


def convolutional():
    return initialise(nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(4096, 128), nn.ReLU(), nn.Linear(128, 10),
    ))


def cnn():
    return with_adam(convolutional(), labelled(64, 3, 32, 32))


def cnn_inference(pictures):
    model = convolutional().eval()
    batch = labelled(pictures, 3, 32, 32)

    def infer(turn):
        with torch.no_grad():
            return model(batch(turn)[0])

    return each_held(infer)


class SequenceClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(32, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[0])


class LanguageModel(nn.Module):
    def __init__(self, vocabulary=64, width=64, length=32):
        super().__init__()
        self.position = nn.Parameter(torch.zeros(length, width))
        self.token = nn.Parameter(torch.zeros(vocabulary, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, 4, 256, dropout=0.0, batch_first=True) for _ in range(2)
        )
        self.head = nn.Linear(width, vocabulary)
        self.mask = torch.triu(torch.full((length, length), -math.inf), 1)

    def forward(self, tokens):
        x = nn.functional.embedding(tokens, self.token) + self.position
        for layer in self.layers:
            x = layer(x, self.mask)
        return self.head(x).flatten(0, 1)


def gru():
    return with_adam(initialise(SequenceClassifier()), labelled(32, 32, 32))


def transformer():
    model = initialise(LanguageModel())
    batch = alternating(lambda: (torch.randint(0, 64, (16, 32)), torch.randint(0, 64, (16 * 32,))))
    return with_adam(model, batch)


TRAINING = {
    "regression300": regression,
    "mlp_step64": mlp,
    "cnn_step64": cnn,
    "cnn_infer64": lambda: cnn_inference(64),
    "cnn_infer1": lambda: cnn_inference(1),
    "gru_step": gru,
    "transformer_step": transformer,
}

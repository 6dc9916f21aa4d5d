"""Train the table: queries and the code they ask for come to lie in one direction.

    python scripts/train/train.py --pairs DIR --tokenizer FILE --teacher FILE --fields FILE --out FOLDER [--device cuda]

The model is as small as can be: a row a token. A document is the sum of its fields' tokens, weighted by field and
saturated count; a query the sum of its tokens; both normalised. The loss is InfoNCE in both directions with the other
pairs of the batch as negatives (van den Oord et al. 2018, https://arxiv.org/abs/1807.03748), temperature 0.05, also
on the first dimensions alone (Kusupati et al. 2022, https://arxiv.org/abs/2205.13147); besides, queries stay as alike
as a transformer finds them (``distil.py``). Field weights are learned with the rows. The rows' average over the last
part of a run is what it gives (Polyak averaging), and the average of several runs from one start, whose draws differ,
is what is kept (Wortsman et al. 2022, https://arxiv.org/abs/2203.05482).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from asking import Dress
from corpus import set_aside
from data import KINDS, Bags, Pairs, Words, bags, batches, entries, load, read_pairs
from distil import START_SCALE, Teacher, scaled
from export import export
from teacher import word_vectors
from tokenizer import FIELDS
from tokenizers import Tokenizer
from torch.nn import functional

BODY = FIELDS.index("body")

LEAST_TO_VALIDATE = 100
"""Pairs of a repository below which a rank among them says little."""


@dataclass
class Recipe:
    """Everything that decides what comes out, besides the pairs and the vocabulary."""

    dims: int = 256
    matryoshka: list[int] = field(default_factory=list)
    epochs: float = 1
    batch: int = 2048
    chunk: int = 1024
    rate: float = 0.02
    temperature: float = 0.05
    field_weights: list[float] = field(default_factory=lambda: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    field_boosts: list[float] = field(default_factory=lambda: [1.5, 0.5, 0.5, 0.1, 0.1, 0.1])
    learn_fields: bool = True
    learn_query_weights: bool = True
    query_table: bool = False
    name_dropped: float = 0.2
    path_dropped: float = 0.2
    doc_dropped: float = 0.3
    body_kept: float = 0.7
    query_kept: float = 1.0
    opened: float = 0.4
    language_named: float = 0.5
    init: str = "transformer"
    average: float = 0.3
    seed: int = 1
    kinds: dict[str, float] = field(
        default_factory=lambda: {
            "doc": 1.0,
            "detail": 0.5,
            "comment": 0.5,
            "commit": 1.0,
            "test": 0.5,
            "section": 0.3,
            "snippet": 1.0,
        }
    )
    distil: float = 0.3
    start_epochs: float = 4
    runs: int = 4


class Model(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """Rows, field weights and (where the recipe says so) weights or rows of its own for queries."""

    def __init__(self, recipe: Recipe, rows: torch.Tensor) -> None:
        super().__init__()
        self.recipe = recipe
        self.rows = torch.nn.Parameter(rows.clone())
        weights = torch.tensor([recipe.field_weights, recipe.field_boosts])
        self.fields = torch.nn.Parameter(weights.log(), requires_grad=recipe.learn_fields)
        self.query_rows = torch.nn.Parameter(rows.clone()) if recipe.query_table else None
        self.query_weights = torch.nn.Parameter(torch.zeros(len(rows)), requires_grad=recipe.learn_query_weights)

    def documents(self, bags: Bags) -> torch.Tensor:
        """Unnormalised document vectors, shape (texts, dims)."""
        weights, boosts = self.fields.exp()[:, _tensor(bags.field, self.rows)]
        sums = torch.zeros(2, len(bags.token), device=self.rows.device)
        sums = sums.index_add(
            1, _tensor(bags.place, self.rows), torch.stack([weights * _tensor(bags.count, self.rows), boosts])
        )
        return self._summed(self.rows, bags, sums[0].log1p() + sums[1])

    def queries(self, bags: Bags) -> torch.Tensor:
        """Unnormalised query vectors, shape (texts, dims)."""
        count = _tensor(bags.count, self.rows)
        weight = torch.zeros(len(bags.token), device=count.device).index_add(0, _tensor(bags.place, count), count)
        if self.recipe.learn_query_weights:
            weight = weight * self.query_weights.exp()[_tensor(bags.token, self.rows)]
        return self._summed(self.rows if self.query_rows is None else self.query_rows, bags, weight)

    def _summed(self, rows: torch.Tensor, bags: Bags, weight: torch.Tensor) -> torch.Tensor:
        token, start = _tensor(bags.token, rows), _tensor(bags.start, rows)
        return functional.embedding_bag(token, rows, start, mode="sum", per_sample_weights=weight)


def _tensor(values: Any, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).to(like.device)


def contrast(queries: torch.Tensor, documents: torch.Tensor, same: torch.Tensor, temperature: float) -> torch.Tensor:
    """InfoNCE both ways; ``same`` (n, n) marks pairs that ask the same, which are no negatives of each other."""
    scores = functional.normalize(queries) @ functional.normalize(documents).T / temperature
    scores = scores.masked_fill(same, -torch.inf)
    target = torch.arange(len(scores), device=scores.device)
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


def take(
    pairs: Pairs, chosen: np.ndarray, recipe: Recipe, draw: np.random.Generator, dress: Dress | None = None
) -> tuple[Bags, Bags, np.ndarray]:
    """The queries and documents of a batch, with what the recipe drops left out, and which pairs ask the same."""
    place, row = entries(pairs.query_start, chosen)
    kept = (draw.random(len(place)) < recipe.query_kept) | (np.diff(row, prepend=-1) > 0)
    place, row = place[kept], row[kept]
    token, count = pairs.query_token[place].astype(np.int64), pairs.query_count[place].astype(np.float32)
    if dress is not None:
        more, added = dress.added(pairs.language[chosen], draw)
        row, token = np.append(row, more), np.append(token, added)
        order = np.lexsort((token, row))
        row, token, count = row[order], token[order], np.append(count, np.ones(len(added), np.float32))[order]
    queries = bags(row, len(chosen), token, np.zeros(len(row)), count)
    place, row = entries(pairs.document_start, chosen)
    which, named = pairs.field[place], pairs.named[place]
    kept = (which != BODY) | (draw.random(len(place)) < recipe.body_kept)
    for name, share in (("path", recipe.path_dropped), ("doc", recipe.doc_dropped)):
        kept &= ~((which == FIELDS.index(name)) & (draw.random(len(chosen)) < share)[row])
    unnamed = draw.random(len(chosen)) < recipe.name_dropped
    kept &= ~(named & unnamed[row])
    kept |= np.diff(row, prepend=-1) > 0  # an empty text has no direction
    place, row = place[kept], row[kept]
    documents = bags(row, len(chosen), pairs.token[place], pairs.field[place], pairs.count[place])
    asked = pairs.query_hash[chosen]
    same = asked[:, None] == asked[None, :]
    np.fill_diagonal(same, val=False)
    return queries, documents, same


def train(
    pairs: Pairs, kept: np.ndarray, start: torch.Tensor, recipe: Recipe, dress: Dress, device: str,
    teacher: Teacher | None = None,
) -> Model:  # fmt: skip
    """A model trained on the ``kept`` pairs, on the CPU, its rows averaged over the end of the run."""
    torch.manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    model = Model(recipe, start)
    model.to(device)
    rows = [model.rows] if model.query_rows is None else [model.rows, model.query_rows]
    groups = [{"params": rows}, {"params": [model.fields], "lr": 0.01}, {"params": [model.query_weights], "lr": 0.02}]
    optimiser = torch.optim.Adam(groups, lr=recipe.rate, betas=(0.9, 0.99))
    rates = np.array([recipe.kinds[kind] for kind in KINDS])
    rates = rates[pairs.kind] * kept
    epoch = float(rates.sum()) / recipe.batch
    steps = max(1, int(epoch * recipe.epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / steps))
    average = torch.zeros_like(model.rows)
    summed = step = 0
    started = time.monotonic()
    while step < steps:
        for chosen in batches(pairs, draw, recipe.batch, recipe.chunk, rates):
            queries, documents, same = take(pairs, chosen, recipe, draw, dress)
            asked, found = model.queries(queries), model.documents(documents)
            marked = torch.from_numpy(same).to(device)
            loss = contrast(asked, found, marked, recipe.temperature)
            for dims in recipe.matryoshka:
                loss = loss + contrast(asked[:, :dims], found[:, :dims], marked, recipe.temperature) * 0.5
            if teacher is not None:
                loss = loss + recipe.distil * teacher.related(asked, chosen)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
            if step > steps * (1 - recipe.average):
                average += model.rows.detach()
                summed += 1
            if step % 50 == 0:
                weights = [[round(value, 2) for value in row] for row in model.fields.detach().exp().tolist()]
                print(
                    f"{step}/{steps} loss {loss.item():.4f} fields {weights} {time.monotonic() - started:.0f} s",
                    flush=True,
                )
            if step >= steps:
                break
    if summed:
        model.rows.data = average / summed
    model.to("cpu")
    return model


def start(tokenizer: Path, recipe: Recipe, teacher: Teacher | None, device: str) -> torch.Tensor:
    """The rows before training, shape (tokens, dims): at random, or the best that a transformer says of words."""
    if recipe.init == "random":
        words = len(Tokenizer.from_file(str(tokenizer)).get_vocab())
        return torch.randn(words, recipe.dims, generator=torch.Generator().manual_seed(recipe.seed)) * START_SCALE
    words = word_vectors(tokenizer, device)
    if teacher is not None:
        rows = teacher.fitted(words, recipe.start_epochs, recipe.seed) if recipe.start_epochs else teacher.turned(words)
    else:
        words -= words.mean(0)
        rows = scaled(words @ torch.linalg.svd(words, full_matrices=False)[2][: recipe.dims].T)
    return functional.pad(rows, (0, recipe.dims - rows.shape[1]))


def averaged(models: list[Model]) -> Model:
    """One model, each of whose parameters is the mean of the ``models``'."""
    parts = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([part[name] for part in parts]).mean(0) for name in parts[0]})
    return models[0]


def validate(model: Model, pairs: Pairs, names: list[str]) -> dict[str, float]:
    """MRR@10 of each kind over the repositories ``names`` that are set aside; one's documents are the candidates."""
    recipe = dataclasses.replace(model.recipe, name_dropped=0, path_dropped=0, doc_dropped=0, body_kept=1, query_kept=1)
    draw = np.random.default_rng(0)
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in (place for place, name in enumerate(names) if set_aside(name)):
        chosen = np.flatnonzero(pairs.repository == number)
        if len(chosen) < LEAST_TO_VALIDATE:
            continue
        queries, documents, same = take(pairs, chosen, recipe, draw)
        with torch.inference_mode():
            scores = functional.normalize(model.queries(queries)) @ functional.normalize(model.documents(documents)).T
            scores = scores.masked_fill(torch.from_numpy(same), -2)
            ranks = (scores > scores.diagonal()[:, None]).sum(1).numpy()
        for place, rank in zip(chosen, ranks, strict=True):
            found[KINDS[pairs.kind[place]]].append(1 / (1 + rank) if rank < 10 else 0.0)
    means = {kind: round(float(np.mean(values)), 4) for kind, values in found.items() if values}
    return means | {"mean": round(float(np.mean(list(means.values()))), 4)}


def options() -> tuple[argparse.Namespace, Recipe]:
    """The command line: one option for each field of the recipe."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, help="what teacher.py wrote; without it nothing is distilled")
    parser.add_argument("--fields", type=Path, help="JSON: counts and boosts to write instead of the learned ones")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="folder for the arrays of token ids, kept for the next run")
    parser.add_argument("--share", type=float, default=1.0, help="of the repositories that are trained on")
    parser.add_argument("--device", default="cpu")
    for each in fields(Recipe):
        parser.add_argument(f"--{each.name.replace('_', '-')}", type=json.loads if each.name != "init" else str)
    given = parser.parse_args()
    chosen = {each.name: getattr(given, each.name) for each in fields(Recipe) if getattr(given, each.name) is not None}
    if "kinds" in chosen:
        chosen["kinds"] = Recipe().kinds | chosen["kinds"]
    return given, Recipe(**chosen)


def main() -> None:
    """Read, train, validate, export."""
    given, recipe = options()
    torch.set_num_threads(2)
    cache = given.cache or given.out / "arrays"
    words = Words(Tokenizer.from_file(str(given.tokenizer)))
    if not (cache / "kind.npy").exists():
        read_pairs(given.pairs, words, cache)
    pairs, names, languages = load(cache)
    dress = Dress(words, languages, recipe.opened, recipe.language_named)
    teacher = Teacher(given.teacher, pairs, recipe.dims, given.device) if given.teacher else None
    aside = np.array([set_aside(name) for name in names])
    draw = np.random.default_rng(0)
    used = ~aside & (draw.random(len(names)) < given.share)
    print(f"{len(pairs):,} pairs", dict(zip(KINDS, np.bincount(pairs.kind).tolist(), strict=False)), flush=True)
    rows = start(given.tokenizer, recipe, teacher, given.device)
    runs = [dataclasses.replace(recipe, seed=recipe.seed + run) for run in range(recipe.runs)]
    kept = used[pairs.repository]
    model = averaged([train(pairs, kept, rows, run, dress, given.device, teacher) for run in runs])
    measured = validate(model, pairs, names)
    print(f"set aside ({aside.sum()} repositories): {measured}")
    export(given.out, given.tokenizer, model, json.loads(given.fields.read_text()) if given.fields else None)
    (given.out / "recipe.json").write_text(json.dumps(asdict(recipe) | {"validation": measured}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Transformers in ONNX files, run by fastembed: loading, pooling and the models that it lists are its own.

The only importer of fastembed and onnxruntime, half a second of import: an embedder is light until it first embeds.

Texts are run in batches of a few hundred tokens, those alike in length together. On a processor that is as fast as any
larger batch (one text of 256 tokens keeps it busy), takes a fraction of the memory, and little of it goes to padding.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from te_cli.embed.advice import MEND, NO_NUMBERS
from te_cli.embed.copies import Wanted
from te_cli.embed.dense import Layers
from te_cli.embed.identity import Identified
from te_cli.embed.inputs import as_asked, asks_for_more
from te_cli.embed.passages import CHARACTERS, passage
from te_cli.embed.port import normalised
from te_cli.embed.tokens import tokenizer_of
from te_cli.errors import ModelError
from te_cli.machine import usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from te_cli.document import Document
    from te_cli.embed.folder import Model
    from te_cli.embed.identity import ModelIdentity

    Floats = NDArray[np.float32]

THREAD_TOKENS, MOST_THREADS = 512, 8
"""Tokens of a batch on a processor for each of its threads, padding included, and how many threads count.

MiniLM embeds 45 symbols in a second of a thread's time with this, 43 with twice and 37 with eight times as much, in
244, 282 and 459 MiB.
"""

GPU_BATCH_TOKENS = 16_384
"""The same on a graphics card, which needs many texts to be busy."""

BY_BATCH = {"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}
"""The operators by which int8 models measure the numbers of a whole batch, so that its texts change each other's rows:
such models get one text at a time. onnxruntime's optimiser makes the second of the first."""

PROVIDERS = (
    *("TensorrtExecutionProvider", "CUDAExecutionProvider", "MIGraphXExecutionProvider", "ROCMExecutionProvider"),
    *("DmlExecutionProvider", "OpenVINOExecutionProvider", "CoreMLExecutionProvider"),
)
"""What may run a model faster than the processor."""

_registering = Lock()


class OnnxModel(Identified):
    """A transformer as an embedder. Safe to share between threads: batches are run one after another.

    ``listed``: the name by which fastembed knows the model, if it does; then pooling is as fastembed has it.
    """

    def __init__(self, identity: ModelIdentity, model: Model, threads: int | None = None, listed: str = "") -> None:
        super().__init__(identity)
        self._model, self._threads, self._listed = model, threads, listed
        self._characters = model.limit * CHARACTERS
        self._lock = Lock()
        self._loaded: Any = None
        self._layers: Layers
        self._budget = THREAD_TOKENS * min(threads or usable_cores(), MOST_THREADS)

    def text_of(self, document: Document) -> str:
        """What the model reads of a document: its beginning, so much as can hold the tokens that are read.

        Or its end, where its folder cuts texts on their left.
        """
        return passage(document)[-self._characters :] if self._model.ends else passage(document, self._characters)

    def prepare(self) -> None:
        """Load the model.

        Raises:
            ModelError: it cannot be loaded.
        """
        with self._lock:
            self._load()

    def embed_documents(self, documents: Sequence[Document]) -> Floats:
        """Unit rows, shape (documents, dimension); zeros where a document is blank.

        Raises:
            ModelError: the model cannot be loaded, or gives no numbers.
        """
        said = self._model.prefixes.passage
        return self._rows([self.text_of(document) for document in documents], said, "passage_embed")

    def embed_query(self, text: str) -> Floats:
        """A unit vector, shape (dimension,); zeros where ``text`` is blank.

        Raises:
            ModelError: the model cannot be loaded, or gives no numbers.
        """
        part = text[-self._characters :] if self._model.ends else text[: self._characters]
        row: Floats = self._rows([part], self._model.prefixes.query, "query_embed")[0]
        return row

    def _rows(self, texts: Sequence[str], said: str, how: str) -> Floats:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        asked = [number for number, text in enumerate(texts) if text.strip()]
        if not asked:
            return rows
        with self._lock:
            self._load()
        # A lone half of a surrogate pair is no text to a tokenizer.
        whole = {number: (said + texts[number]).encode("utf-8", "replace").decode("utf-8") for number in asked}
        for batch in self._batches(whole):
            with self._lock:
                rows[batch] = self._run([whole[number] for number in batch], how)
        return rows

    def _batches(self, texts: dict[int, str]) -> Iterator[list[int]]:
        """The numbers of texts that are run together: as long as each other, nearly."""
        with self._told():
            sizes = {number: sum(self._tokenizer.encode(text).attention_mask) for number, text in texts.items()}
        batch: list[int] = []
        for number in sorted(sizes, key=lambda number: (sizes[number], number)):
            if batch and not self._fits(len(batch) + 1, sizes[number], sizes[batch[0]]):
                yield batch
                batch = []
            batch.append(number)
        yield batch

    def _fits(self, texts: int, longest: int, shortest: int) -> bool:
        masked = any(slot.name == "attention_mask" for slot in self._model.graph.inputs)
        if self._model.filled:
            longest = shortest = self._model.limit
        return texts * longest <= self._budget and (masked or longest == shortest)

    def _run(self, texts: list[str], how: str) -> Floats:
        """Unit rows of a batch."""
        with np.errstate(all="ignore"), self._told():
            found = np.asarray(list(getattr(self._loaded, how)(texts, batch_size=len(texts))), np.float32)
            found = self._layers(found)
        if found.shape != (len(texts), self.dimension):
            raise ModelError(
                f"The model '{self.name}' gives vectors of shape {found.shape[1:]}, not ({self.dimension},).",
                MEND,
            )
        if not np.isfinite(found).all():
            raise ModelError(
                f"The model '{self.name}' is broken: {NO_NUMBERS}.",
                "Try its float32 file, or give another model.",
            )
        return normalised(found)

    @property
    def _tokenizer(self) -> Any:
        return self._loaded.model.tokenizer

    def _load(self) -> None:
        if self._loaded is not None:
            return
        # Else the tokenizers library complains of each process that is forked from now on.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        with quiet(), self._told():
            loaded = self._listed_model() if self._listed else self._own_model()
            if not self._listed:
                loaded.model.tokenizer = tokenizer_of(self._model)  # else fastembed makes its own, of fewer folders
            loaded.model.load_onnx_model()
            self._layers = Layers(self._model)
        if self._listed:
            tokenizer = loaded.model.tokenizer
            cut = tokenizer.truncation or {}
            length = min(self._model.limit, cut.get("max_length") or self._model.limit)
            tokenizer.enable_truncation(length, direction=cut.get("direction", "right"))
        if asks_for_more(self._model):
            loaded.model._preprocess_onnx_input = as_asked(loaded.model._preprocess_onnx_input, self._model)  # noqa: SLF001 - its hook for inputs
        if loaded.model.model.get_providers()[0] in PROVIDERS:
            self._budget = GPU_BATCH_TOKENS
        if self._model.alone or not BY_BATCH.isdisjoint(self._model.graph.operators):
            self._budget = 0
        self._loaded = loaded

    def _listed_model(self) -> Any:
        from fastembed import TextEmbedding

        return TextEmbedding(self._listed, **self._options())

    def _own_model(self) -> Any:
        from fastembed import TextEmbedding
        from fastembed.common.model_description import ModelSource, PoolingType

        model = self._model
        pooling = {
            "cls": PoolingType.CLS,
            "mean": PoolingType.MEAN,
            "last": PoolingType.LAST_TOKEN,
            "none": PoolingType.DISABLED,
        }
        name = f"te/{self.fingerprint}/{model.weights}"
        with _registering:
            if all(name != each["model"] for each in TextEmbedding.list_supported_models()):
                TextEmbedding.add_custom_model(
                    name,
                    pooling=pooling[model.pooling],
                    normalization=False,  # it rounds to what the model gives, float16 perhaps; rows are scaled here
                    sources=ModelSource(hf=name),  # never asked for: the files are here
                    dim=self.dimension,
                    model_file=model.weights,
                    additional_files=list(model.external),
                    output_name=model.output,
                )
        return TextEmbedding(name, **self._options())

    def _options(self) -> dict[str, Any]:
        return {
            "cache_dir": str(self._model.folder),
            "specific_model_path": str(self._model.folder),
            "local_files_only": True,
            "threads": self._threads,
            "providers": providers(),
            "lazy_load": True,
        }

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong in the libraries, as one sentence."""
        try:
            yield
        except ModelError:
            raise
        except BaseException as error:  # onnxruntime, tokenizers and fastembed raise what they like, panics included
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            said = " ".join(str(error).split())[:300] or type(error).__name__
            message = f"The model '{self.name}' in {self._model.folder} cannot be used: {said.rstrip('.')}."
            raise ModelError(message, MEND) from error


def listed() -> tuple[Wanted, ...]:
    """The models that fastembed knows by name. Its static ones are tables, which te reads itself."""
    from fastembed import TextEmbedding

    found = []
    for each in TextEmbedding.list_supported_models():
        name, repository = each["model"], each["sources"]["hf"]
        if name.startswith("te/") or not repository:
            continue
        is_table = each["model_file"].endswith(".safetensors")
        weights = () if is_table else (each["model_file"], *each["additional_files"])
        found.append(
            Wanted(name, repository, bool(weights), weights, each["dim"], 1000 * each["size_in_GB"], each["license"])
        )
    return tuple(sorted(found, key=lambda each: each.name.lower()))


def providers() -> list[str]:
    """What onnxruntime may run on here, the fastest first, the processor last. ``TE_DEVICE=cpu``: it alone."""
    import onnxruntime  # type: ignore[import-untyped]

    there = set(onnxruntime.get_available_providers())
    if os.environ.get("TE_DEVICE", "").strip().lower() == "cpu":
        there = set()
    return [*(name for name in PROVIDERS if name in there), "CPUExecutionProvider"]


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing that the libraries say about their work reaches the user: te says itself what went wrong."""
    import onnxruntime
    from loguru import logger

    onnxruntime.set_default_logger_severity(4)
    logger.disable("fastembed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

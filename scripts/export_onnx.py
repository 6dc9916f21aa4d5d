#!/usr/bin/env python3
"""Turn a local sentence-transformers folder into an ONNX model for `te index --model OUT`.

    export_onnx.py DIR OUT [--int8]

DIR holds a transformer of the BERT kind: config.json, its weights, a tokenizer (tokenizer.json is made of the older
forms) and, where it was made by sentence-transformers, what that wrote beside them (modules.json, 1_Pooling,
sentence_bert_config.json ...). OUT gets model.onnx, whose batch and length are
free, with tokenizer and configuration copied. `--int8` quantises the weights (dynamically: activations are measured
while it runs), which makes the file a quarter and the answers a little different.

The result is compared with the torch model on texts of several lengths, and the largest difference is printed. PyTorch,
transformers and onnx are needed here and nowhere else in te: pip install torch transformers onnx
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

COPIED = (
    *("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "modules.json"),
    *("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json"),
    *("config_sentence_transformers.json", "LICENSE", "README.md"),
)
"""What is taken along as it is, where it is there."""

OPSET = 17
"""The ONNX operators written: onnxruntime has read them since 2022, and newer ones bring a BERT nothing."""

TEXTS = (
    "retry the upload",
    "def is_ready(self) -> bool:\n    return self.state is State.READY and not self.queue",
    "class Session:\n    '''Keeps a connection open between requests.'''\n" + "    timeout = 30\n" * 40,
)
"""What both models are asked."""

LEAST_COSINE = {False: 0.9999, True: 0.95}
"""How near a text's mean must be to torch's, as it is and as int8, for the export to count."""


class Stopped(Exception):
    """A sentence for people."""


def libraries() -> tuple[Any, Any]:
    """PyTorch and transformers."""
    try:
        import onnx  # noqa: F401 - torch writes with it, and its own complaint is longer
        import torch
        import transformers
    except ImportError as error:
        raise Stopped(f"{error.name} is not installed. To export: pip install torch transformers onnx") from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


def export(source: Path, target: Path) -> tuple[Any, Any, Any]:
    """Write ``target``; the torch model, its tokenizer and torch."""
    torch, transformers = libraries()
    model = transformers.AutoModel.from_pretrained(
        str(source), local_files_only=True, trust_remote_code=False, use_safetensors=True, attn_implementation="eager"
    ).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(source), local_files_only=True, trust_remote_code=False)
    given = dict(tokenizer(list(TEXTS), padding=True, truncation=True, max_length=64, return_tensors="pt"))
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in given]

    class Hidden(torch.nn.Module):  # type: ignore[misc, name-defined]
        """The last layer's states alone, inputs by position."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, *inputs: Any) -> Any:
            return self.inner(**dict(zip(names, inputs, strict=True))).last_hidden_state

    axes = {name: {0: "batch", 1: "length"} for name in (*names, "last_hidden_state")}
    with warnings.catch_warnings(), torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")  # the tracer's, of shapes that are free all the same: they are checked below
        torch.onnx.export(
            Hidden().eval(),
            tuple(given[name] for name in names),
            str(target),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=True,
            dynamo=False,
        )
    return model, tokenizer, torch


def difference(model: Any, tokenizer: Any, torch: Any, written: Path) -> tuple[float, float]:
    """The largest difference between a number of the torch model and of the one written, over real tokens.

    And the least cosine between the means of a text's tokens.
    """
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(str(written), providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    worst, nearest = 0.0, 1.0
    for texts in ([text] for text in TEXTS), [list(TEXTS)]:
        for batch in texts:
            given = dict(tokenizer(batch, padding=True, truncation=True, max_length=256, return_tensors="pt"))
            with torch.no_grad():
                expected = model(**given).last_hidden_state.numpy()
            found = session.run(None, {name: given[name].numpy() for name in names})[0]
            real = given["attention_mask"].numpy().astype(bool)
            worst = max(worst, float(np.abs(found - expected)[real].max()))
            left, right = ((states * real[:, :, None]).sum(axis=1) for states in (found, expected))
            lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
            nearest = min(nearest, float(((left * right).sum(axis=1) / lengths).min()))
    return worst, nearest


def quantise(plain: Path, target: Path) -> None:
    """Weights of matrix products as int8."""
    import logging

    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]
    from onnxruntime.quantization.shape_inference import quant_pre_process  # type: ignore[import-untyped]

    logging.disable(logging.WARNING)
    prepared = plain.with_name("prepared.onnx")
    quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(prepared, target, weight_type=QuantType.QInt8, per_channel=True)


def copy_beside(source: Path, target: Path) -> None:
    """Tokenizer and configuration, the pooling's and other modules' too."""
    for name in COPIED:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    for config in sorted(source.glob("[0-9]_*/config.json")):
        (target / config.parent.name).mkdir(exist_ok=True)
        for path in (config, config.with_name("model.safetensors")):  # a Dense layer's numbers
            if path.is_file():
                shutil.copyfile(path, target / config.parent.name / path.name)


def convert(source: Path, target: Path, *, int8: bool) -> str:
    """Write the model; a line that says what became of it."""
    if not (source / "config.json").is_file():
        raise Stopped(f"{source} has no config.json: is it the folder of a sentence-transformers model?")
    if target.exists() and any(target.iterdir()):
        raise Stopped(f"{target} is not empty. Name a new folder.")
    with TemporaryDirectory() as scratch:
        written = Path(scratch) / "model.onnx"
        try:
            parts = export(source, written)
        except (OSError, ValueError) as error:
            raise Stopped(f"{source} cannot be loaded: {str(error).splitlines()[0]}") from error
        if int8:
            quantise(written, written := written.with_name("int8.onnx"))
        worst, nearest = difference(*parts, written)
        if nearest < LEAST_COSINE[int8]:
            raise Stopped(f"The export differs from the model by up to {worst:.3g}, which is too much to use it.")
        target.mkdir(parents=True, exist_ok=True)
        parts[1].save_pretrained(str(target))  # in the new form, whatever it was in; what is there is copied over it
        copy_beside(source, target)
        shutil.copyfile(written, target / "model.onnx")
    size = (target / "model.onnx").stat().st_size
    dimension = json.loads((target / "config.json").read_text(encoding="utf-8")).get("hidden_size")
    what = f"{target}: {size / 1e6:,.1f} MB, {dimension} dimensions"
    return f"{what}, largest difference from torch {worst:.2g}, least cosine {nearest:.4f}"


def main() -> int:
    """Read the arguments, convert, say how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument("--int8", action="store_true", help="quantise the weights")
    asked = parser.parse_args()
    try:
        print(convert(asked.folder, asked.target, int8=asked.int8))
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

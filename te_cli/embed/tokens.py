"""How does a transformer's text become tokens? By its tokenizer.json, cut, filled up and put into lower case here.

What other files of the folder say of it is taken where it is there: which token fills up, and from which side a text is
cut. Texts are filled up on their right whatever the folder says. To a model that has a mask it makes no difference, and
so the first token of each row is its text's, and what is numbered by place begins at its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from te_cli.embed.files import read_json
from te_cli.embed.panics import tokenizing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from te_cli.embed.folder import Model

FLAGS = {"single_word", "lstrip", "rstrip", "normalized"}
"""What a special token may say of itself."""


def tokenizer_of(model: Model) -> Tokenizer:
    """The tokenizer of a model's folder, as the model needs it.

    Raises:
        ModelError: it cannot be read.
    """
    from tokenizers import Tokenizer

    path = model.folder / "tokenizer.json"
    with tokenizing(path):
        tokenizer = Tokenizer.from_file(str(path))
    said = read_json(model.folder / "tokenizer_config.json")
    size = tokenizer.get_vocab_size()
    _add_special(tokenizer, read_json(model.folder / "special_tokens_map.json"))
    if model.lower:
        _lower(tokenizer)
    tokenizer.enable_truncation(model.limit, direction="left" if model.ends else "right")
    padding = tokenizer.padding or {}
    token = padding.get("pad_token") or _text_of(said.get("pad_token")) or "[PAD]"
    number = padding.get("pad_id", tokenizer.token_to_id(token))
    if number is None:
        number = read_json(model.folder / "config.json").get("pad_token_id")
    tokenizer.enable_padding(
        # Masked in any case; but a token that was added just now may be one that the model has no row for.
        pad_id=number if isinstance(number, int) and 0 <= number < size else 0,
        pad_token=token,
        length=model.limit if model.filled else None,
    )
    return tokenizer


def _add_special(tokenizer: Tokenizer, tokens: dict[str, Any]) -> None:
    """Have a folder's special tokens taken whole, whatever their letters."""
    from tokenizers import AddedToken

    for value in tokens.values():
        for each in value if isinstance(value, list) else [value]:
            flags = {name: each[name] is True for name in FLAGS & each.keys()} if isinstance(each, dict) else {}
            if text := _text_of(each):
                tokenizer.add_special_tokens([AddedToken(text, **flags)])


def _text_of(token: Any) -> str | None:
    """A token as its folder has it: a text, or an object with one."""
    said = token.get("content") if isinstance(token, dict) else token
    return said if isinstance(said, str) and said else None


def _lower(tokenizer: Tokenizer) -> None:
    """Put texts into lower case before all else that is done to them, as sentence-transformers does."""
    from tokenizers import normalizers

    before: list[Any] = [normalizers.Lowercase()]
    after = tokenizer.normalizer
    tokenizer.normalizer = normalizers.Sequence([*before, *([] if after is None else [after])])

"""What is a high cosine? Each model has its own idea, and ranking was tuned on the shipped one's.

A model is asked about pairs of a question and some code, each question with its own code and with all the others'. The
mean cosines of both are two points of a straight line onto the shipped model's scale, on which the signals' weights
and the floors below which nothing fits make sense.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from te_cli.document import Document

if TYPE_CHECKING:
    from te_cli.embed.port import Embedder
    from te_cli.store.reader import Reader

UNRELATED, RELATED = 0.026, 0.687
"""The mean cosines of the shipped model, over the pairs below."""

LEAST_APART = 0.02
"""Of a model that hardly tells the pairs apart the cosines are moved and not stretched, which would amplify noise.
Where everything is near everything, nothing is found by that."""


class Pair(NamedTuple):
    """A question and code that answers it."""

    question: str
    path: str
    name: str
    code: str


PAIRS = (
    Pair("how are passwords hashed", "auth/passwords.py", "hash_password", "return scrypt(password, salt=salt)"),
    Pair("retry a failed http request", "net/client.go", "doWithRetry", "for i := 0; i < n; i++ { client.Do(req) }"),
    Pair("parse command line arguments", "src/cli.rs", "parse_args", "let matches = Command::new(name).get_matches();"),
    Pair("draw a circle on the canvas", "ui/canvas.js", "drawCircle", "context.arc(x, y, radius, 0, 2 * Math.PI)"),
    Pair("connection pool of the database", "db/Pool.java", "ConnectionPool", "Queue<Connection> idle; acquire()"),
    Pair("compress a file with gzip", "tools/archive.py", "compress", "with gzip.open(target) as out: copy(file, out)"),
    Pair("send an email to a user", "mailers/user_mailer.rb", "welcome", "mail(to: user.email, subject: 'Welcome')"),
    Pair("binary search in a sorted list", "algo/search.c", "bsearch_int", "while (lo < hi) { mid = (lo + hi) / 2; }"),
    Pair("read configuration from yaml", "config/loader.py", "load_config", "return yaml.safe_load(path.read_text())"),
    Pair("schedule a job every hour", "jobs/cron.ts", "scheduleHourly", "cron.schedule('0 * * * *', run)"),
    Pair("allocate memory pages", "kernel/mm.c", "alloc_pages", "struct page *page = get_free_page(order, flags);"),
    Pair("tokenize source code", "lexer/scanner.go", "nextToken", "switch { case isLetter(s.peek()): ident() }"),
    Pair("multiply two matrices", "linalg/matrix.jl", "matmul", "C[i, j] += A[i, k] * B[k, j]"),
    Pair("validate an email address", "forms/validators.php", "validateEmail", "filter_var($v, VALIDATE_EMAIL);"),
    Pair("log in with a token", "api/session.kt", "authenticate", "val user = tokens.verify(header) ?: throw Denied()"),
    Pair("encode an image as png", "image/png.cpp", "write_png", "png_write_image(png, rows); png_write_end(png);"),
)  # fmt: skip


class Scale(NamedTuple):
    """A straight line from one model's cosines to the shipped model's."""

    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, cosine: float) -> float:
        """The cosine that the shipped model might have had, from -1 to 1."""
        return max(-1.0, min(1.0, self.factor * cosine + self.offset))


AS_IT_IS = Scale()


def measured(model: Embedder) -> Scale:
    """The line of a model, by its answers to :data:`PAIRS`."""
    questions = [model.embed_query(pair.question) for pair in PAIRS]
    documents = [
        Document(path=pair.path, kind="function", name=pair.name, qualified_name=pair.name, body=pair.code)
        for pair in PAIRS
    ]
    rows = model.embed_documents(documents)
    cosines = [[float(row @ question) for row in rows] for question in questions]
    own = sum(line[at] for at, line in enumerate(cosines)) / len(PAIRS)
    others = (sum(map(sum, cosines)) - own * len(PAIRS)) / (len(PAIRS) * (len(PAIRS) - 1))
    if own - others < LEAST_APART:
        return Scale(1.0, round(UNRELATED - others, 4))
    factor = (RELATED - UNRELATED) / (own - others)
    return Scale(round(factor, 4), round(UNRELATED - factor * others, 4))


def noted(scale: Scale) -> str:
    """A line as the catalog notes it."""
    return " ".join(map(str, scale))


def scale_of(reader: Reader) -> Scale:
    """The line of the model that made an index's vectors."""
    note = reader.note("cosines").split()
    return Scale(*map(float, note)) if len(note) == len(AS_IT_IS) else AS_IT_IS

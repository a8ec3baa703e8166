"""Planton's triage beside the usual tools, on the same messages.

What comes in: the corpus (`train_*.jsonl` to learn from, `dev_*.jsonl` to choose settings and thresholds, `test_*.jsonl` to be
judged once) and a built `planton`. What goes out: Markdown tables on standard output and, with `--write FILE`, between the
markers `<!-- peers -->` and `<!-- /peers -->` of that file; progress goes to standard error.

The peers are what a person would try first: TF-IDF of words and letters under a linear support vector machine or a logistic
regression, and fastText. Each learns from train alone. Ours is asked as anybody would ask it, through the command line, with
ids and texts only: it sees no label. Seeds are fixed and one thread is used, so a second run differs in speed alone.

Deliberately absent: any text in the output, pretrained vectors and language models (gigabytes, or a network), settings chosen on
the test, and a second try. One thing does look at the test, and says so: the column "at equal false alarms", which moves each
peer's threshold there to compare what is found at the same price. It is a reading aid, not a setting to run with.
"""

from __future__ import annotations

import os

# One thread for everyone, before anything that could start more is loaded.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse
import hashlib
import itertools
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import fasttext
import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

ROOT = Path(__file__).resolve().parents[2]
CATEGORIES = ("emergency", "complaint", "recruitment", "thanks", "witness", "incident", "other")
EMERGENCY = 0
SEED = 17
RESAMPLES = 2_000
# Messages for the measure of speed: the test again and again until there are so many.
BATCH = 5_000
# A missed emergency weighs more than a false alarm: the peers' thresholds maximise F-beta on dev with this beta.
BETA = 2.0


# --- What comes in -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of the corpus."""

    texts: list[str]
    truth: Ints
    hard: Bools
    languages: list[str]
    scenarios: list[str]
    signals: list[frozenset[str]]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def emergencies(self) -> Bools:
        return np.asarray(self.truth == EMERGENCY)

    @property
    def hard_calm(self) -> Bools:
        """Hard messages that are no emergencies."""
        return np.asarray(self.hard & ~self.emergencies)

    def group(self, name: str) -> Bools:
        """The messages of a language, or of all `others`."""
        known = [language if language in ("fr", "en") else "others" for language in self.languages]
        return np.array([language == name for language in known], dtype=np.bool_)


def read_part(corpus: Path, name: str) -> Part:
    """All files of a part, in the order of their names."""
    lines = [
        json.loads(line)
        for path in sorted(corpus.glob(f"{name}_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    if not lines:
        sys.exit(f"peers: no {name}_*.jsonl in {corpus}")
    return Part(
        texts=[line["text"] for line in lines],
        truth=np.array([CATEGORIES.index(line["category"]) for line in lines], dtype=np.int64),
        hard=np.array([bool(line.get("hard")) for line in lines]),
        languages=[line["lang"] for line in lines],
        # A message without a scenario stands for itself.
        scenarios=[line.get("scenario") or f"{name} {number}" for number, line in enumerate(lines)],
        signals=[frozenset(line.get("signals") or ()) for line in lines],
    )


# --- What a system says ------------------------------------------------------------------------------------------------------


@dataclass
class Answers:
    """A category for each message, how much speaks for an emergency, and the signals where a system has any."""

    said: Ints
    alarm: Floats
    signals: list[frozenset[str]] | None = None


@dataclass
class System:
    """One row: its own decision on the test, and what it costs."""

    name: str
    settings: str
    answers: Answers
    per_second: float
    megabytes: float
    # The same with the emergency threshold that dev chose; none for ours, whose verdict has its own built in.
    raised: Answers | None = None


def alarm_of(scores: Floats, lead: bool) -> Floats:
    """How much speaks for an emergency: its score, or its lead over the best other category."""
    alarm = scores[:, EMERGENCY]
    return alarm - np.delete(scores, EMERGENCY, axis=1).max(axis=1) if lead else alarm


def with_threshold(scores: Floats, alarm: Floats, threshold: float) -> Answers:
    """An emergency from the threshold on; below it the best of the others."""
    others = scores.copy()
    others[:, EMERGENCY] = -np.inf
    return Answers(said=np.where(alarm >= threshold, EMERGENCY, others.argmax(axis=1)).astype(np.int64), alarm=alarm)


def choose_threshold(truth: Bools, score: Floats) -> float:
    """The score from which F-beta is best."""
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(truth[order])
    raised = np.arange(1, len(order) + 1)
    f_beta = (1 + BETA**2) * found / (BETA**2 * truth.sum() + raised)
    # Equal scores fall on the same side.
    last = np.append(score[order][1:] != score[order][:-1], True)
    return float(score[order][np.where(last, f_beta, -1.0).argmax()])


# --- Measures ----------------------------------------------------------------------------------------------------------------


def confusion(truth: Ints, said: Ints, weights: Floats | None = None) -> Floats:
    size = len(CATEGORIES)
    return np.bincount(truth * size + said, weights=weights, minlength=size * size).reshape(size, size).astype(np.float64)


def f1_each(table: Floats) -> Floats:
    """F1 of each category; not a number where a category neither is nor is said."""
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * np.diag(table) / (table.sum(axis=0) + table.sum(axis=1)))


def macro_f1(table: Floats) -> float:
    """The mean over the categories that occur: all seven on the whole test, perhaps fewer in a group."""
    return float(np.mean(f1_each(table)[table.sum(axis=1) > 0]))


def wilson(hits: float, of: float) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if of == 0:
        return 0.0, 1.0
    z = 1.959964
    rate = hits / of
    middle = rate + z * z / (2 * of)
    half = z * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def alarms_at_equal_price(part: Part, alarm: Floats, price: float, weights: Floats) -> Bools:
    """Raises the highest scores, as many as fit without more hard false alarms than `price`."""
    calm = np.flatnonzero(part.hard_calm)
    calm = calm[np.argsort(-alarm[calm], kind="stable")]
    beyond = np.flatnonzero(np.cumsum(weights[calm]) > price)
    return alarm > alarm[calm[beyond[0]]] if len(beyond) else np.ones(len(alarm), dtype=bool)


def recall_at_equal_price(part: Part, system: System, ours: System, weights: Floats) -> float:
    """Emergency recall where a system's hard false alarms equal ours; ours is its own verdict."""
    if system is ours:
        raised = ours.answers.said == EMERGENCY
    else:
        price = float(weights[part.hard_calm & (ours.answers.said == EMERGENCY)].sum())
        raised = alarms_at_equal_price(part, system.answers.alarm, price, weights)
    return float(weights[part.emergencies & raised].sum() / weights[part.emergencies].sum())


@dataclass(frozen=True)
class Difference:
    """Ours minus a peer's, with its 95 % interval."""

    value: float
    low: float
    high: float


def paired_bootstrap(part: Part, ours: System, peer: System) -> dict[str, Difference]:
    """Resamples whole scenarios, since paraphrases fall together; both systems are judged on the same draw."""
    names, scenario = np.unique(part.scenarios, return_inverse=True)

    def differences(weights: Floats) -> tuple[float, float, float]:
        one, other = (confusion(part.truth, s.answers.said, weights) for s in (ours, peer))

        def recall(table: Floats) -> float:
            return float(table[EMERGENCY, EMERGENCY] / table[EMERGENCY].sum())

        equal = recall(one) - recall_at_equal_price(part, peer, ours, weights)
        return macro_f1(one) - macro_f1(other), recall(one) - recall(other), equal

    draw = np.random.default_rng(SEED)
    values = np.array([
        differences(np.bincount(draw.integers(len(names), size=len(names)), minlength=len(names))[scenario].astype(np.float64))
        for _ in range(RESAMPLES)
    ])
    lows, highs = np.percentile(values, [2.5, 97.5], axis=0)
    points = differences(np.ones(len(part)))
    labels = ("macro-F1", "recall", "recall, equal")  # as `differences` returns them
    return {label: Difference(*numbers) for label, *numbers in zip(labels, points, lows, highs, strict=True)}


def signal_scores(part: Part, said: Sequence[frozenset[str]]) -> tuple[float, float, float]:
    """Recall and precision over all signals together, and the mean F1 of those that occur."""
    names = sorted({name for signals in part.signals for name in signals})
    hits, true, told = (
        np.array([sum(name in signals for signals in row) for name in names], dtype=np.float64)
        for row in ([a & b for a, b in zip(part.signals, said, strict=True)], part.signals, said)
    )
    return float(hits.sum() / true.sum()), float(hits.sum() / max(told.sum(), 1)), float(np.mean(2 * hits / (true + told)))


# --- Speed -------------------------------------------------------------------------------------------------------------------


def batch(part: Part) -> list[str]:
    return list(itertools.islice(itertools.cycle(part.texts), BATCH))


def seconds(action: Callable[[], object]) -> float:
    """The best of three: what the machine can do when nobody else disturbs it."""
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return best


class OneCore:
    """Holds this process and its children on one core, where the system lets us."""

    def __enter__(self) -> None:
        self.before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
        if self.before:
            os.sched_setaffinity(0, {max(self.before)})

    def __exit__(self, *_: object) -> None:
        if self.before:
            os.sched_setaffinity(0, self.before)


# --- Ours --------------------------------------------------------------------------------------------------------------------


def model_path() -> Path:
    return ROOT / "core/src/classify/model.bin"


def planton(binary: Path, part: Part) -> System:
    """Asks `planton classify`. Its size is what it reads with: the learned model and the lexicon."""
    with tempfile.TemporaryDirectory() as folder:
        # A copy: somebody may build anew while we measure.
        program = Path(folder) / "planton"
        shutil.copy2(binary, program)

        def classify(texts: Iterable[str], name: str) -> Callable[[], str]:
            asked = Path(folder) / f"{name}.jsonl"
            lines = (json.dumps({"id": number, "text": text}) for number, text in enumerate(texts))
            asked.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            command = [str(program), "classify", str(asked)]
            return lambda: subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout

        answers = [json.loads(line) for line in classify(part.texts, "test")().splitlines()]
        if [answer.get("id") for answer in answers] != list(range(len(part))):
            sys.exit("peers: planton did not answer each message in its place")
        scores = np.array([[answer["scores"][name] for name in CATEGORIES] for answer in answers])
        refuse_another_program(program, scores)
        with OneCore():
            # Starting the program and loading the model are left out, as they are for the peers.
            started = seconds(classify(part.texts[:1], "one"))
            took = seconds(classify(batch(part), "batch")) - started

    lexicon = sum(path.stat().st_size for path in model_path().with_name("lexicon").glob("*.t*"))
    return System(
        name="Planton",
        settings="as built",
        answers=Answers(
            said=np.array([CATEGORIES.index(answer["category"]) for answer in answers], dtype=np.int64),
            alarm=scores[:, EMERGENCY],
            signals=[frozenset(answer["signals"]) for answer in answers],
        ),
        per_second=BATCH / took,
        megabytes=(model_path().stat().st_size + lexicon) / 1e6,
    )


def refuse_another_program(program: Path, scores: Floats) -> None:
    """The numbers must be those of this tree: its model is inside, and the program could read it.

    A model in a form that the program does not know is left aside without a word, and the lexicon judges alone. It shows in the
    scores: learned ones are probabilities and add up to one, those of the lexicon do not.
    """
    if model_path().read_bytes() not in program.read_bytes():
        sys.exit("peers: the program was built with another model than core/src/classify/model.bin; build it anew")
    if abs(float(np.median(scores.sum(axis=1))) - 1) > 0.01:
        sys.exit("peers: the program judges without its learned model: code and model.bin do not fit; run `planton train`, build")


# --- Peers -------------------------------------------------------------------------------------------------------------------


@dataclass
class Candidate:
    """A peer learned with some settings, and how it reads dev."""

    settings: str
    model: Any
    scores: Callable[[Sequence[str]], Floats]
    on_dev: Floats


@dataclass
class Best:
    """Keeps the candidate with the best macro-F1 on dev."""

    name: str
    dev: Part
    score: float = -1.0
    kept: Candidate | None = field(default=None)

    def offer(self, candidate: Candidate) -> None:
        score = macro_f1(confusion(self.dev.truth, candidate.on_dev.argmax(axis=1)))
        say(f"{self.name}, {candidate.settings}: macro-F1 {score:.3f} on dev")
        if score > self.score:
            self.score, self.kept = score, candidate

    def judge(self, test: Part, size: Callable[[Any], int]) -> System:
        kept = self.kept
        assert kept is not None, "at least one candidate was offered"
        emergencies = self.dev.emergencies
        lead = max((False, True), key=lambda lead: average_precision_score(emergencies, alarm_of(kept.on_dev, lead)))
        threshold = choose_threshold(emergencies, alarm_of(kept.on_dev, lead))
        scores = kept.scores(test.texts)
        alarm = alarm_of(scores, lead)
        texts = batch(test)
        with OneCore():
            took = seconds(lambda: kept.scores(texts))
        return System(
            name=self.name,
            settings=f"{kept.settings}; alarm by its {'lead' if lead else 'score'}, from {threshold:.2f} on",
            answers=Answers(scores.argmax(axis=1).astype(np.int64), alarm),
            raised=with_threshold(scores, alarm, threshold),
            per_second=BATCH / took,
            megabytes=size(kept.model) / 1e6,
        )


def tf_idf() -> FeatureUnion:
    """Words and pairs of words; runs of two to five letters inside words. One-letter words count: people write `g` and `c`."""
    common: dict[str, Any] = {"sublinear_tf": True, "min_df": 2, "dtype": np.float32}
    return FeatureUnion([
        ("words", TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", **common)),
        ("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **common)),
    ])


def dumped(model: Any) -> int:
    """Bytes of a model as joblib writes it, not compressed; the list of dropped n-grams is not kept by scikit-learn."""
    with tempfile.TemporaryDirectory() as folder:
        return sum(Path(path).stat().st_size for path in joblib.dump(model, Path(folder) / "model"))


def linear_peers(train: Part, dev: Part, test: Part) -> list[System]:
    """The two linear machines on the same TF-IDF: the strength of regularisation first, then the weights of the categories."""
    features = tf_idf()
    learned = csr_matrix(features.fit_transform(train.texts))
    dev_features = csr_matrix(features.transform(dev.texts))
    say(f"TF-IDF: {learned.shape[1]} features")

    def svm(strength: float, weights: str | None) -> LinearSVC:
        return LinearSVC(C=strength, class_weight=weights, random_state=SEED)

    def regression(strength: float, weights: str | None) -> LogisticRegression:
        return LogisticRegression(C=strength, class_weight=weights, tol=1e-3, max_iter=300, random_state=SEED)

    def candidate(model: Any, settings: str) -> Candidate:
        model.fit(learned, train.truth)

        def scores(matrix: csr_matrix) -> Floats:
            predict = model.predict_proba if hasattr(model, "predict_proba") else model.decision_function
            return np.asarray(predict(matrix), dtype=np.float64)

        return Candidate(settings, (features, model), lambda texts: scores(features.transform(texts)), scores(dev_features))

    systems = []
    grids: list[tuple[str, Callable[[float, str | None], Any], tuple[float, ...]]] = [
        ("TF-IDF, LinearSVC", svm, (0.3, 1.0)),
        ("TF-IDF, logistic regression", regression, (5.0, 20.0)),
    ]
    for name, make, strengths in grids:
        best = Best(name, dev)
        scored: list[tuple[float, float]] = []
        for strength in strengths:
            best.offer(candidate(make(strength, None), f"C={strength:g}"))
            scored.append((best.score, strength))
        # The first strength that reached the best score.
        strength = max(scored, key=lambda pair: (pair[0], -pair[1]))[1]
        best.offer(candidate(make(strength, "balanced"), f"C={strength:g}, balanced"))
        systems.append(best.judge(test, dumped))

    signals = linear_signals(learned, dev_features, csr_matrix(features.transform(test.texts)), train, dev)
    systems[-1].answers.signals = signals
    return systems


def linear_signals(
    learned: csr_matrix, dev_features: csr_matrix, test_features: csr_matrix, train: Part, dev: Part
) -> list[frozenset[str]]:
    """One against the rest for each signal, each with the threshold that has the best F1 on dev."""
    said: list[set[str]] = [set() for _ in range(test_features.shape[0])]
    for name in sorted({name for signals in train.signals for name in signals}):
        present = np.array([name in signals for signals in train.signals])
        on_dev = np.array([name in signals for signals in dev.signals])
        model = LogisticRegression(C=20.0, class_weight="balanced", solver="liblinear", random_state=SEED).fit(learned, present)
        score = model.predict_proba(dev_features)[:, 1]
        order = np.argsort(-score)
        f1 = 2 * np.cumsum(on_dev[order]) / (np.arange(1, len(order) + 1) + on_dev.sum())
        threshold = score[order][f1.argmax()] if on_dev.any() else 0.5
        for at in np.flatnonzero(model.predict_proba(test_features)[:, 1] >= threshold):
            said[at].add(name)
    return [frozenset(signals) for signals in said]


def for_fasttext(text: str) -> str:
    """As its manual advises: lower case, signs apart; one line, since a line is a message."""
    return " ".join(re.sub(r"([^\w\s]|_)", r" \1 ", text.lower()).split())


def fasttext_peer(train: Part, dev: Part, test: Part) -> System:
    """fastText with pairs of words and runs of two to five letters, learned from nothing but train."""
    best = Best("fastText", dev)
    grid = [("softmax", 0.3, 10), ("softmax", 0.5, 25), ("ova", 0.3, 25)]
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "train.txt"
        lines.write_text(
            "".join(f"__label__{truth} {for_fasttext(text)}\n" for truth, text in zip(train.truth, train.texts, strict=True)),
            encoding="utf-8",
        )
        for loss, rate, epochs in grid:
            model = fasttext.train_supervised(
                str(lines), loss=loss, lr=rate, epoch=epochs, dim=50, bucket=300_000, wordNgrams=2, minn=2, maxn=5,
                thread=1, seed=SEED, verbose=0,
            )  # fmt: skip

            def scores(texts: Sequence[str], model: Any = model) -> Floats:
                labels, values = model.predict([for_fasttext(text) for text in texts], k=len(CATEGORIES))
                table = np.zeros((len(texts), len(CATEGORIES)))
                for row, names, numbers in zip(table, labels, values, strict=True):
                    row[[int(name.removeprefix("__label__")) for name in names]] = numbers
                return table

            best.offer(Candidate(f"{loss}, lr={rate:g}, {epochs} epochs", model, scores, scores(dev.texts)))

        def saved(model: Any) -> int:
            path = Path(folder) / "model.bin"
            model.save_model(str(path))
            return path.stat().st_size

        return best.judge(test, saved)


# --- What goes out -----------------------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def two_digits(value: float) -> str:
    """Speed with two significant digits: more would pretend."""
    return f"{round(value, 1 - math.floor(math.log10(value))):,.0f}" if value > 0 else "-"


def row_of(part: Part, name: str, answers: Answers) -> list[str]:
    """What every decision is measured by."""
    counts = confusion(part.truth, answers.said)
    raised = answers.said == EMERGENCY
    found, of = int(raised[part.emergencies].sum()), int(part.emergencies.sum())
    low, high = wilson(found, of)
    return [
        name,
        f"{macro_f1(counts):.3f}",
        percent(np.trace(counts) / counts.sum()),
        f"{percent(found / of)} [{100 * low:.1f}-{100 * high:.1f}] ({found}/{of})",
        f"{percent(raised[~part.emergencies].mean())} ({raised[~part.emergencies].sum()})",
        f"{percent(raised[part.hard_calm].mean())} ({raised[part.hard_calm].sum()})",
    ]


def report(train: Part, dev: Part, test: Part, ours: System, peers: list[System]) -> str:
    systems = [ours, *peers]
    ones = np.ones(len(test))
    seen = set(train.texts) | set(dev.texts)
    repeated = sum(text in seen for text in test.texts)

    decisions = []
    for system in systems:
        equal = percent(recall_at_equal_price(test, system, ours, ones))
        decisions.append([*row_of(test, system.name, system.answers), equal])
        if system.raised:
            decisions.append([*row_of(test, f"{system.name}, threshold from dev", system.raised), ""])

    by_category = [
        [system.name, *(f"{value:.3f}" for value in f1_each(confusion(test.truth, system.answers.said)))] for system in systems
    ]
    groups = {name: test.group(name) for name in ("fr", "en", "others")}
    by_language = []
    for system in systems:
        cells = [system.name]
        for group in groups.values():
            counts = confusion(test.truth[group], system.answers.said[group])
            emergencies = counts[EMERGENCY].sum()
            recall = percent(counts[EMERGENCY, EMERGENCY] / emergencies) if emergencies else "-"
            cells += [f"{macro_f1(counts):.3f}" if group.any() else "-", recall]
        by_language.append(cells)
    heads = [
        head for name, group in groups.items()
        for head in (f"{name} ({group.sum()}): macro-F1", f"emergencies found (of {(group & test.emergencies).sum()})")
    ]  # fmt: skip

    strongest = max(peers, key=lambda peer: macro_f1(confusion(test.truth, peer.answers.said)))
    differences = []
    for peer in peers:
        found = paired_bootstrap(test, ours, peer)
        macro = found["macro-F1"]
        cells = [f"{macro.value:+.3f} [{macro.low:+.3f}, {macro.high:+.3f}]"]
        for label in ("recall", "recall, equal"):
            points = found[label]
            cells.append(f"{100 * points.value:+.1f} [{100 * points.low:+.1f}, {100 * points.high:+.1f}]")
        name = f"**{peer.name}** (best)" if peer is strongest else peer.name
        differences.append([name, *cells])

    with_signals = [
        [system.name, *map(percent, scores[:2]), f"{scores[2]:.3f}"]
        for system in systems
        if system.answers.signals is not None
        for scores in [signal_scores(test, system.answers.signals)]
    ]
    costs = [[system.name, two_digits(system.per_second), f"{system.megabytes:.1f}", system.settings] for system in systems]
    made_with = ", ".join([
        f"model {hashlib.sha256(model_path().read_bytes()).hexdigest()[:12]}",
        *(f"{name} {version(name)}" for name in ("scikit-learn", "fasttext-numpy2")),
    ])  # fmt: skip

    origin = (
        f"Made by `make peers` ({made_with}): {len(train)} messages to learn from, {len(dev)} to choose settings by, {len(test)} "
        f"to be judged by, {test.hard_calm.sum()} of these hard and no emergency. {repeated} texts of the test also occur word "
        "for word in the other parts, and stay in for everybody."
    )
    if shared := set(test.scenarios) & (set(train.scenarios) | set(dev.scenarios)):
        origin += f" **{len(shared)} scenarios of the test are also in other parts: mend that first.**"
    alarms = ["emergencies found [95 %]", "false alarms", "... hard ones", "found at equal hard false alarms"]

    return "\n\n".join([
        origin,
        table(["", "macro-F1", "accuracy", *alarms], decisions),
        "Ours decides by its verdict, a peer by its highest score. *Threshold from dev*: an emergency from the point on that "
        f"has the best F{BETA:g} on dev. *At equal hard false alarms*: each peer's emergency score is cut, on the test itself, "
        "where it gives as many hard false alarms as our verdict; a reading aid that flatters the peers a little, not a setting. "
        "Interval: Wilson.",
        table(["Ours minus", "macro-F1 [95 %]", "emergencies found, points", "... at equal hard false alarms"], differences),
        f"Own decisions (highest score for peers); paired bootstrap of whole scenarios, {RESAMPLES:,} resamples, seed {SEED}; "
        "the cut for equal false alarms is made anew in each. *Best*: the peer with the highest macro-F1 on the test.",
        table(["F1", *CATEGORIES], by_category),
        table(["By language", *heads], by_language),
        table(["Signals", "recall", "precision", "macro-F1"], with_signals),
        "The peer for signals: one logistic regression against the rest for each, with its own threshold from dev.",
        table(["", "messages a second", "MB", "chosen on dev"], costs),
        f"One core, one batch of {BATCH:,}, best of three, loading left out; ours also finds signals, language and the words "
        "that decided, and writes JSON. MB: ours the learned model and the lexicon; peers as their library saves them.",
    ])  # fmt: skip


def write_between_markers(path: Path, text: str) -> None:
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(
        r"(<!-- peers -->\n).*?(<!-- /peers -->)", lambda found: f"{found[1]}{text}\n{found[2]}", before, flags=re.DOTALL
    )
    if count != 1:
        sys.exit(f"peers: {path} needs <!-- peers --> and <!-- /peers --> once, each on its own line")
    path.write_text(after, encoding="utf-8")


START = time.monotonic()


def say(text: str) -> None:
    print(f"peers {time.monotonic() - START:5.0f} s: {text}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Planton's triage beside the usual tools.")
    parser.add_argument("--planton", type=Path, required=True, help="the built program")
    parser.add_argument("--corpus", type=Path, default=ROOT / "core/corpus", help="folder with train_, dev_ and test_ files")
    parser.add_argument("--write", type=Path, help="a file with the markers, written in place")
    options = parser.parse_args()

    train, dev, test = (read_part(options.corpus, name) for name in ("train", "dev", "test"))
    say(f"{len(train)} to learn from, {len(dev)} to choose by, {len(test)} to be judged by")
    ours = planton(options.planton.resolve(), test)
    peers = [*linear_peers(train, dev, test), fasttext_peer(train, dev, test)]
    say("resampling")
    text = report(train, dev, test, ours, peers)
    print(text)
    if options.write:
        write_between_markers(options.write, text)
    say("done")


if __name__ == "__main__":
    main()

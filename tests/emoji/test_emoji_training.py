"""What needs Keras: the layers, a tiny training, parity of the saved model with the runtime."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import emoji_script

from lstmkit import config as configs
from lstmkit import runs
from lstmkit.emoji import baselines, classifier, learning, pipeline
from lstmkit.emoji.config import EmojiConfig
from lstmkit.emoji.data import Dataset, Taught
from lstmkit.errors import ConfigError, InputError
from lstmkit.files import write_json

TINY = ["train.epochs=3", "model.units=[6,5]", "train.batch_size=8", "data.window=6"]
WORDS = {
    "🚀": ["rocket", "space", "launch", "orbit", "engine", "moon", "astronaut", "planet", "fuel"],
    "🐶": ["dog", "puppy", "bark", "tail", "kitten", "pet", "leash", "bone", "fur"],
}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    path = tmp_path_factory.mktemp("emoji") / "own.csv"
    rows = [
        f"the {word} is {other},{emoji}"
        for emoji, words in WORDS.items()
        for word in words
        for other in ("big", "here", "mine")
    ]
    path.write_text("text,emoji\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(sentences, tmp_path_factory):
    config = configs.load(EmojiConfig, "emoji", None, [*TINY, "train.epochs=25"])
    return pipeline.train(sentences, config, tmp_path_factory.mktemp("outputs"))


def test_words_are_left_out_in_training_only_and_never_all_nor_of_two():
    import keras

    from lstmkit.emoji.model import WordDropout

    keras.utils.set_random_seed(0)
    rows = np.array([[4, 5, 6, 7, 8, 9, 0]] * 400 + [[4, 5, 0, 0, 0, 0, 0]] * 50, np.int32)
    layer = WordDropout(0.5, name="words")
    assert np.array_equal(layer(rows), rows)
    read = np.array(layer(rows, training=True))
    assert np.array_equal(read[400:], rows[400:])
    assert set(np.unique(read[:400] - rows[:400]) + 0) <= {0, *(-rows[0, :6])}
    assert (read[:400] > 0).any(axis=1).all()
    assert (read[:400, :6] > 0).mean() == pytest.approx(0.5 + 0.5**7, abs=0.03)


def test_sentences_to_indices_pads_cuts_and_masks():
    from lstmkit.emoji.model import sentences_to_indices

    rows = sentences_to_indices(
        [["i", "love", "you"], ["love"], [], ["you"] * 5], {"love": 0, "you": 6}, window=3
    )
    assert rows.tolist() == [[1, 7, 0], [1, 0, 0], [0, 0, 0], [7, 7, 7]]


def test_pretrained_embedding_layer_starts_from_the_vectors():
    from lstmkit.emoji.model import pretrained_embedding_layer

    matrix = np.array([[0, 0], [1, 2], [3, 4]], np.float32)
    layer = pretrained_embedding_layer(matrix)
    assert np.asarray(layer(np.array([[2, 0]]))).tolist() == [[[3, 4], [0, 0]]]
    assert layer.trainable_weights == []
    assert np.asarray(layer.compute_mask(np.array([[2, 0]]))).tolist() == [[True, False]]


def test_emojifier_v2_is_the_courses_with_one_softmax():
    from lstmkit.emoji.model import emojifier_v2, pretrained_embedding_layer

    tutorial = configs.load(EmojiConfig, "emoji", Path("emoji-tutorial"))
    embedding = pretrained_embedding_layer(np.zeros((3, 100), np.float32))
    trained, saved = emojifier_v2(tutorial.model, window=10, classes=5, embedding=embedding)
    kinds = [type(layer).__name__ for layer in trained.layers]
    assert [k for k in kinds if k not in ("InputLayer", "NotEqual")] == [
        "Embedding", "LSTM", "Dropout", "LSTM", "Dropout", "Dense",
    ]  # fmt: skip
    assert kinds.count("Softmax") + kinds.count("Activation") == 0
    # LSTM: 4 * units * (inputs + units + 1); Dense: 5 * (128 + 1)
    assert saved.count_params() == 4 * 128 * 229 + 4 * 128 * 257 + 5 * 129


def test_train_learns_own_emojis_and_writes_everything(trained):
    assert trained.metrics["test"]["accuracy"] >= 0.8
    assert {row["emoji"] for row in trained.metrics["classes"]} == {"🚀", "🐶"}
    names = {path.name for path in runs.Run(trained.run).files()}
    assert names >= {
        "config.yaml", "run.json", "model.keras", "labels.json", "vocabulary.txt", "tuned.npy",
        "history.csv", "metrics.json", "predictions.csv",
        "confusion_matrix.png", "reliability.png", "loss.png",
    }  # fmt: skip
    header = (trained.run / "predictions.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "text,actual,predicted,probability,correct"
    assert {"majority", "averaged", "tfidf"} == set(trained.metrics["baselines"])
    assert "McNemar" in trained.verdict


def test_what_another_model_answers_is_learned_too(sentences, tmp_path):
    """A word that no labelled sentence has is answered as the texts of the other model are."""
    taught = tmp_path / "taught.csv"
    rows = [f"the {word} is {other},10,90" for word in ("sofa", "couch", "pillow", "cushion")
            for other in ("red", "soft", "old", "new", "wide", "low")]  # fmt: skip
    taught.write_text("text,🚀,🐶\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = configs.load(EmojiConfig, "emoji", None, [*TINY, "train.epochs=40"])
    result = pipeline.train(sentences, config, tmp_path / "out", taught=taught)
    run = runs.Run(result.run)
    assert [Path(one["path"]).name for one in runs.inputs_of(run)] == ["own.csv", "taught.csv"]
    model = classifier.load(run)
    found = [r.probabilities[1] for r in model.read(["the sofa is old", "the couch is red"])]
    assert np.mean(found) > 0.7
    again = pipeline.evaluate(sentences, run.path, tmp_path / "out")
    assert {"averaged", "tfidf"} <= set(again.metrics["baselines"])  # they need no taught texts


def test_a_run_takes_the_place_of_the_model_that_ships_whole_or_not_at_all(
    trained, tmp_path, monkeypatch
):
    rebuild = emoji_script("rebuild")
    monkeypatch.setattr(rebuild.configs, "package_folder", lambda name: tmp_path / name)
    shipped = tmp_path / "data" / "models" / "emoji"
    shipped.mkdir(parents=True)
    (shipped / "old").write_text("old", encoding="utf-8")
    torn = shutil.copytree(trained.run, tmp_path / "torn")
    (torn / "tuned.npy").unlink()
    with pytest.raises(FileNotFoundError):
        rebuild.ship(torn)
    assert [path.name for path in shipped.iterdir()] == ["old"]
    run = shutil.copytree(trained.run, tmp_path / "run")
    manifest = json.loads((run / runs.MANIFEST).read_text(encoding="utf-8"))
    del manifest["files"]  # as of a run that is not of a command
    write_json(run / runs.MANIFEST, manifest)
    rebuild.ship(run)
    assert {path.name for path in shipped.iterdir()} == set(rebuild.KEPT)
    told = (shipped / runs.MANIFEST).read_text(encoding="utf-8")
    assert str(tmp_path) not in told
    assert str(Path(trained.run).parent) not in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text,🚀\na dog,1\n", "found: text, 🚀"),
        ("a dog,1,2\na cat,3,4\n", "found: a dog, 1, 2"),
        ("text,🚀,🐶\na dog,1,no\n", "line 2: expected a probability for each label, found '1,no"),
        ("text,🚀,🐶\na dog,0,1\na cat,0,0\n", "line 3: "),
        ("text,🚀,🐶\na dog,-1,2\n", "line 2: "),
        ("text,🚀,🐶\na dog,1,inf\n", "line 2: "),
    ],
)
def test_taught_texts_need_a_probability_for_each_label(sentences, tmp_path, content, told):
    taught = tmp_path / "taught.csv"
    taught.write_text(content, encoding="utf-8")
    config = configs.load(EmojiConfig, "emoji", None, TINY)
    with pytest.raises(InputError, match=told):
        pipeline.train(sentences, config, tmp_path / "out", taught=taught)
    assert not (tmp_path / "out").exists()


def test_labelled_sentences_are_a_third_of_what_is_learned_from_at_least():
    one = Dataset("a", Path("a"), ("x", "y", "z"), np.array([0, 1, 1]), ())
    labels = classifier.label_sets.from_json([{"key": k, "emoji": "", "name": k} for k in "ab"])
    own = replace(one, labels=labels)
    taught = Taught(Path("t"), ("t",) * 18, np.full((18, 2), 0.5, np.float32))
    texts, y, weight = learning._lesson(own, taught, weighted=True)
    assert len(texts) == len(y) == len(weight) == 9 + 18
    assert weight.mean() == pytest.approx(1)
    assert weight[0] / weight[1] == pytest.approx(15 / 12)  # of 27 answers, the one is less often
    assert y[:3].tolist() == [[1, 0], [0, 1], [0, 1]]
    texts, y, weight = learning._lesson(own, None, weighted=False)
    assert (texts, weight) == (own.texts, None)


@pytest.mark.parametrize(
    ("examples", "batch", "steps"), [(132, 16, 600), (16_024, 64, 3514), (45_000, 64, 5000)]
)
def test_training_takes_the_steps_that_fit_the_file(examples, batch, steps):
    """Of a large file an epoch is a part of a pass: what counts is the steps."""
    settings = configs.load(EmojiConfig, "emoji", None).train.fitted_to(examples)
    assert settings.batch_size == batch
    taken = settings.epochs * configs.steps_of_epoch(examples, batch)
    assert taken == pytest.approx(steps, rel=0.03)


def test_saved_model_is_plain_keras_and_agrees_with_the_runtime(trained):
    code = (
        "import sys, numpy as np, keras; "
        f"m = keras.models.load_model({str(trained.run / 'model.keras')!r}); "
        "x = np.random.default_rng(0).normal(size=(4, 5, 100)).astype('float32'); x[1:, 3:] = 0; "
        "assert 'lstmkit' not in sys.modules; print(m.predict(x, verbose=0).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=trained.run
    )
    theirs = np.array(json.loads(done.stdout.splitlines()[-1]))
    model = classifier.load(runs.Run(trained.run))
    x = np.random.default_rng(0).normal(size=(4, 5, 100)).astype(np.float32)
    x[1:, 3:] = 0
    assert np.abs(model.network.predict(x) - theirs).max() < 1e-5


def test_train_moves_the_vectors_of_the_words_it_met_only(trained):
    model = classifier.load(runs.Run(trained.run))
    original = classifier.embeddings.load(None)
    met, other = model.table.vocabulary["rocket"], model.table.vocabulary["bread"]
    both = np.array([met, other])
    moved = np.abs(model.table.rows(both) - original.rows(both)).max(axis=1)
    assert moved[0] > 1e-3
    assert moved[1] == 0


def test_train_is_the_same_twice(sentences, tmp_path):
    config = configs.load(EmojiConfig, "emoji", None, TINY)
    one = pipeline.train(sentences, config, tmp_path / "a")
    two = pipeline.train(sentences, config, tmp_path / "b")
    for name in ("predictions.csv", "history.csv", "metrics.json"):
        assert (one.run / name).read_bytes() == (two.run / name).read_bytes()


def test_evaluate_scores_with_the_training_files_baselines(trained, sentences, tmp_path, cli):
    done = cli("emoji", "evaluate", sentences, "--run", trained.run, "--json")
    assert done.code == 0
    metrics = json.loads(done.out)["metrics"]
    assert metrics["test"]["n"] == 54
    assert metrics["test_sentences_also_in_train"] > 0
    assert "averaged" in metrics["baselines"]
    assert "also" in done.err or "too" in done.err


def test_evaluate_without_a_csv_asks_for_one_where_the_labels_are_its_own(trained, cli):
    ended = cli("emoji", "evaluate", "--run", trained.run)
    assert (ended.code, "labels of its own" in ended.err, "name the CSV" in ended.err) == (2, 1, 1)


def test_predict_with_own_run_answers_with_its_emojis(trained, cli):
    done = cli("emoji", "predict", "a puppy", "--run", trained.run, "--json")
    content = json.loads(done.out)
    assert content["emoji"] in ("🚀", "🐶")
    assert content["name"] in ("rocket", "dog face")


def test_predict_refuses_other_vectors_than_the_model_was_trained_with(
    trained, cli, tmp_path, monkeypatch
):
    monkeypatch.setenv("LSTMKIT_CACHE", str(tmp_path / "cache"))
    other = tmp_path / "other.txt"
    other.write_text("puppy 1 2\n", encoding="utf-8")
    done = cli("emoji", "predict", "puppy", "--run", trained.run, "--embeddings", other)
    assert done.code == 2
    assert "other vectors" in done.err


def test_train_scores_the_model_that_it_saves(sentences, tmp_path):
    config = configs.load(EmojiConfig, "emoji", None, [*TINY, "train.validation_fraction=0"])
    made = pipeline.train(sentences, config, tmp_path, test=sentences)
    again = pipeline.evaluate(sentences, made.run, tmp_path)
    assert again.metrics["test"] == made.metrics["test"]


def test_baselines_use_the_vectors_that_no_training_moved(trained):
    model = classifier.load(runs.Run(trained.run))
    plain = classifier.embeddings.load(None)
    moved = baselines.averaged_vectors(["the rocket"], model.table)
    dataset = Dataset("x", trained.run, ("the rocket", "the dog"), np.array([0, 1]), model.labels)
    one = baselines.all_of(dataset, ["the rocket"], model.table)["averaged"]
    other = baselines.all_of(dataset, ["the rocket"], plain)["averaged"]
    assert np.abs(moved - baselines.averaged_vectors(["the rocket"], plain)).max() > 1e-4
    assert np.array_equal(one, other)


def test_epochs_fit_the_file_unless_they_are_named():
    auto = configs.load(EmojiConfig, "emoji", None).train
    small, ours, large = (auto.fitted_to(n) for n in (118, 10_000, 1_000_000))
    assert small.batch_size == 14
    assert small.epochs * -(-118 // 14) >= 594
    assert (ours.batch_size, ours.epochs) == (64, 14)
    assert (large.batch_size, large.epochs) == (64, 20)  # of 256 steps each
    named = configs.load(EmojiConfig, "emoji", None, ["train.epochs=2"]).train
    assert named.fitted_to(118) == named


def test_train_refuses_words_without_a_vector(tmp_path, cli):
    path = tmp_path / "own.csv"
    rows = [
        f"{w},{e}"
        for e, ws in (("😄", "阳台 奶奶 小狗 同桌"), ("😞", "雨伞 钥匙 牙疼 生日"))
        for w in ws.split()
    ]
    path.write_text("text,emoji\n" + "\n".join(rows) + "\n", encoding="utf-8")
    ended = cli("emoji", "train", path)
    assert ended.code == 2
    assert "no word has a vector" in ended.err
    assert "--embeddings" in ended.err


def test_config_refuses_patience_without_validation():
    with pytest.raises(ConfigError, match=r"train\.patience"):
        configs.load(
            EmojiConfig, "emoji", None, ["train.patience=2", "train.validation_fraction=0"]
        )


def test_load_refuses_a_damaged_run(trained, tmp_path):
    shutil.copytree(trained.run, tmp_path / "run")
    (tmp_path / "run" / "tuned.npy").write_bytes(b"broken")
    with pytest.raises(InputError, match="damaged"):
        classifier.load(runs.Run(tmp_path / "run"))


@pytest.mark.slow
@pytest.mark.parametrize("file", ["tuned.npy", "model.keras", "vocabulary.txt", "labels.json"])
def test_empty_file_of_a_run_is_one_error(trained, tmp_path, cli, file):
    broken = tmp_path / "broken"
    shutil.copytree(trained.run, broken)
    (broken / file).write_bytes(b"")
    ended = cli("emoji", "predict", "a puppy", "--run", broken)
    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("Error: ")
    assert "broken" in ended.err


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_own_sentences_alone_beat_the_plain_methods(tmp_path):
    """Without what a larger model answers to public texts, which `data/emoji/rebuild.py` adds."""
    result = pipeline.train(None, configs.load(EmojiConfig, "emoji", None), tmp_path)
    assert result.verdict.startswith("Beats TF-IDF")
    assert result.metrics["test"]["accuracy"] >= 0.88

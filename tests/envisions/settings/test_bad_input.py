"""A mistake in the command: one sentence that names the offender and the remedy, exit code 2, at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.envisions.command import assert_refused, run

TOY = ("env=custom", "env._target_=tests.toy.ToyEnvironment")

# The hazard, the arguments ({tmp} is a folder with the files below), and what the sentence has to say.
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unknown environment": (("env=mth",), ("env 'mth'", "Did you mean 'math'?")),
    "no environment": (("~env",), ("env", "is no class; name one")),
    "environment is a number": (("env=3",), ("env=3", "--help")),
    "unknown method": (("method=unfilterd",), ("'unfilterd'", "Did you mean 'unfiltered'?")),
    "unknown policy": (("policy=vlm",), ("policy 'vlm'", "Known: ", "transformers")),
    "unknown trainer": (("train=ful",), ("train 'ful'", "Did you mean 'full'?")),
    "unknown key": (("modle=x",), ("'modle'", "Did you mean 'model'?")),
    "unknown group": (("mehtod=rft",), ("'mehtod'", "Did you mean 'method'?")),
    "unknown key of the environment": (("env.n_trian=3",), ("'env.n_trian'", "'env.n_train'?")),
    "unknown key like none": (("zzz=3",), ("'zzz'", "--help")),
    "unknown key forced in": (("+rouns=3",), ("'rouns'", "Did you mean 'rounds'?")),
    "unknown nested key forced in": (("+env.n_trian=3",), ("'env.n_trian'", "'env.n_train'?")),
    "unknown key of a training stage": (
        ("+train.sft.epoch=1",),
        ("'train.sft.epoch'", "'train.sft.epochs'?"),
    ),
    "unknown flag": (("--round=3",), ("--round=3", "--help")),
    "flag without its value": (("--config-dir",), ("--config-dir", "--help")),
    "no key at all": (("math",), ("'math'", "key=value")),
    "several values without multirun": (("seed=0,1",), ("seed=0,1", "--help")),
    "rounds is a word": (("rounds=two",), ("rounds", "'two'", "Integer")),
    "rounds is a fraction": (("rounds=1.5",), ("rounds", "'1.5'", "Integer")),
    "no rounds": (("rounds=0",), ("rounds", "at least 1")),
    "no samples": (("samples=0",), ("samples", "at least 1")),
    "negative evaluation samples": (("evaluation.samples=-1",), ("evaluation.samples", "at least 0")),
    "temperature is nan": (("temperature=nan",), ("temperature", "nan", "greater than 0")),
    "temperature is infinite": (("temperature=inf",), ("temperature", "finite")),
    "temperature is zero": (("temperature=0",), ("temperature", "greater than 0")),
    "no floor": (("floor=0",), ("floor", "at least 1")),
    "a probe of nothing": (("probe=0",), ("probe", "at least 1")),
    "no such prompt": (("method.prompt=none",), ("method.prompt", "'none'", "auto, few_shot, zero_shot")),
    "refine has no such choice": (("method.refine=some",), ("method.refine", "'some'", "none, failed, all")),
    "model is null": (("model=null",), ("model", "not Optional", "model=VALUE")),
    "floor is left out": (("~floor",), ("floor", "missing", "floor=VALUE")),
    "a group is a word": (("run=foo",), ("run has keys of its own", "run.dir=VALUE")),
    "a group is null": (("watch=null",), ("watch has keys of its own", "watch.seconds=VALUE")),
    "a list is a word": (("executor.libraries=numpy",), ("executor.libraries=[one,another]",)),
    "interpolation of nothing": (("model=${nope}",), ("model", "'nope'")),
    "train tasks below one": (("env.n_train=-1",), ("env.n_train=-1", "at least 1")),
    "test tasks are a word": (("env.n_test=many",), ("env.n_test", "a whole number", "'many'")),
    "more tasks than data": (("env.data={tmp}/few.jsonl",), ("env.n_train=", "lower env.n_train")),
    "levels are a word": (("env.levels=hard",), ("env.levels", "'hard'")),
    "no such level": (("env.levels={9:1.0}",), ("env.levels", "9", "1, 2, 3, 4")),
    "data missing": (("env.data={tmp}/nope.jsonl",), ("nope.jsonl", "no such data file")),
    "data empty": (("env.data={tmp}/empty.jsonl",), ("empty.jsonl", "no rows")),
    "data malformed": (("env.data={tmp}/malformed.jsonl",), ("malformed.jsonl", "line 2")),
    "data lacks a field": (("env.data={tmp}/lacks.jsonl",), ("row 2", "'answer' or 'target'", "rename")),
    "data is a folder": (("env.data={tmp}",), ("is a folder", "name the data file")),
    "data is not UTF-8": (("env.data={tmp}/latin.jsonl",), ("latin.jsonl", "UTF-8", "convert")),
    "data is no hub name": (("env.data=hub:gsm8k",), ("hub:gsm8k", "hub:owner/name")),
    "test data alone": (("env.test_data={tmp}/few.jsonl",), ("env.test_data", "env.data")),
    "path with an equals sign": (("run.dir={tmp}/a=b",), ("a=b", "'run.dir=\"{tmp}/a=b\"'")),
    "path with a parenthesis": (("env.data={tmp}/a(1).jsonl",), ("'env.data=\"{tmp}/a(1).jsonl\"'",)),
    "path with a bracket": (("run.dir={tmp}/a[b",), ("'run.dir=\"{tmp}/a[b\"'",)),
    "path with a tilde": (("run.dir=~/runs",), ("'run.dir=\"~/runs\"'",)),
    "class is not named": (("env=custom",), ("env._target_", "missing", "env._target_=my_package.MyClass")),
    "tasks of no kind": (
        ("env=custom", "env._target_=tests.envisions.settings.test_keys.Other"),
        ("keys-other-v1 has no tasks", "env.data=PATH", "make(stream, level)"),
    ),
    "class's module is missing": (("env._target_=nope.Env",), ("nope.Env", "check the spelling")),
    "class is missing": (("env._target_=tests.toy.Env",), ("tests.toy.Env", "check the spelling")),
    "class is a number": (("env._target_=math.pi",), ("math.pi", "no class")),
    "class's module raises": (
        ("env._target_=tests.unimportable.Env",),
        ("tests.unimportable.Env raised KeyError: 'b'", "unimportable.py:3", "mend it"),
    ),
    "class's module is no Python": (
        ("env._target_=no_python.Env",),
        ("no_python.Env raised SyntaxError", "no_python.py:2", "mend it"),
    ),
    "class's constructor raises": (
        ("env=custom", "env._target_=tests.envisions.conformance.test_one_cause.Unmade"),
        ("Unmade raised KeyError: 'no such table'", "test_one_cause.py:", "mend it"),
    ),
    "class knows no such key": ((*TOY, "+env.size=3"), ("'env.size'", "n_train")),
    "class lacks an argument": ((*TOY, "~env.n_train"), ("'n_train'", "env.n_train=VALUE")),
    "learning rate is a word": (("train.sft.learning_rate=high",), ("train.sft.learning_rate", "a number")),
    "learning rate is zero": (("train.sft.learning_rate=0",), ("train.sft", "learning_rate", "above 0")),
    "adapter is a number": (("train.lora=8",), ("train.lora", "'8'")),
    "episodes are a word": (("policy.episodes=all",), ("policy.episodes", "a whole number")),
    "run folder cannot be made": (("run.dir=/sys/envisions",), ("/sys/envisions", "choose another run.dir")),
    "run folder is a file": (("run.dir={tmp}/few.jsonl",), ("few.jsonl", "choose another run.dir")),
    "run folder is below a file": (("run.dir={tmp}/few.jsonl/r",), ("few.jsonl", "choose another run.dir")),
    "run folder's name is too long": (("run.dir={tmp}/" + "x" * 300,), ("xxx", "choose another run.dir")),
    "model folder missing": (("model=./nope",), ("'./nope'", "check the path")),
    "model folder without weights": (("model={tmp}/hollow",), ("hollow", "no safetensors")),
    "model folder without anything": (("model={tmp}/hollow/void",), ("void", "config.json")),
    "model misspelt": (("model=smolm2",), ("'smolm2'", "Did you mean 'smollm2'?")),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the commands name."""
    folder = tmp_path_factory.mktemp("bad input")
    row = json.dumps({"question": "How many are 2 and 3?", "answer": 5})
    texts = {
        "few": row,
        "empty": "\n",
        "malformed": f'{row}\n{{"question": ',
        "lacks": f'{row}\n{{"input": "x"}}',
    }
    for name, text in texts.items():
        (folder / f"{name}.jsonl").write_text(text + "\n")
    (folder / "latin.jsonl").write_bytes(row.replace("many", "m\xe4ny").encode("latin-1"))
    (folder / "no_python.py").write_text("\nbroken syntax\n")
    (folder / "hollow/void").mkdir(parents=True)
    (folder / "hollow/config.json").write_text('{"model_type": "llama"}')
    return folder


@pytest.mark.parametrize("hazard", COMMANDS)
def test_refused_in_one_sentence(
    hazard: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(folder))
    arguments, words = COMMANDS[hazard]
    # Without the mistake it would still end here, not train: there is no such model.
    model = [] if any(word.startswith("model=") for word in arguments) else [f"model={folder}/none"]
    filled = [argument.replace("{tmp}", str(folder)) for argument in arguments]
    ended = run([*model, *filled], monkeypatch, capsys)
    assert_refused(ended, *(word.replace("{tmp}", str(folder)) for word in words))
    assert list(tmp_path.rglob("*.*")) in ([], [*tmp_path.glob("runs/*/.lock")]), "something was recorded"

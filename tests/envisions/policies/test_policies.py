"""What every policy has to do alike, against transformers' plain forward pass, on a tiny random model.

Where vLLM is not installed its half is skipped; `make check-vllm` installs what it needs and runs it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, set_seed

from envisions.errors import UserError
from envisions.policies.auto import choose_policy
from envisions.policies.protocol import Completion, Policy, Request, Sampling
from tests.tiny import tiny_config, tiny_tokenizer

PROMPTS = [(5, 9, 8, 7, 30, 31), (5, 9, 8, 7, 40, 41, 42, 43), (5, 9, 8, 7, 50), (60, 61, 62)]
TOLERANCE = 2e-3  # nats a token: the order of sums differs between engines
BACKENDS = {
    "transformers": "envisions.policies.transformers_policy.TransformersPolicy",
    "vllm": "envisions.policies.vllm_policy.VLLMPolicy",
}


def save_model(folder: Path, seed: int) -> Path:
    """Heads of 64, which vLLM's CPU kernels take; sharper than its initialisation."""
    tokenizer = tiny_tokenizer()
    config = tiny_config(tokenizer)
    config.hidden_size, config.num_attention_heads, config.num_key_value_heads = 128, 2, 1
    config.head_dim = 64
    set_seed(seed)
    model = LlamaForCausalLM(config)
    for parameter in model.parameters():
        parameter.data *= 3 if parameter.dim() > 1 else 1
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("models")
    return [save_model(root / str(seed), seed) for seed in (1, 2)]


# What vLLM imports warns of its own ways.
VLLM = pytest.param("vllm", marks=pytest.mark.filterwarnings("ignore::Warning:(?!envisions|tests)"))


@pytest.fixture(scope="module", params=["transformers", VLLM])
def load(request: pytest.FixtureRequest) -> partial[Policy]:
    if request.param == "vllm":
        pytest.importorskip("vllm", reason="vLLM is not installed", exc_type=ImportError)
    module, _, name = BACKENDS[request.param].rpartition(".")
    return partial(getattr(import_module(module), name), episodes=8)


@pytest.fixture(scope="module")
def policy(load: partial[Policy], folders: list[Path]) -> Iterator[Policy]:
    loaded = load(folders[0], "base")
    yield loaded
    loaded.close()


def reference(folder: Path, ids: tuple[int, ...]) -> torch.Tensor:
    """Log-probabilities after every token."""
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    with torch.inference_mode():
        return torch.log_softmax(model(input_ids=torch.tensor([ids])).logits[0], -1)


def draw(policy: Policy, temperature: float, tokens: int, **how: tuple[str, ...]) -> list[Completion]:
    requests = [Request(prompt, i) for i, prompt in enumerate(PROMPTS)]
    return policy.generate(requests, Sampling(temperature, tokens, **how))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def check_greedy(policy: Policy, folder: Path) -> None:
    for prompt, done in zip(PROMPTS, draw(policy, 0, 12), strict=True):
        steps = reference(folder, prompt + done.ids)[len(prompt) - 1 : -1]
        chosen = steps.gather(1, torch.tensor(done.ids)[:, None])[:, 0]
        assert torch.all(chosen >= steps.max(-1).values - TOLERANCE)


def test_greedy_completions_take_the_likeliest_token(policy: Policy, folders: list[Path]) -> None:
    check_greedy(policy, folders[0])


def test_logprobs_are_of_the_raw_logits_the_ending_included(policy: Policy, folders: list[Path]) -> None:
    for prompt, done in zip(PROMPTS, draw(policy, 1.3, 20), strict=True):
        assert len(done.logprobs) == len(done.ids)
        steps = reference(folders[0], prompt + done.ids)[len(prompt) - 1 : -1]
        expected = steps.gather(1, torch.tensor(done.ids)[:, None])[:, 0].tolist()
        assert done.logprobs == pytest.approx(expected, abs=TOLERANCE)


def test_scoring_gives_the_logprobs_of_sampling(policy: Policy) -> None:
    drawn = draw(policy, 1.0, 9)
    scores = policy.score([(prompt, done.ids) for prompt, done in zip(PROMPTS, drawn, strict=True)])
    for score, done in zip(scores, drawn, strict=True):
        assert score == pytest.approx(done.logprobs, abs=TOLERANCE)


def test_streams_belong_to_requests(policy: Policy) -> None:
    requests = [Request(PROMPTS[0], seed) for seed in range(6)]
    first = [done.ids for done in policy.generate(requests, Sampling(1.2, 12))]
    assert len(set(first)) > 3
    again = [done.ids for done in policy.generate(requests[::-1], Sampling(1.2, 12))]
    assert again[::-1] == first


def test_streams_belong_to_requests_among_more_prompts_than_fit_into_a_step(policy: Policy) -> None:
    requests = [Request(tuple(5 + (7 * n + i) % 90 for i in range(200)), n) for n in range(90)]
    first = [done.ids for done in policy.generate(requests, Sampling(1.2, 3))]
    again = [done.ids for done in policy.generate(requests[::-1], Sampling(1.2, 3))]
    assert again[::-1] == first


def test_endings(policy: Policy, folders: list[Path]) -> None:
    """A stop string is part of the tokens and not of the text; a length is a truncation."""
    tokenizer = AutoTokenizer.from_pretrained(folders[0])
    requests = [Request(PROMPTS[0], seed) for seed in range(40)]
    kinds = set()
    for done in policy.generate(requests, Sampling(1.5, 12, ("e", "ab"))):
        written = tokenizer.decode(done.ids, skip_special_tokens=True)
        kinds.add(done.finish)
        if done.finish == "length":
            assert (len(done.ids), done.text) == (12, written)
        elif done.ids[-1] != tokenizer.eos_token_id:
            assert written.startswith((done.text + "e", done.text + "ab"))
            assert "e" not in tokenizer.decode(done.ids[:-1], skip_special_tokens=True)
        assert "e" not in done.text
    assert kinds == {"stop", "length"}


def test_each_completion_is_heard_of_once(policy: Policy) -> None:
    heard: dict[int, Completion] = {}
    requests = [Request(prompt, i) for i, prompt in enumerate(PROMPTS)]
    done = policy.generate(requests, Sampling(1.0, 9), lambda i, c: heard.update({i: c}))
    assert heard == dict(enumerate(done))


def test_an_open_assistant_message_is_left_open(policy: Policy) -> None:
    ids = policy.encode([{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "def f():"}])
    assert tiny_tokenizer().decode(ids).endswith("assistant\ndef f():")


def test_the_next_rounds_weights_take_the_place_of_the_last(
    load: partial[Policy], folders: list[Path]
) -> None:
    for folder, name in ((folders[0], "base"), (folders[1], "round_1"), (folders[0], "base")):
        loaded = load(folder, name)
        check_greedy(loaded, folder)
        loaded.close()
        with pytest.raises(RuntimeError, match="closed"):
            loaded.generate([Request(PROMPTS[0], 0)], Sampling(0, 1))


def test_an_interrupted_call_leaves_nothing_to_the_next(load: partial[Policy], folders: list[Path]) -> None:
    def interrupt(place: int, done: Completion) -> None:
        raise KeyboardInterrupt

    loaded = load(folders[0], "base")
    with pytest.raises(KeyboardInterrupt):
        loaded.generate([Request(prompt, 0) for prompt in PROMPTS], Sampling(0, 9), interrupt)
    loaded.close()
    again = load(folders[0], "base")
    check_greedy(again, folders[0])
    again.close()


@pytest.mark.skipif(find_spec("vllm") is None, reason="vLLM is not installed")
@pytest.mark.parametrize("end", ["end", "kill"])
def test_vllm_leaves_no_process_behind(end: str, folders: list[Path]) -> None:
    code = f"""
import os, psutil, signal
from pathlib import Path
from envisions.policies.vllm_policy import VLLMPolicy
policy = VLLMPolicy(Path({str(folders[0])!r}), "base")
print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
if {end!r} == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    started = [int(pid) for pid in done.stdout.split()]
    assert len(started) >= 2, done.stderr
    deadline = time.monotonic() + 20
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(alive, started))


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vLLM is installed")
def test_where_vllm_is_missing_its_extra_is_named() -> None:
    with pytest.raises(UserError, match=r"pip install 'envisions\[vllm\]'"):
        choose_policy({"_target_": BACKENDS["vllm"]})


def test_auto_is_transformers_where_there_is_no_gpu_and_keeps_its_keys() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    chosen = choose_policy({"_target_": "auto", "episodes": None})
    assert chosen == {"_target_": BACKENDS["transformers"]}
    assert choose_policy({"_target_": "auto", "episodes": 4})["episodes"] == 4
    other = {"_target_": "mine.Policy", "key": None}
    assert choose_policy(other) is other

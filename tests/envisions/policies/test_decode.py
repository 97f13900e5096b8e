"""The decoder against transformers' own forward pass, on tiny random models of several kinds."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path

import pytest
import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen3Config,
    Qwen3ForCausalLM,
    set_seed,
)

from envisions.errors import UserError
from envisions.policies.decode import Decoder
from envisions.policies.encode import encode
from envisions.policies.protocol import Request, Sampling
from envisions.policies.shared_prefix import NAME
from tests.tiny import tiny_config, tiny_tokenizer

COMMON = {
    "vocab_size": 300,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
}
KINDS = {
    "llama": lambda: LlamaForCausalLM(tiny_config(tiny_tokenizer())),
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**COMMON)),
    "mistral, sliding window": lambda: MistralForCausalLM(MistralConfig(**COMMON, sliding_window=7)),
    "gemma3, both kinds of layers": lambda: Gemma3ForCausalLM(
        Gemma3TextConfig(
            **COMMON,
            sliding_window=6,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        )
    ),
}
PROMPTS = [
    (5, 9, 8, 7, 30, 31),
    (5, 9, 8, 7, 30, 31),
    (5, 9, 8, 7, 40, 41, 42, 43, 44, 45),
    (5, 9, 8, 7, 50),
    (5, 9, 8, 7, 60, 61, 62),
]


@lru_cache
def model_of(kind: str) -> PreTrainedModel:
    set_seed(1)
    model = KINDS[kind]().eval()
    model.generation_config.eos_token_id = None
    for parameter in model.parameters():  # sharper than the initialisation, so that the likeliest is clear
        parameter.data *= 3 if parameter.dim() > 1 else 1
    return model


@pytest.fixture(params=sorted(KINDS))
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return Decoder(model_of(request.param), tiny_tokenizer())


def generate(decoder: Decoder, prompts: list[tuple[int, ...]], **how: object) -> list[tuple[int, ...]]:
    sampling = Sampling(**{"temperature": 0, "max_new_tokens": 12, "stop": (), **how})  # type: ignore[arg-type]
    return [c.ids for c in decoder.generate([Request(p, 7 + i) for i, p in enumerate(prompts)], sampling)]


def reference(decoder: Decoder, ids: tuple[int, ...]) -> torch.Tensor:
    """Log-probabilities after every token, by one plain forward pass of transformers."""
    model = decoder._model
    model.set_attn_implementation("eager")
    with torch.inference_mode():
        logprobs = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    model.set_attn_implementation(NAME)
    return logprobs


def test_greedy_completions_follow_the_plain_forward_pass(decoder: Decoder) -> None:
    for prompt, completion in zip(PROMPTS, generate(decoder, PROMPTS), strict=True):
        likeliest = reference(decoder, prompt + completion).argmax(-1).tolist()
        ends = decoder._ends
        assert list(completion) == likeliest[len(prompt) - 1 : -1]
        assert len(completion) == 12 or completion[-1] in ends


def test_logprobs_are_those_of_the_plain_forward_pass(decoder: Decoder) -> None:
    requests = [Request(prompt, i) for i, prompt in enumerate(PROMPTS)]
    for request, drawn in zip(requests, decoder.generate(requests, Sampling(1.3, 10)), strict=True):
        logprobs = reference(decoder, request.prompt_ids + drawn.ids)
        expected = [logprobs[len(request.prompt_ids) - 1 + i, token] for i, token in enumerate(drawn.ids)]
        assert drawn.logprobs == pytest.approx([float(x) for x in expected], abs=2e-4)


def test_scoring_gives_the_logprobs_of_sampling(decoder: Decoder) -> None:
    requests = [Request(prompt, i) for i, prompt in enumerate(PROMPTS)]
    drawn = decoder.generate(requests, Sampling(1.0, 9))
    scores = decoder.score([(r.prompt_ids, c.ids) for r, c in zip(requests, drawn, strict=True)])
    for score, completion in zip(scores, drawn, strict=True):
        assert score == pytest.approx(completion.logprobs, abs=2e-4)


def test_a_completion_does_not_depend_on_its_batch(decoder: Decoder) -> None:
    together = decoder.generate([Request(p, i) for i, p in enumerate(PROMPTS)], Sampling(1.0, 12))
    alone = [decoder.generate([Request(p, i)], Sampling(1.0, 12))[0] for i, p in enumerate(PROMPTS)]
    assert [c.ids for c in together] == [c.ids for c in alone]


def test_equal_prompts_draw_from_their_own_streams(decoder: Decoder) -> None:
    first, second = generate(decoder, PROMPTS[:2], temperature=1.5)
    assert first != second
    assert generate(decoder, PROMPTS[:2], temperature=1.5) == [first, second]


def test_rows_follow_one_another_in_few_slots_and_look_ahead(decoder: Decoder) -> None:
    """In four slots with drafts, in one batch and one by one: the same tokens."""
    rows = [Request((*PROMPTS[i % 5][:4], 30 + i, 31), i) for i in range(24)]
    sampling = Sampling(1.0, 20, stop=("e",))
    few = Decoder(decoder._model, decoder._tokenizer, rows=4)
    refilled = few.generate(rows, sampling)
    assert [c.ids for c in refilled] == [c.ids for c in decoder.generate(rows, sampling)]
    alone = [decoder.generate([request], sampling)[0].ids for request in rows[:6]]
    assert alone == [c.ids for c in refilled[:6]]


def test_greedy_rows_that_repeat_themselves_take_fewer_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = Decoder(model_of("llama"), tiny_tokenizer())
    request = [Request((5, 9, 8, 7, 5, 9, 8), 1)]
    passes, forward = [], decoder._forward

    def counted(*args: object, **kwargs: object) -> torch.Tensor:
        passes.append(args)
        return forward(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(decoder, "_forward", counted)
    [ahead] = decoder.generate(request, Sampling(0, 200))
    looked = len(passes)
    monkeypatch.setattr("envisions.policies.decode._AHEAD", 0)
    [plain] = decoder.generate(request, Sampling(0, 200))
    assert ahead.ids == plain.ids
    assert ahead.logprobs == pytest.approx(plain.logprobs, abs=2e-4)
    assert looked < 0.8 * len(ahead.ids)


def test_a_branch_of_the_prefix_is_read_like_any_prompt(decoder: Decoder) -> None:
    kinds = [(5, 9, 8, *range(start, start + 18)) for start in (20, 60)]
    rows = [Request((*kind, 100 + i, 3), i) for kind in kinds for i in range(33)]
    together = decoder.generate(rows, Sampling(1.0, 6))
    assert len(decoder._prefixes) == 3, "the root and two branches"
    for request, drawn in zip(rows[::16], together[::16], strict=True):
        [expected] = Decoder(decoder._model, decoder._tokenizer).generate([request], Sampling(1.0, 6))
        assert drawn.ids == expected.ids
        assert drawn.logprobs == pytest.approx(expected.logprobs, abs=2e-4)


def test_a_greedy_and_a_sampled_request_share_a_batch(decoder: Decoder) -> None:
    mixed = [Request(PROMPTS[0], 1, temperature=0), Request(PROMPTS[0], 1), Request(PROMPTS[0], 1, 1.5)]
    drawn = [c.ids for c in decoder.generate(mixed, Sampling(1.0, 12))]
    for temperature, ids in zip((0, 1.0, 1.5), drawn, strict=True):
        [alone] = decoder.generate([Request(PROMPTS[0], 1)], Sampling(temperature, 12))
        assert ids == alone.ids


def test_in_bfloat16_the_logprobs_are_near(decoder: Decoder) -> None:
    if decoder._model.config.model_type != "llama":
        pytest.skip("one model will do")
    requests = [Request(prompt, i) for i, prompt in enumerate(PROMPTS)]
    drawn = decoder.generate(requests, Sampling(1.0, 8))
    pairs = [(r.prompt_ids, c.ids) for r, c in zip(requests, drawn, strict=True)]
    low = Decoder(copy.deepcopy(decoder._model).to(torch.bfloat16), decoder._tokenizer)
    for score, completion in zip(low.score(pairs), drawn, strict=True):
        assert score == pytest.approx(completion.logprobs, abs=0.5)
        assert score != pytest.approx(completion.logprobs, abs=1e-5)


def test_samples_have_the_models_distribution() -> None:
    decoder = Decoder(model_of("llama"), tiny_tokenizer())
    n = 4000
    drawn = decoder.generate([Request((5, 9, 8), i) for i in range(n)], Sampling(1.0, 1))
    counts = torch.zeros(300).index_add_(0, torch.tensor([c.ids[0] for c in drawn]), torch.ones(n))
    expected = reference(decoder, (5, 9, 8))[-1].exp() * n
    common = expected > 5
    chi2 = ((counts - expected) ** 2 / expected)[common].sum() / common.sum()
    assert 0.6 < float(chi2) < 1.5


def test_a_completion_ends_at_a_stop_string_which_its_text_leaves_out() -> None:
    tokenizer = tiny_tokenizer()
    decoder = Decoder(model_of("llama"), tokenizer)
    requests = [Request((5, 9, 8), i) for i in range(64)]
    for drawn in decoder.generate(requests, Sampling(1.5, 40, stop=("e", "ab"))):
        written = tokenizer.decode(drawn.ids, skip_special_tokens=True)
        if drawn.finish == "length":
            assert len(drawn.ids) == 40
            assert drawn.text == written
        elif drawn.ids[-1] not in decoder._ends:
            assert "e" not in drawn.text
            assert written.startswith((drawn.text + "e", drawn.text + "ab"))
            before = tokenizer.decode(drawn.ids[:-1], skip_special_tokens=True)
            assert "e" not in before, "the last token completes the stop"


def test_each_completion_is_heard_of_once_as_it_ends() -> None:
    decoder = Decoder(model_of("llama"), tiny_tokenizer())
    heard: dict[int, object] = {}
    requests = [Request(p, i) for i, p in enumerate(PROMPTS)]
    done = decoder.generate(requests, Sampling(1.0, 30, stop=("e",)), lambda i, c: heard.update({i: c}))
    assert heard == dict(enumerate(done))


def test_layers_that_are_no_softmax_attention_are_refused() -> None:
    model = MambaForCausalLM(MambaConfig(vocab_size=300, hidden_size=32, num_hidden_layers=2))
    with pytest.raises(UserError, match="policy=vllm"):
        Decoder(model, tiny_tokenizer())


def test_an_open_assistant_message_is_left_open() -> None:
    tokenizer = tiny_tokenizer()
    messages = [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "def f():"}]
    text = tokenizer.decode(encode(tokenizer, messages))  # type: ignore[arg-type]
    assert text == "<|im_start|>user\nHow many?<|im_end|>\n<|im_start|>assistant\ndef f():"


def test_without_a_chat_template_the_prompt_is_plain_text(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer(chat_template=False)
    messages = [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "def f():"}]
    assert tokenizer.decode(encode(tokenizer, messages)) == "How many?\n\ndef f():"  # type: ignore[arg-type]

"""Which prefixes prompts share."""

from __future__ import annotations

from envisions.policies.prefixes import Ids, find_prefixes

EXAMPLES = tuple(range(100, 130))
KINDS = {kind: tuple(range(kind, kind + 20)) for kind in (200, 300)}


def shared(prompts: list[Ids]) -> dict[Ids, Ids]:
    return {prompt: prefix for prefix, members in find_prefixes(prompts) for prompt in members}


def test_examples_of_a_tasks_own_kind_are_a_branch() -> None:
    prompts = [(*EXAMPLES, *KINDS[kind], i, 7) for kind in KINDS for i in range(40)]
    prefixes = shared(prompts)
    assert {prefixes[p] for p in prompts if p[30] == 200} == {EXAMPLES + KINDS[200]}
    assert {prefixes[p] for p in prompts if p[30] == 300} == {EXAMPLES + KINDS[300]}
    assert find_prefixes(prompts)[0][0] == EXAMPLES, "the root comes first, for branches to grow from"


def test_a_branch_of_few_rows_or_few_tokens_is_none() -> None:
    few = [(*EXAMPLES, *KINDS[kind], i) for kind in KINDS for i in range(8)]
    short = [(*EXAMPLES, kind, kind, i) for kind in KINDS for i in range(40)]
    for prompts in (few, short):
        assert set(shared(prompts).values()) == {EXAMPLES}


def test_every_prompt_keeps_its_last_token_to_itself() -> None:
    assert shared([EXAMPLES] * 50) == {EXAMPLES: EXAMPLES[:-1]}
    assert shared([EXAMPLES, (*EXAMPLES, 5)])[EXAMPLES] == EXAMPLES[:-1]
    assert shared([(1,), (2, 3)]) == {(1,): (), (2, 3): ()}
    assert shared([]) == {}

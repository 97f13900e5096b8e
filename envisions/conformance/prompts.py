"""Checks of what the model is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from envisions.conformance.subject import SPLITS, DefectError, Encode, NotApplicableError, Subject
from envisions.records import Message


def prompts_are_conversations(subject: Subject) -> str:
    environment = subject.environment
    for task in subject.tasks[:8]:
        for few_shot in (True, False):
            messages = environment.messages(task, few_shot=few_shot)
            _check_messages(messages)
            if not any(task.question.strip() in message["content"] for message in messages):
                raise DefectError("a prompt lacks its question", task.question)
            following = environment.follow(messages, "OUTPUT-OF-THE-MODEL", "WHAT-IT-SAW")
            text = "".join(message["content"] for message in following)
            if "OUTPUT-OF-THE-MODEL" not in text or "WHAT-IT-SAW" not in text:
                raise DefectError("the next turn's prompt lacks what was written or observed", text[-200:])
    return "roles and contents"


def refinement_shows_the_attempt(subject: Subject) -> str:
    environment = subject.environment
    if not environment.refines:
        raise NotApplicableError("it has no second attempts")
    program = replace(subject.program, code="THE-FIRST-PROGRAM")
    messages = environment.refine_messages(subject.tasks[0], program, "WHAT-IT-SAID")
    _check_messages(messages)
    text = "".join(message["content"] for message in messages)
    for part in (subject.tasks[0].question.strip(), program.code, "WHAT-IT-SAID"):
        if part not in text:
            raise DefectError("a refinement prompt lacks the question, the program or what it said", part)
    return "question, program and what it said"


def prompts_fit(subject: Subject) -> str:
    if subject.encode is None:
        raise NotApplicableError("no model was given to fit into")
    longest = max(
        (len(subject.encode(subject.environment.messages(task, few_shot=True))), task.question)
        for split in SPLITS
        for task in subject.environment.tasks(split)
    )
    longest = max([longest, *_later_prompts(subject, subject.encode)])
    if longest[0] + subject.room > subject.context:
        raise DefectError(
            f"a prompt of {longest[0]} tokens and {subject.room} new ones exceed the model's"
            f" {subject.context}",
            longest[1],
        )
    return f"the longest has {longest[0]} tokens, the model room for {subject.context}"


def _later_prompts(subject: Subject, encode: Encode) -> Iterator[tuple[int, str]]:
    """The lengths of the later turns' prompts where gold programs are written, with their questions."""
    several = [(task, gold) for task, gold in subject.golden if len(gold) > 1][:8]
    played = subject.play_turns([task for task, _ in several], [gold for _, gold in several])
    for (task, gold), answers in zip(several, played, strict=True):
        messages = subject.environment.messages(task, few_shot=True)
        for program, answer in zip(gold[:-1], answers, strict=False):
            messages = subject.environment.follow(messages, program.code, answer.observation)
            yield len(encode(messages)), task.question


def the_target_is_hidden(subject: Subject) -> str:
    """Prompts and observations are the same for a task with another target and another gold program."""
    environment = subject.environment
    probe = subject.probes[0]
    for task in subject.tasks[:8]:
        other = replace(task, target="another target", gold="another program")
        for few_shot in (True, False):
            if environment.messages(task, few_shot=few_shot) != environment.messages(
                other, few_shot=few_shot
            ):
                raise DefectError("a prompt shows the target or the gold program", task.question)
        program = probe.program(task)
        turns = subject.every_turn(program)
        if environment.refines and (
            environment.refine_messages(task, program, "It failed.")
            != environment.refine_messages(other, program, "It failed.")
        ):
            raise DefectError("a refinement prompt shows the target or the gold program", task.question)
        played = subject.play_turns([task, task, other], [turns] * 3)
        said = [[answer.observation for answer in answers] for answers in played]
        if said[0] != said[1]:
            raise DefectError(
                "an observation changes from one time to the next", "\n".join(said[0] + said[1])
            )
        if said[0] != said[2]:
            raise DefectError("an observation depends on the target", "\n".join(said[0]))
    return "prompts and observations do not depend on it"


def _check_messages(messages: Sequence[Message]) -> None:
    if not messages:
        raise DefectError("a prompt is empty")
    for message in messages:
        if message["role"] not in ("system", "user", "assistant"):
            raise DefectError("a message has another role than system, user or assistant", message)
        if not isinstance(message["content"], str) or not message["content"]:
            raise DefectError("a message has no text", message)

"""What a row is expected to write next."""

from __future__ import annotations

from envisions.policies.drafts import Drafts


def test_what_followed_the_longest_run_is_expected() -> None:
    drafts = Drafts()
    drafts.read([1, 2, 3, 4, 50, 51, 52])
    drafts.read([9, 3, 4, 60, 61])
    assert drafts.guess([1, 2, 3, 4], 2) == [50, 51]
    assert drafts.guess([8, 3, 4], 9) == [60, 61], "the text that was read last"
    assert drafts.guess([7, 7], 4) == []


def test_a_text_that_grows_is_read_from_where_it_was() -> None:
    drafts, text = Drafts(), [1, 2, 3]
    drafts.read(text)
    text += [4, 5]
    assert drafts.guess([2, 3], 2) == []
    drafts.read(text, 3)
    assert drafts.guess([2, 3], 2) == [4, 5]

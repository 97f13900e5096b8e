"""The readable reports, from real records on disk: what they hold, and that model text stays text in them."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from envisions.errors import UserError
from envisions.report import write_report
from envisions.report.html import render_html
from envisions.report.markdown import render_markdown
from envisions.report.samples import Evidence, Group, Sample, read_evidence
from envisions.report.words import clip, duration, one_line, printable
from envisions.runs.folder import write_json
from tests.envisions.report.builders import (
    TRAIN,
    add_base,
    add_baseline,
    add_failed_round,
    add_round,
    attempt,
    make_run,
)

HOSTILE = [
    "</script><script>alert(1)</script>",
    "</pre></details></style><style>*{display:none}</style>",
    "]]> --> <!-- <img src=x onerror=alert(1)> \" ' onload=alert(1)",
    "NUL \x00, escape \x1b[31m, reversed \u202e, half \ud800, next line \x85 \u2028",
    "a | b || `c` ``` \\| \\\\| [x](javascript:alert(1)) <b>bold</b> {{ 7*7 }} {% raw %}",
    "# heading\n\n| - | - |\n" * 3,
    "x" * 10_000,
]
MINIMAL = {
    "env": "e",
    "model": "m",
    "method": "x",
    "seed": 0,
    "verdict": "no evidence of change: no round is finished yet",
    "rounds": [{"round": 0, "n_test": 0, "pass_at_1": None, "ci95": None}, {"round": 1, "pass_at_1": None}],
}


class Page(HTMLParser):
    """Every tag with its attributes, and the text of every <pre>."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open, self.programs = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta", "use", "path", "rect"):
            self.open.append(tag)
        if tag == "pre":
            self.programs.append("")

    def handle_endtag(self, tag):
        if tag not in ("meta", "use", "path", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "pre" in self.open:
            self.programs[-1] += data


@pytest.fixture
def run(tmp_path):
    run = make_run(tmp_path / "run")
    add_base(run)
    return run


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of two rounds: its report, and its files."""
    run = make_run(tmp_path_factory.mktemp("finished"))
    add_base(run)
    add_round(run, 1)
    add_round(run, 2)
    add_baseline(run, "constant", 2)
    add_baseline(run, "neighbour <b>|", 6)
    return write_report(run), *read(run)


def read(run):
    return tuple(
        (run.directory.path / f"report.{kind}").read_text(encoding="utf-8") for kind in ("md", "html")
    )


def written(run):
    write_report(run)
    return read(run)


def hostile_evidence(*texts):
    def sample(text):
        before, after = (attempt(TRAIN[0], verdict, code=text, said=text) for verdict in ("wrong", "right"))
        return Sample(after, replace(TRAIN[0], question=text, target=text), before)

    return Evidence((Group("group", "note", tuple(map(sample, texts)), len(texts)),))


def columns(markdown):
    """The number of cells in each line of each table, as Markdown splits them."""
    blocks = re.findall(r"(?:^\|.*\n?)+", markdown, re.MULTILINE)
    return [{len(re.split(r"(?<!\\)\|", line)) for line in block.splitlines()} for block in blocks]


def test_all_three_files_tell_the_same(finished):
    report, markdown, page = finished
    for text in (markdown, page):
        assert report["verdict"].split(": ")[1] in text
        assert all(figure in text for figure in ("90.0%", "30.0%", "1 h 07 min"))
    assert len(markdown.splitlines()) <= 55


def cells(markdown, first):
    """The cells of the first row that begins with `first`."""
    line = next(line for line in markdown.splitlines() if line.startswith(f"| {first} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_figures_stand_in_the_tables(finished):
    report, markdown, page = finished
    assert cells(markdown, "base, few-shot")[1] == "30.0%"
    assert cells(markdown, "base, zero-shot")[:2] == ["base, zero-shot", "0.0%"]
    assert cells(markdown, "trivial: constant")[1] == "20.0%"
    assert cells(markdown, "trivial: neighbour b")[1] == "60.0%"
    compared = markdown[markdown.index("gained, lost vs base") :]
    # of seven gained and one lost in as many groups, 2 · (1 + 8) of 2^8 flips are as far out
    assert cells(compared, "1") == ["1", "+7 −1", "0.07", "0.14", "0.07", "+7 −1", "0.07", "0.14", "0.07"]
    assert cells(compared, "2") == ["2", "+7 −1", "0.07", "0.14", "0.07", "+0 −0", "1", "1", "1"]
    assert cells(markdown, "pass@1") == ["pass@1", "level 1 (5)", "level 2 (5)", "none (1)", "pears (9)"]
    parts = markdown[markdown.index("level 1 (5)") :]
    assert cells(parts, "base, few-shot") == ["base, few-shot", "60.0%", "0.0%", "100.0%", "22.2%"]
    assert cells(parts, "2") == ["2", "80.0%", "100.0%", "0.0%", "100.0%"]
    for text in (markdown, page):
        assert "the same 10 tasks of 10 templates" in text
        assert "No difference under 60.0 points could be significant" in text
        assert "round 2 is not clearly above the best trivial answer (neighbour b 60.0%" in text
    assert report["best_baseline"]["name"] == "neighbour <b>|"
    assert all(label in page for label in ("Accuracy by level and kind", "pears (9)", "trivial: neighbour b"))


def test_what_the_method_lost_is_said(run):
    run.environment.refines = False
    markdown, page = written(run)
    for text in (markdown, page):
        assert "no second attempts: the method ran with refine=none, l2_per_task=0" in text
    report = write_report(run)
    assert report["method_as_run"]["refine"] == "none"
    assert report["method_changes"] == {"refine": "none", "l2_per_task": 0}


def test_raised_plans_are_read_from_the_manifest(run):
    add_round(run, 1)
    add_round(run, 2)
    manifest = {"starts": [{"rounds": 1}, {"rounds": 1}, {"rounds": 2}]}
    write_json(run.directory.path / "manifest.json", manifest)
    report = write_report(run)
    assert (report["plans"], report["primary_test"]["look"]) == ([1, 2], 2)
    for text in read(run):
        assert "The plan was raised (1, then 2 rounds), so its p is multiplied by 2² = 4." in text
        assert "corrected for look 2" in text


def test_a_round_at_work_is_no_round_yet(run):
    add_round(run, 1)
    path = run.folder(1) / "eval.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert len(write_report(run)["rounds"]) == 1
    (run.folder(0) / "eval.jsonl").unlink()
    with pytest.raises(UserError, match="no evaluation of the base model yet"):
        write_report(run)


def test_model_text_stays_text(finished):
    report, _, _ = finished
    harmless = Page(render_html(report, hostile_evidence(*["return 1"] * len(HOSTILE))))
    hostile = Page(render_html(report, hostile_evidence(*HOSTILE)))
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes
    assert not hostile.open
    assert hostile.programs == [clip(text) for text in HOSTILE for _ in ("before", "after")]


def test_names_stay_text(finished):
    report, _, page = finished
    named = {**report, **dict.fromkeys(("env", "model", "method", "isolation"), "<script>\x00")}
    assert set(Page(render_html(named, Evidence())).tags) <= set(Page(page).tags)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_tables_keep_their_cells(finished, text):
    harmless, hostile = (
        render_markdown({**finished[0], "model": t, "env": t}, hostile_evidence(t)) for t in ("1", text)
    )
    assert [len(counts) for counts in columns(hostile)] == [1] * 6
    assert all(line.isprintable() for line in hostile.split("\n"))
    assert outside_code(hostile) == outside_code(harmless)


def outside_code(markdown):
    """What Markdown may interpret: all but the code spans, padding aside."""
    spans = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
    return re.sub("[ -]+", " ", spans.sub("code", markdown))


def test_page_needs_no_script_and_loads_nothing(finished):
    page = Page(finished[2])
    assert not {"script", "link", "img", "iframe", "object", "a", "base", "form"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in ("style", "src")]
    targets = [value for _, name, value in page.attributes if "href" in name or "url(" in value]
    assert all(target.startswith(("#", "url(#")) for target in targets)
    (policy,) = (value for _, _, value in page.attributes if value.startswith("default-src"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_policy_allows_the_style_sheet(finished):
    (style,) = re.findall(r"<style>(.*?)</style>", finished[2], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in finished[2]


def test_plots_are_described_and_follow_the_page(finished):
    page = Page(finished[2])
    labels = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")]
    assert len(labels) == 4
    assert "base few-shot 30.0%, base zero-shot 0.0%, round 1 90.0%, round 2 90.0%" in labels[0]
    assert "trivial answers 60.0%, 20.0%" in labels[0]
    assert not re.search('"#(000|fff)', finished[2])
    assert 'stroke="currentColor"' in finished[2]


def test_same_records_same_files(run):
    add_round(run, 1)
    assert written(run) == written(run)


def test_distinct_programs_and_trained_tokens_are_counted(run):
    """Programs that differ in a comment are one; tokens are those that training measured."""
    add_round(run, 1, extra=[attempt(TRAIN[0], "wrong", index=n, code=f"return 1  # {n}") for n in (7, 8)])
    run.note(1, training={"sft": {"tokens": 700}, "dpo": {"tokens": 90}})
    entry = write_report(run)["rounds"][1]
    assert entry["explore"]["attempts"] == 2 * len(TRAIN) + 2
    assert entry["explore"]["distinct"] == len(TRAIN) + 1
    assert (entry["tokens"]["sft"], entry["tokens"]["dpo"]) == (700, 90)


def test_only_the_base(run):
    markdown, page = written(run)
    assert "0 of 2 rounds finished" in markdown
    assert "no round is finished yet" in page
    assert "Training tasks" not in page
    assert "so far, no evidence of change" in page


def test_nothing_solved(tmp_path):
    run = make_run(tmp_path / "run")
    add_base(run, solved=0)
    add_failed_round(run)
    markdown, page = written(run)
    assert "failed (6)" in markdown
    assert "the base model solved no training task" in page


def test_missing_values():
    markdown, page = render_markdown(MINIMAL, Evidence()), render_html(MINIMAL, Evidence())
    assert "None" not in markdown + page
    assert not Page(page).open


def test_notes_follow_each_other_line_by_line():
    """Two spaces before a line's end break it; an empty line would begin a paragraph."""
    probe = {"prompt": "few-shot", "attempts": 8, "few_shot": 2, "zero_shot": 1, "p": 1.0}
    best = {"round": 0, "pass_at_1": 0.5, "checkpoint": None}
    markdown = render_markdown({**MINIMAL, "exploration": probe, "best_round": best}, Evidence())
    lines = markdown.splitlines()
    begun = next(place for place, line in enumerate(lines) if "seed 0" in line)
    assert [line.endswith("  ") for line in lines[begun : begun + 4]] == [True, True, True, False]
    assert lines[begun + 3].startswith("Not the last round"), "none is left out"


@pytest.mark.parametrize(("isolation", "warned"), [("unsandboxed", True), ("strong", False)])
def test_unsandboxed_is_said_aloud(isolation, warned):
    report = {**MINIMAL, "isolation": isolation}
    for text in (render_markdown(report, Evidence()), render_html(report, Evidence())):
        assert ("NOT SANDBOXED" in text) is warned


def test_many_rounds_stay_readable(tmp_path):
    run = make_run(tmp_path / "run", rounds=5)
    add_base(run)
    for number in range(1, 6):
        add_round(run, number)
    markdown, page = written(run)
    assert len(markdown.splitlines()) <= 55
    assert "2 earlier rounds" in markdown
    assert "5 h 34 min" in markdown  # the sum is of all rounds
    assert re.findall(r'<th scope="row">(\d)</th>', page)[:5] == list("12345")


def test_samples_are_of_different_tasks_and_know_what_came_before(run):
    add_round(run, 1)
    groups = {g.name: g for g in read_evidence(run.directory.path, "few-shot", {}, [1]).groups}
    assert (groups["gained"].total, groups["lost"].total) == (7, 1)
    assert groups["lost"].samples[0].before.verdict.right
    assert (groups["right"].total, len(groups["right"].samples)) == (4, 2)
    assert groups["repaired"].total == 2
    assert all(s.attempt.parent == s.before.id for s in groups["repaired"].samples)


def test_words():
    assert [duration(s) for s in (4.25, 250.4, 3900)] == ["4.2 s", "250 s", "1 h 05 min"]
    assert printable("a\tb\n\x1b\u202e\ud800\xa0") == "a\tb\n��� "
    assert one_line("a  b\nc", 5) == "a b c"
    assert one_line("abcdef", 5) == "abcd…"
    assert clip("ab\ncd", lines=1) == "ab\n… (3 more characters)"

"""Games, races and training: points, rounds, distances, times."""

from envs.math.template import Template
from envs.math.vocabulary import DAYS

TEMPLATES = (
    Template(
        "final-score",
        """
        At half-time the home team had scored {first:point}. In the second half it scored another
        {second:point}. What was its final score?

        [It was {guests} degrees in the hall. |]A basketball team made {first:point} before the break and
        {second:point} after it. What did the scoreboard show at the end of the game?
        """,
        numbers={"first": (12, 60), "second": (12, 60), "guests": (61, 80), "total": "first + second"},
        solve="first + second",
        answer="total",
    ),
    Template(
        "winning-margin",
        """
        The {winners} beat the {losers} by a score of {high} to {low}. By how many points did they win?

        In the final, the {losers} managed only {low:point}, while the {winners} reached {high}. How large
        was the winners' lead?
        """,
        numbers={"low": (8, 60), "lead": (2, 30), "high": "low + lead"},
        words={"winners": ["Eagles", "Sharks", "Tigers"], "losers": ["Bears", "Hawks", "Wolves"]},
        solve="high - low",
        answer="lead",
    ),
    Template(
        "laps-of-the-track",
        """
        One lap of the running track is {lap:meter} long. {A} completes {laps:lap}. How many meters is
        that?

        During practice the coach lets everyone run around the field {laps} times. The way around it is
        {lap:meter}. How far does each player run?
        """,
        numbers={"lap": [200, 250, 300, 400, 500], "laps": (2, 9), "total": "lap * laps"},
        solve="lap * laps",
        answer="total",
    ),
    Template(
        "relay-legs",
        """
        A relay race of {total:kilometer} is divided into {legs} equally long legs. How long is each leg,
        in kilometers?

        {legs:runner} form a relay team and each runs the same distance. Together they cover
        {total:kilometer}. How many kilometers does one of them run?
        """,
        numbers={"leg": (2, 12), "legs": (3, 9), "total": "leg * legs"},
        solve="total / legs",
        answer="leg",
    ),
    Template(
        "players-into-teams",
        """
        {players:player} signed up for the tournament[ in {place}|], and every team is made up of {size}
        of them. How many teams take part?

        A volleyball camp welcomes {players:player}. The trainer forms teams of {size}. Into how many teams
        does {A.he} divide them?
        """,
        numbers={"size": (3, 11), "teams": (3, 14), "players": "size * teams"},
        words={"place": ["June", "the park", "the new arena"]},
        solve="players / size",
        answer="teams",
    ),
    Template(
        "faster-than-last-year",
        """
        Last year {A} needed {before:second} to swim across the pool. This year it took {after:second}.
        How many seconds faster has {A.he} become?

        {A}'s old record for a puzzle was {before:second}. [On {day}|Yesterday] {A.he} solved it in only
        {after:second}. By how many seconds did {A.he} improve?
        """,
        numbers={"after": (15, 70), "gain": (2, 25), "before": "after + gain"},
        words={"day": DAYS},
        solve="before - after",
        answer="gain",
    ),
    Template(
        "darts-on-target",
        """
        Each arrow that hits the middle of the target earns {worth:point}. {A} hits it {hits} times[ from
        {away:meter} away|]. What is {A.his} score?

        In a ring-toss game every ring on the peg counts {worth:point}. How many points are {hits:ring}
        on the peg worth?
        """,
        numbers={"worth": (3, 25), "hits": (2, 9), "away": (10, 30), "score": "worth * hits"},
        solve="worth * hits",
        answer="score",
    ),
    Template(
        "crowd-at-the-match",
        """
        The stadium sold {seats:seat} in advance, and {late:more visitor} bought a ticket at the gate. How
        many people came to watch?

        {seats:fan} had already sat down before the kick-off. Another {late} arrived late. How large was
        the crowd?
        """,
        numbers={"seats": (40, 600), "late": (12, 90), "crowd": "seats + late"},
        solve="seats + late",
        answer="crowd",
    ),
)

"""So much every day: reading, practice, weeks, hours and minutes."""

from envs.math.template import Template
from envs.math.vocabulary import DAYS, SUBJECTS

TEMPLATES = (
    Template(
        "pages-each-day",
        """
        {A} reads {daily:page} every day. How many pages does {A.he} read in {days:day}?

        For {days:day}, {A} practiced {subject} for {daily:minute} a day. How many minutes did {A.he}
        practice?
        """,
        numbers={"daily": (5, 60), "days": (2, 30), "total": "daily * days"},
        words={"subject": ["piano", "violin", "chess", "handwriting", "spelling", "drums"]},
        solve="daily * days",
        answer="total",
    ),
    Template(
        "days-to-finish",
        """
        A book has {pages:page}[ and {chapters:chapter}|]. {A} reads {daily:page} a day. After how
        many days has {A.he} finished the book?

        If {A} reads {daily:page} each evening, how many evenings does {A.he} need for a book of
        {pages:page}?
        """,
        numbers={"daily": (5, 40), "days": (2, 30), "chapters": (3, 20), "pages": "daily * days"},
        solve="pages / daily",
        answer="days",
    ),
    Template(
        "pages-left",
        """
        {A} is reading a book with {pages} pages[ and {pictures} pictures|]. {A.he} has read {read}
        pages [so far|]. How many pages are left?

        {A}'s {subject} book has {pages} pages. {A} is done with {read} of them. How many pages does
        {A.he} still have to read?
        """,
        numbers={"read": (8, 200), "left": (5, 200), "pictures": (5, 30), "pages": "read + left"},
        words={"subject": SUBJECTS},
        solve="pages - read",
        answer="left",
    ),
    Template(
        "weeks-to-days",
        """
        {A} [stays with {A.his} grandparents|travels through Spain] for {weeks:week}. How many days is
        that?

        {A}'s vacation begins in {weeks:week}. How many days does {A.he} have to wait?
        """,
        numbers={"weeks": (2, 20), "days": "weeks * 7"},
        solve="weeks * 7",
        answer="days",
    ),
    Template(
        "hours-to-minutes",
        """
        {A}'s [flight|train ride|shift] lasts {hours:hour}. How many minutes is that?

        {A} worked in the garden for {hours:hour}. For how many minutes did {A.he} work?
        """,
        numbers={"hours": (2, 12), "minutes": "hours * 60"},
        solve="hours * 60",
        answer="minutes",
    ),
    Template(
        "rest-of-the-book",
        """
        A book has {pages} pages. {A} read {done} pages on {weekday} and wants to finish the rest in
        {days:day}. How many pages does {A.he} have to read each day?

        {A} must read {pages} pages. {A.he} has read {done}. There are {days:day} left. How many pages
        a day is that?
        """,
        numbers={"days": (2, 9), "daily": (5, 40), "done": (8, 60), "pages": "done + days * daily"},
        words={"weekday": DAYS},
        solve="(pages - done) / days",
        answer="daily",
    ),
    Template(
        "minutes-a-week",
        """
        {A} practices {first:minute} in the morning and {second:minute} in the evening. How many
        minutes does {A.he} practice in {days:day}?

        Every day {A} bikes {first:minute} to school and {second:minute} back. How many minutes on the
        bike are that in {days:day}?
        """,
        numbers={"first": (8, 40), "second": (8, 40), "days": (2, 14), "total": "(first + second) * days"},
        solve="(first + second) * days",
        answer="total",
    ),
    Template(
        "hours-and-minutes",
        """
        A [flight|train ride|recording] lasts {hours:hour} and {minutes:minute}. How many minutes is
        that in all?

        {A} slept for {hours:hour} and {minutes:minute}. For how many minutes did {A.he} sleep?
        """,
        numbers={"hours": (2, 9), "minutes": (5, 55), "total": "hours * 60 + minutes"},
        solve="hours * 60 + minutes",
        answer="total",
    ),
    Template(
        "practice-all-week",
        """
        {A} trains {weekday:minute} on each of {days:weekday} and {weekend:minute} on each of 2
        weekend days. How many minutes does {A.he} train in such a week?

        On {days:weekday} {A} works {weekday:minute} in the garden each day, and on Saturday and
        Sunday {weekend:minute} each day. How many minutes of work is that in all?
        """,
        numbers={
            "weekday": (10, 45),
            "days": (2, 5),
            "weekend": (20, 90),
            "total": "days * weekday + 2 * weekend",
        },
        solve="days * weekday + 2 * weekend",
        answer="total",
    ),
    Template(
        "book-after-two-days",
        """
        A book has {pages} pages. {A} read {first} pages on {day} and {times} times as many on the
        next day. How many pages are left?

        A trail is {pages:mile} long. On the first day {A} hiked {first:mile}, on the second {times}
        times as far. How many miles are still to go?
        """,
        numbers={
            "first": (4, 30),
            "times": [3, 4, 5],
            "left": (5, 90),
            "pages": "left + first + first * times",
        },
        words={"day": DAYS},
        solve="pages - first - first * times",
        answer="left",
    ),
    Template(
        "rest-of-a-long-book",
        """
        A book has {pages} pages. {A} read {first} pages on the first day and {daily} pages on each of
        the next {days:day}. {A.he} wants to finish in {rest:more day}. How many pages a day is that?

        {A} has to learn {pages} words. {A.he} learned {first} on Monday and then {daily} a day for
        {days:day}. {rest:day} are left. How many words a day must {A.he} learn?
        """,
        numbers={
            "first": (10, 40),
            "daily": (8, 30),
            "days": (2, 6),
            "rest": (2, 6),
            "pace": (10, 40),
            "pages": "first + daily * days + rest * pace",
        },
        solve="(pages - first - daily * days) / rest",
        answer="pace",
    ),
)

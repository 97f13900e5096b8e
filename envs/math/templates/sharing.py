"""Sharing equally and filling groups: how many each, how many groups."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, CONTAINERS, FLOWERS, FRUIT, SMALL, SWEETS, THINGS, VEGETABLES

TEMPLATES = (
    Template(
        "each-friend-gets",
        """
        {A} has {total:{item}} and wants to share them equally with {A.his} {friends:friend}, keeping
        none. How many {items} does each friend get?

        {A} is inviting {friends:friend} to a party. {A.he} has {total:{item}}. How many {items} will
        each friend get[, if all get the same number|]?

        If {A} [shares|divides] {total:{item}} [equally |]among {friends:friend}, how many {items}
        does each friend get?
        """,
        numbers={"friends": (2, 12), "each": (2, 40), "total": "friends * each"},
        words={"item": SWEETS + THINGS},
        solve="total / friends",
        answer="each",
    ),
    Template(
        "how-many-boxes",
        """
        {A} has {total:{item}} and puts {each} in each {box}. How many {boxes} does {A} need?

        Each {box} holds {each:{item}}. How many {boxes} are needed for {total:{item}}?

        {A} packs {total:{item}} into {boxes} of {each}. How many {boxes} does {A.he} fill?
        """,
        numbers={"full": (2, 30), "each": (2, 25), "total": "full * each"},
        words={"item": FRUIT + VEGETABLES + BAKED, "box": CONTAINERS},
        solve="total / each",
        answer="full",
    ),
    Template(
        "in-each-box",
        """
        {A} has {total:{item}} [stored in|to put into] {full:{box}}. If every {box} gets the same
        number, how many {items} go in each {box}?

        {total:{item}} are spread evenly over {full:{box}}. [{empty} more {boxes} are empty. |] How
        many {items} are in each of the filled {boxes}?
        """,
        numbers={"full": (2, 20), "each": (2, 30), "total": "full * each", "empty": (2, 5)},
        words={"item": FRUIT + SMALL, "box": CONTAINERS},
        solve="total / full",
        answer="each",
    ),
    Template(
        "school-buses",
        """
        A school is planning a [field trip|visit to the zoo]. There are {students:student} and
        {seats:seat} on each bus. How many buses are needed?

        A [minibus|boat] takes {seats:student} at a time. How many trips does it need for
        {students:student}?
        """,
        numbers={"buses": (2, 15), "seats": (3, 50), "students": "buses * seats"},
        solve="students / seats",
        answer="buses",
    ),
    Template(
        "school-vans",
        """
        {students:student} travel in vans. Each van takes {seats:student}. How many vans are needed?

        A camp has {seats:bed} in each tent[ and {rugs:rug} on the floor|]. How many tents does it
        need for {students:child}?
        """,
        numbers={"vans": (2, 15), "seats": (4, 9), "rugs": (2, 3), "students": "vans * seats"},
        solve="students / seats",
        answer="vans",
    ),
    Template(
        "students-per-group",
        """
        {students:student} are going to the [zoo|museum|aquarium]. There are {teachers:teacher}, each
        with a group of the same size. How many students are in each group?

        {A} splits {students:student} into {teachers:team} of equal size. How many students are in
        each team?
        """,
        numbers={"teachers": (2, 12), "each": (3, 30), "students": "teachers * each"},
        solve="students / teachers",
        answer="each",
    ),
    Template(
        "bouquets",
        """
        A florist has {total:{flower}} and puts {each} into each bouquet. How many bouquets can the
        florist make?

        {A} ties {total:{flower}} into bouquets of {each}. How many bouquets are there?
        """,
        numbers={"bouquets": (2, 25), "each": (3, 15), "total": "bouquets * each"},
        words={"flower": FLOWERS},
        solve="total / each",
        answer="bouquets",
    ),
    Template(
        "combine-then-share",
        """
        {A} has {mine:{item}} and {B} has {other}. They [put them together and |]share them equally
        with everyone in a group of {people:child}. How many {items} does each child get?

        <{A} picked {mine:{item}}.> <{B} picked {other:{item}}.> They divide all of them equally among
        {people:child}. How many {items} does each child get?
        """,
        numbers={
            "people": (2, 9),
            "share": (2, 9),
            "more": (1, 9),
            "mine": "people * share + more",
            "other": "people * 9 - more",
            "each": "share + 9",
        },
        words={"item": FRUIT + SWEETS},
        solve="(mine + other) / people",
        answer="each",
    ),
    Template(
        "keeps-some-shares-rest",
        """
        {A} has {total:{item}}. {A.he} keeps {kept} and shares the others equally among
        {friends:friend}. How many {items} does each friend get?

        {A} collected {total:{item}} and lost {kept}. {A.he} puts the rest into {friends:bag}, the
        same number in each. How many {items} are in each bag?
        """,
        numbers={"friends": (2, 9), "each": (2, 15), "kept": (2, 20), "total": "friends * each + kept"},
        words={"item": SMALL + FRUIT},
        solve="(total - kept) / friends",
        answer="each",
    ),
    Template(
        "packs-made-and-sold",
        """
        {A} packs {total:{cake}} into bags of {each} and sells {sold} of the bags. How many bags are
        left?

        {total:{cake}} go into boxes of {each}. {A} takes {sold} of these boxes to {B}. How many boxes
        remain?
        """,
        numbers={"each": (3, 12), "left": (2, 12), "sold": (2, 9), "total": "left * each + sold * each"},
        words={"cake": BAKED},
        solve="total / each - sold",
        answer="left",
    ),
    Template(
        "seats-for-everyone",
        """
        <{students:student}> and <{parents:parent}> go on a trip. A van takes {seats} people. How many
        vans are needed?

        {A} invites {students:child} and {parents:adult} to a feast. {seats} people can sit at a
        table. How many tables does {A.he} need?
        """,
        numbers={
            "seats": (4, 9),
            "some": (2, 8),
            "parents": (2, 15),
            "vans": "some + parents",
            "students": "seats * some + seats * parents - parents",
        },
        solve="(students + parents) / seats",
        answer="vans",
    ),
    Template(
        "teams-and-balls",
        """
        <{boys:boy}> and <{girls:girl}> play basketball. {A} makes teams of {team} and gives each team
        {balls:ball}. How many balls does {A.he} hand out?

        At camp there are {boys:boy} and {girls:girl}. They form groups of {team}, and every group
        gets {balls:ball}. How many balls are needed?
        """,
        numbers={
            "team": (3, 6),
            "half": (2, 5),
            "odd": (1, 2),
            "boys": "team * half + odd",
            "girls": "team * 3 - odd",
            "balls": (2, 4),
            "total": "(half + 3) * balls",
        },
        solve="(boys + girls) / team * balls",
        answer="total",
    ),
    Template(
        "packs-shared-out",
        """
        {A} bought {packs:pack} of {each:{item}} each. {broken} were broken. {A.he} shared the rest
        equally among {people:child}. How many {items} did each child get?

        There are {each:{item}} in a pack. {A} opened {packs:pack}, kept {broken:{item}} and divided
        the others equally among {people:friend}. How many {items} did each friend receive?
        """,
        numbers={
            "people": (3, 8),
            "share": (2, 5),
            "packs": (3, 7),
            "each": "people * share",
            "lost": (1, 3),
            "broken": "people * lost",
            "got": "packs * share - lost",
        },
        words={"item": ["cookie", "cracker", "balloon", "crayon", "candle", "pencil"]},
        solve="(packs * each - broken) / people",
        answer="got",
    ),
    Template(
        "album-packs",
        """
        An album has {pages:page} with room for {each:sticker} on each. {A} already has
        {have:sticker}. How many packs of {pack} must {A.he} buy to fill it, if no sticker comes
        twice?

        {A} collects stickers, sold in packs of {pack}. The album takes {each:sticker} on each of its
        {pages:page}, and {have} are in place. How many packs are needed at least?
        """,
        numbers={
            "pack": [4, 5, 6, 8],
            "pages": (5, 20),
            "half": (2, 4),
            "each": "pack * half",
            "have": "pack * 3",
            "packs": "pages * half - 3",
        },
        solve="(pages * each - have) / pack",
        answer="packs",
    ),
    Template(
        "factory-two-shifts",
        """
        A factory makes {early:{part}} an hour for {morning:hour} and then {late:{part}} an hour for
        {evening:hour}. {packed} of them go into each box. How many boxes are filled?

        For {morning:hour} a machine makes {early:{part}} an hour, and for another {evening:hour} it
        makes {late} an hour. {A} packs all of them, {packed} to a box. How many boxes does {A.he}
        need?
        """,
        numbers={
            "packed": (5, 12),
            "unit": (2, 6),
            "other": (2, 6),
            "early": "packed * unit",
            "late": "packed * other",
            "morning": (2, 6),
            "evening": (2, 6),
            "boxes": "unit * morning + other * evening",
        },
        words={"part": ["toy car", "candle", "mug", "lamp", "lock", "bell"]},
        solve="(early * morning + late * evening) / packed",
        answer="boxes",
    ),
)

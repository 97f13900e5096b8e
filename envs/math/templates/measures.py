"""Length, weight, area and cloth."""

from envs.math.template import Template

TEMPLATES = (
    Template(
        "how-much-heavier",
        """
        {A} weighs {heavy:pound}. {B} weighs {light:pound}. [Both are {age:year} old. |] How many
        pounds heavier is {A} than {B}?

        <the red suitcase weighs {heavy:pound}> and <the blue suitcase weighs {light:pound}>. What is
        the difference in pounds?
        """,
        numbers={"light": (40, 90), "difference": (2, 50), "age": (8, 12), "heavy": "light + difference"},
        solve="heavy - light",
        answer="difference",
    ),
    Template(
        "rope-pieces",
        """
        {A} cuts a rope of {whole:foot} into pieces of {piece:foot}. How many pieces does {A.he} get?

        It takes {piece:foot} of cloth to make {item.a}. How many {items} can be made with
        {whole:foot} of cloth?
        """,
        numbers={"piece": (2, 9), "count": (2, 25), "whole": "piece * count"},
        words={"item": ["shirt", "dress", "skirt", "curtain", "apron"]},
        solve="whole / piece",
        answer="count",
    ),
    Template(
        "rectangle-area",
        """
        A [garden|room|field] is {length:foot} long and {width:foot} wide. What is its area in square
        feet?

        {A} lays tiles on a floor that is {width:foot} wide and {length:foot} long. How many square
        feet does {A.he} cover?
        """,
        numbers={"width": (3, 30), "extra": (1, 20), "length": "width + extra", "area": "length * width"},
        solve="length * width",
        answer="area",
    ),
    Template(
        "rectangle-fence",
        """
        A [garden|playground|field] is {length:foot} long and {width:foot} wide. How many feet of
        fence go all around it?

        {A} walks once around a rectangular field, {width:yard} wide and {length:yard} long. How many
        yards does {A.he} walk?
        """,
        numbers={
            "width": (4, 60),
            "extra": (1, 30),
            "length": "width + extra",
            "around": "length * 2 + width * 2",
        },
        solve="2 * (length + width)",
        answer="around",
    ),
    Template(
        "rest-into-pieces",
        """
        {A} has {whole:foot} of ribbon. {A.he} needs {kept:foot} for a bow and cuts the rest into
        pieces of {piece:foot}. How many pieces does {A.he} get?

        A board is {whole:foot} long. {A} saws off {kept:foot} and then cuts what is left into pieces
        of {piece:foot}. How many such pieces are there?
        """,
        numbers={"kept": (2, 12), "piece": (2, 6), "count": (2, 15), "whole": "kept + piece * count"},
        solve="(whole - kept) / piece",
        answer="count",
    ),
    Template(
        "room-with-carpet",
        """
        A room is {length:foot} long and {width:foot} wide. {A} puts down a carpet of {long:foot} by
        {wide:foot}. How many square feet of the floor stay uncovered?

        From a sheet of {length:inch} by {width:inch}, {A} cuts out a piece of {long:inch} by
        {wide:inch}. How many square inches are left?
        """,
        numbers={
            "long": (3, 9),
            "wide": (2, 8),
            "border": (1, 6),
            "length": "long + border",
            "width": "wide + border",
            "rest": "length * width - long * wide",
        },
        solve="length * width - long * wide",
        answer="rest",
    ),
    Template(
        "gardens-compared",
        """
        <{A}'s garden is {length:yard} by {width:yard}.> <{B}'s garden is {long:yard} by {wide:yard}.>
        {A} builds a pond of {pond:square yard} in {A.his} garden. How many square yards more than {B}
        does {A} have without the pond?

        A large field measures {length:foot} by {width:foot}, a small one {long:foot} by {wide:foot}.
        A shed of {pond:square foot} stands on the large field. By how many square feet is its free
        part larger than the small field?
        """,
        numbers={
            "long": (8, 15),
            "wide": (5, 12),
            "longer": (3, 9),
            "wider": (2, 9),
            "length": "long + longer",
            "width": "wide + wider",
            "pond": (8, 30),
            "more": "length * width - long * wide - pond",
        },
        solve="length * width - long * wide - pond",
        answer="more",
    ),
)

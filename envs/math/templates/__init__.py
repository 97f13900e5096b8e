"""The templates, by theme. A new one is one more entry in the file where it fits best."""

from envs.math.template import Template
from envs.math.templates import (
    buying,
    comparing,
    earning,
    gains,
    groups,
    harvest,
    kitchen,
    losses,
    measures,
    nature,
    outings,
    parts,
    routines,
    sharing,
    sports,
    town,
    travel,
    workshop,
)

TEMPLATES: tuple[Template, ...] = (
    *buying.TEMPLATES,
    *comparing.TEMPLATES,
    *earning.TEMPLATES,
    *gains.TEMPLATES,
    *groups.TEMPLATES,
    *harvest.TEMPLATES,
    *kitchen.TEMPLATES,
    *losses.TEMPLATES,
    *measures.TEMPLATES,
    *nature.TEMPLATES,
    *outings.TEMPLATES,
    *parts.TEMPLATES,
    *routines.TEMPLATES,
    *sharing.TEMPLATES,
    *sports.TEMPLATES,
    *town.TEMPLATES,
    *travel.TEMPLATES,
    *workshop.TEMPLATES,
)

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
    outings,
    parts,
    routines,
    sharing,
    travel,
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
    *outings.TEMPLATES,
    *parts.TEMPLATES,
    *routines.TEMPLATES,
    *sharing.TEMPLATES,
    *travel.TEMPLATES,
)

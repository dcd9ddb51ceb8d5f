"""A study's results as one page that needs nothing else."""

from __future__ import annotations

import math
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from voxface.study.charts import means_chart, pairs_chart, ranking_chart
from voxface.study.intervals import DRAWS
from voxface.study.results import StudyReport
from voxface.study.wording import among, number, p_value

TEMPLATE = "report.html.jinja"


def report_page(report: StudyReport) -> str:
    """Return the page as HTML, with its styles and charts inside."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, p=p_value)
    methods = report.study.methods
    return environment.get_template(TEMPLATE).render(
        report=report,
        study=report.study,
        among=among,
        draws=DRAWS,
        odds=lambda strength: f"{100 / (1 + math.exp(-strength)):.0f} %",
        means_chart=lambda result: Markup(means_chart(result, methods)),
        pairs_chart=lambda tests: Markup(pairs_chart(tests, methods)),
        ranking_chart=lambda ranks: Markup(ranking_chart(ranks, methods)),
    )

"""A study's results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from voxface.study.results import StudyReport
from voxface.study.wording import among, number, p_value


def tables(report: StudyReport) -> Iterator[Table | str]:
    """Yield the main results: means, tests, agreement, ranking, and who is left out."""
    main = report.main
    yield (
        f"{report.study.title}: {report.enrolled} began, {main.participants} finished and passed "
        "the attention checks. Means with 95 % intervals."
    )
    for rating in main.ratings:
        table = Table("method", title=rating.question, title_justify="left")
        for name in ("mean", "95 %", "ratings"):
            table.add_column(name, justify="right")
        for mean in rating.means:
            table.add_row(
                mean.method, number(mean.mean), among(mean.low, mean.high), str(mean.ratings)
            )
        yield table
        yield (
            f"Cronbach's alpha {number(rating.cronbach)}, "
            f"Krippendorff's alpha {number(rating.krippendorff)}"
        )
        for test in rating.tests:
            yield (
                f"{test.first} - {test.second}: {number(test.difference, sign=True)} "
                f"{among(test.low, test.high)}, p {p_value(test.p_holm)} (Wilcoxon, Holm)"
            )
    for pair in main.pairs:
        table = Table("first", "second", title=pair.question, title_justify="left")
        for name in ("first", "same", "second", "share", "95 %", "p binomial", "p Wilcoxon"):
            table.add_column(name, justify="right")
        for versus in pair.tests:
            table.add_row(
                versus.first, versus.second, str(versus.first_wins), str(versus.same),
                str(versus.second_wins), number(versus.share), among(versus.low, versus.high),
                p_value(versus.p_binomial_holm), p_value(versus.p_holm),
            )  # fmt: skip
        yield table
        yield f"Krippendorff's alpha {number(pair.krippendorff)}; p corrected by Holm"
        for place, rank in enumerate(pair.ranking, 1):
            yield (
                f"{place}. {rank.method} {number(rank.strength, sign=True)} "
                f"{among(rank.low, rank.high)} (Bradley-Terry, log-odds)"
            )
    for participant, why in report.excluded.items():
        yield f"left out: participant {participant} ({why})"

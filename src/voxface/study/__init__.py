"""Human studies: people rate and compare rendered faces, blind, and a report says what they said.

What each file is, in the order in which a study goes through them: `questions` and `document` (what
is asked, ``study.json``), `methods`, `plan`, `instruction` and `make` (``study new``); `design` and
`trials` (who sees what), `tables`, `store`, `web`, `serve` and the folder ``page`` (``study
serve``); `answers`, `cubes`, `intervals`, `agreement`, `comparisons`, `ranking`, `results` and
`report` (``study report``).
"""

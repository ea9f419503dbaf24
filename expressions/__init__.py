"""The one language of formulas, filters, permissions, gates, rules, scores and metrics.

``parse(text)`` → :mod:`expressions.nodes` → ``check(node, env)`` → :mod:`expressions.typed` → a ``Program``
(Python), an explanation, or SQL. The meaning of every operator and function is written down once, in its
registry entry and in ``docs/expressions.md``.
"""

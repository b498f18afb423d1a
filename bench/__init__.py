"""The benchmark: how near the phone line comes to the ceiling, and how late it may ring.

`bin/bench` measures on servers of its own: `bench/turns.py` the webhooks beside a route that does
nothing, `bench/escalation.py` the whole product. docs/performance.md says how, and holds a run.
"""

"""Being sure that the line answers: checks, readiness, the canary."""

"""Run specifications, events, the reducer, the run store and the supervisor."""

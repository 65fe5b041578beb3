"""Qt models over plain values of the engine; they know no window and are tested without one."""

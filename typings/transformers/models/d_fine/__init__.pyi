# transformers publishes no types. Incomplete: only what is used here.

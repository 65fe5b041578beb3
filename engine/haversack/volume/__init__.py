"""Golden volumes and the Pareto mathematics over them."""

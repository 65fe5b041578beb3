"""The same functions as `haversack.offline`, under the name that the vendor's users know."""

from haversack.offline import GRDB_recipe, query_pareto_optimal_recipes, setup, single_recipe

__all__ = ["GRDB_recipe", "query_pareto_optimal_recipes", "setup", "single_recipe"]

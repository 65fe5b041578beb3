"""A data set on one page that opens offline: counts, sizes, splits, pictures, problems."""

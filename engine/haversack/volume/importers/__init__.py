"""Tables of others, brought into the columns of a golden volume, each with a report."""

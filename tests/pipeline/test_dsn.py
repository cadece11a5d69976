"""Whole reports as servers write them: whose fault each says it is."""

"""Figures: what generation costs, against budgets, a floor and a peer in the same run."""

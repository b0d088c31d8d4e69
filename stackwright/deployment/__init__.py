"""Where a product runs: what is wanted, the plan to get there, its health, and the way back."""

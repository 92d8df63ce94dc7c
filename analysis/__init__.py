"""What to make of a simulation: estimates, figures, reports, commands."""

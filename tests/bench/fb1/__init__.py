"""FB-1: one seeded world, one stream of real events, and every figure that Holdfast publishes about itself."""

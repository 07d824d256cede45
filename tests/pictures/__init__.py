"""Pictures that are drawn, not taken: scenes of cars and rooms, and what people do to a copied photo."""

"""The steps of attention, and the engine that walks them."""

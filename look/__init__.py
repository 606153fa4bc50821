"""How the product looks on screen and on paper: colours, type, and the ground of every map."""

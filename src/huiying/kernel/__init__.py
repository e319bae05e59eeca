"""Ground floor: time, home, keys, masks, guards, tokens. Knows no room above it and no Django."""

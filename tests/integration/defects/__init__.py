"""Bad inputs, made by hand: tables of {name: (bytes, what must come back)}, each a defect of its own."""

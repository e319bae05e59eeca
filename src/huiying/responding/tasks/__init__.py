"""What happens to answers later, part by part; importing a part registers it."""

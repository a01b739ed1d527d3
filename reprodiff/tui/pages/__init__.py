"""What the screens beside the main one say: the fix plan, the recipe, the platform."""

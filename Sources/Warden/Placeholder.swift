enum WardenPlaceholder {}

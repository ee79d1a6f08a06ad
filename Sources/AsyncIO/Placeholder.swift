enum AsyncIOPlaceholder {}

enum MicromegasPlaceholder {}

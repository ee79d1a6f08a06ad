enum ArrowIPCPlaceholder {}

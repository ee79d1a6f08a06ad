enum PartitionLifecyclePlaceholder {}

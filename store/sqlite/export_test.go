package sqlite

// WithHugeLog gives an engine whose log is huge soon.
func WithHugeLog(bytes int64) Engine { return Engine{huge: bytes} }

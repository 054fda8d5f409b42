package sqlite

// WithLargeLog gives an engine whose log is large soon.
func WithLargeLog(bytes int64) Engine { return Engine{large: bytes} }

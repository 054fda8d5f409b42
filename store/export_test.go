package store

// ParseNote shows tests what a text of another node says: who, what of, and which.
func ParseNote(text string) (from, name string, keys []int64, ok bool) {
	n, ok := parseNote(text)
	return n.from, n.name, n.keys, ok
}

// NoteText shows tests a note as it is told.
func NoteText(from, name string, keys []int64) string {
	return note{from: from, name: name, keys: keys}.text()
}

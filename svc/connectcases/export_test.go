package connectcases

// What tests look at from outside.
var (
	EscapedNUL = escapedNUL
	IsInstant  = isInstant
)

// RoundTrip writes the values of fields as a row holds them and reads them back.
func RoundTrip(fields []FieldValue) ([]FieldValue, error) {
	var l values
	for _, f := range fields {
		l.set(f.ID, f.Value)
	}
	return unmarshalValues([]byte(l.marshal()))
}

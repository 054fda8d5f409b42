package connectcases

import (
	"regexp"

	"github.com/casestream/casestream/wire"
)

// File is a file that Connect holds for a case.
type File struct {
	ARN string `json:"fileArn"`
}

// fileForm is the ARN of an attached file.
var fileForm = regexp.MustCompile(`^arn:aws[-a-z]*:connect:[^:/]+:\d{12}:instance/[^/]+/file/[^/]+$`)

// itemType is File.
func (*File) itemType() string { return itemFile }

// subject is the file's ARN.
func (f *File) subject() string { return f.ARN }

// attribute is the file's ARN.
func (*File) attribute() string { return "file.fileArn" }

// values has the file's ARN.
func (f *File) values() []FieldValue { return []FieldValue{{"file.fileArn", text(f.ARN)}} }

// place checks the form of the ARN: there is nobody here who knows the file itself.
func (f *File) place(*placing) error {
	if !fileForm.MatchString(f.ARN) {
		return invalid("The fileArn is not the ARN of an attached file.")
	}
	return nil
}

// encode has the ARN.
func (f *File) encode(e *wire.Encoder) {
	e.Key(`"fileArn":`)
	e.String(f.ARN)
}

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// model is a service model as botocore keeps it; only what we read.
type model struct {
	Metadata struct {
		APIVersion     string
		EndpointPrefix string
		JSONVersion    string
		Protocol       string
		ServiceID      string `json:"serviceId"`
		SigningName    string
		TargetPrefix   string
		XMLNamespace   string
	}
	Operations map[string]*operation
	Shapes     map[string]*shape
}

// operation is one operation of a model.
type operation struct {
	Name string
	HTTP struct {
		Method       string
		RequestURI   string
		ResponseCode int
	}
	Input, Output *ref
	Errors        []ref
}

// ref is a use of a shape, with the traits of the place of use.
type ref struct {
	Shape            string
	Location         string
	LocationName     string
	TimestampFormat  string
	Flattened        bool
	IdempotencyToken bool
	Streaming        bool
	EventStream      bool
	JSONValue        bool
}

// shape is one type of a model.
type shape struct {
	Type            string
	Members         members
	Required        []string
	Member          *ref
	Key, Value      *ref
	Enum            []string
	Min, Max        *float64
	Pattern         string
	Sparse          bool
	Union           bool
	Flattened       bool
	Sensitive       bool
	Document        bool
	Payload         string
	TimestampFormat string
	Exception       bool
	Fault           bool
	Error           struct {
		Code           string
		HTTPStatusCode int
	}
}

// member is one named member of a structure.
type member struct {
	name string
	ref
}

// members keeps a structure's members in the model's order, which is the order in which AWS reports what
// is wrong with them.
type members []member

// UnmarshalJSON reads an object without losing its order.
func (m *members) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		one := member{name: name.(string)}
		if err := d.Decode(&one.ref); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// readModel reads a service's model: FOLDER/sqs.json, or, in botocore's own layout, the newest
// FOLDER/sqs/VERSION/service-2.json, compressed or not. Our own are not in the folder.
func readModel(folder string, of config) (*model, error) {
	data, err := []byte(nil), error(nil)
	if of.own {
		data, err = ownModels.ReadFile("own/" + of.file)
	} else {
		data, err = os.ReadFile(filepath.Join(folder, of.file))
	}
	if errors.Is(err, fs.ErrNotExist) && !of.own {
		data, err = readBotocore(filepath.Join(folder, strings.TrimSuffix(of.file, ".json")))
	}
	if err != nil {
		return nil, err
	}
	m := new(model)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%s: %w", of.file, err)
	}
	return m, nil
}

// readBotocore reads the newest version of a service in botocore's data folder.
func readBotocore(service string) ([]byte, error) {
	found, err := filepath.Glob(filepath.Join(service, "*", "service-2.json*"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("neither %s.json nor %s/VERSION/service-2.json is there", service, service)
	}
	newest := slices.Max(found) // versions are dates
	data, err := os.ReadFile(newest)
	if err != nil || !strings.HasSuffix(newest, ".gz") {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// describe writes a value as AWS's messages show lists, maps and structures: [a, b], {k=v},
// Tag(key=a, value=null). It runs only for a value that is refused, so reflection does no harm; members
// whose field is tagged `wire:"sensitive"` are hidden.
func describe(v any) string {
	var b strings.Builder
	describeValue(&b, reflect.ValueOf(v))
	return b.String()
}

// describeValue appends one value; it stops adding when the text is longer than anybody will see.
func describeValue(b *strings.Builder, v reflect.Value) {
	if b.Len() > maxListed {
		return
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		b.Write(AppendTime(nil, t, ISO8601))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("null")
			return
		}
		describeValue(b, v.Elem())
	case reflect.Slice:
		describeList(b, v)
	case reflect.Map:
		describeMap(b, v)
	case reflect.Struct:
		describeStruct(b, v)
	default:
		fmt.Fprint(b, v)
	}
}

// describeList appends [a, b]; a blob shows its length only.
func describeList(b *strings.Builder, v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		fmt.Fprintf(b, "(%d bytes)", v.Len())
		return
	}
	b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		describeValue(b, v.Index(i))
		if b.Len() > maxListed {
			return
		}
	}
	b.WriteByte(']')
}

// describeMap appends {k=v}, sorted.
func describeMap(b *strings.Builder, v reflect.Value) {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k + "=")
		describeValue(b, v.MapIndex(reflect.ValueOf(k)))
		if b.Len() > maxListed {
			return
		}
	}
	b.WriteByte('}')
}

// describeStruct appends Name(member=value, …).
func describeStruct(b *strings.Builder, v reflect.Value) {
	t := v.Type()
	b.WriteString(t.Name() + "(")
	for i := range t.NumField() {
		if i > 0 {
			b.WriteString(", ")
		}
		f := t.Field(i)
		b.WriteString(lowerFirst(f.Name) + "=")
		switch {
		case f.Tag.Get("wire") == "sensitive":
			b.WriteString("***")
		case v.Field(i).Kind() == reflect.Slice && v.Field(i).IsNil(), v.Field(i).Kind() == reflect.Map && v.Field(i).IsNil():
			b.WriteString("null")
		default:
			describeValue(b, v.Field(i))
		}
	}
	b.WriteString(unmodelled[t.Name()])
	b.WriteByte(')')
}

// unmodelled are members that AWS shows of its own structures, always without a value, and that its models do not have.
var unmodelled = map[string]string{"PutEventsRequestEntry": ", kmsKeyIdentifier=null, internalMetadata=null"}

// lowerFirst gives a member's name as AWS's paths spell it.
func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

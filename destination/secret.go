package destination

import "log/slog"

// Secret is a text that logs and messages do not show. Reveal gives it.
type Secret string

// hidden stands where a secret is not shown.
const hidden = "[secret]"

// String hides the secret from fmt.
func (Secret) String() string { return hidden }

// GoString hides the secret from fmt's %#v.
func (Secret) GoString() string { return hidden }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// Reveal gives the text itself, for the request that it goes into.
func (s Secret) Reveal() string { return string(s) }

// Package transform makes of an event what a rule's target receives: EventBridge's Input, InputPath and
// InputTransformer.
//
// Settings are compiled once, which is when they are refused, and applied to each event in one pass over its
// bytes. Values are taken byte for byte as they stand in the event: a number keeps its digits. An event has to
// be valid JSON, for which the caller answers; one that is not makes no panic, and no promise either.
//
// The package is pure: no I/O, no clock, nothing but the standard library. A compiled Path or Template never
// changes and is safe for concurrent use.
//
//	path.go      Path: the syntax of InputPath and of the values of InputPathsMap
//	tree.go      many paths as one tree
//	walk.go      one pass over an event that finds what the paths of a tree select
//	template.go  Template: an InputTransformer, compiled
//	check.go     what makes a template wrong
//	append.go    a template filled in
//	text.go      JSON strings
//	error.go     Error: refusals in AWS's words; why an event has no result
package transform

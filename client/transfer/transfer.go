// Package transfer brings the cases of a domain into a file and out of it, through the public API, and so from
// and to AWS as well. A file has one JSON object a line: first the configuration, then the cases.
//
// Both ways can be interrupted at any moment and go on where they were. It is no backup of a store: what the API
// does not let a client set is in the file, and is not brought in. That is what the service sets itself (ids,
// reference numbers, the times of cases and items), the history, SLAs that have ended, and deleted fields.
//
//	line.go     the lines, and reading them · domain.go calls of the API · position.go how far it is, and the map
//	export.go   domain -> file · export_config.go, export_cases.go the lines of each kind
//	import.go   file -> domain, in passes · import_config.go, import_cases.go, import_items.go each kind
//	            import_finish.go what waits until all cases are there
package transfer

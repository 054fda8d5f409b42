package app

import (
	"fmt"
	"strings"
)

// Commands gives what a text asks for, typed into a terminal or given in lines.
func Commands(text string, terminal bool) []string {
	list := make(chan command)
	if terminal {
		go readKeys(strings.NewReader(text), list)
	} else {
		go readLines(strings.NewReader(text), list)
	}
	var all []string
	for c := range list {
		if c.name == 0 {
			c.name = '?'
		}
		all = append(all, fmt.Sprintf("%c%d", c.name, c.number))
	}
	return all
}

package password

import (
	_ "embed"
	"strings"
)

//go:generate go run common_generate.go

// common are the 11,611 of the 30,000 commonest passwords that are long enough to be chosen, each on a line of its own
// and in lower case. As one text of the program's file they take no memory until somebody asks; the library's tables, of
// names and words too, take 1.5 MB and a part of the start.
//
//go:embed common.txt
var common string

// isCommon looks among them, in whatever case. That takes some microseconds, nothing beside the hash that follows.
func isCommon(normalized string) bool {
	return !strings.Contains(normalized, "\n") && strings.Contains(common, "\n"+strings.ToLower(normalized)+"\n")
}

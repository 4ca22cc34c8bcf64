//go:build ignore

// This writes common.txt.
package main

import (
	"log"
	"os"
	"strings"

	"github.com/trustelem/zxcvbn/frequency"
)

func main() {
	text := "\n"
	for _, password := range frequency.FrequencyLists["passwords"] {
		if len(password) >= 8 {
			text += strings.ToLower(password) + "\n"
		}
	}
	if err := os.WriteFile("common.txt", []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

package report

import (
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Number writes it with commas between thousands, and with so many digits behind the point at most.
func Number(value float64, digits int) string {
	return message.NewPrinter(language.English).Sprint(number.Decimal(value, number.MaxFractionDigits(digits)))
}

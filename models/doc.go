// Package models holds the stored records and their small invariants.
//
// What may be done with a record is the business of the domain (internal/auth); how it is stored is the
// business of internal/store. Times are UTC with millisecond precision, which every database here keeps exactly.
package models

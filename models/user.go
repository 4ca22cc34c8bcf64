package models

import "time"

// User is an account.
type User struct {
	ID UserID `gorm:"primaryKey"`
	// Username is the sign-in name: 3 to 64 of `A-Z a-z 0-9 . _ -`, unique whatever its case.
	Username string
	// PasswordHash is an Argon2id hash as a PHC string.
	PasswordHash string
	Role         Role
	// SignIns counts the sessions that the account has started. Each start writes it, so that it collides with whatever
	// else changes the account at that moment, also on a cluster whose nodes know nothing of each other's locks.
	SignIns uint64
	// EndedSignIns is how many of them are over for sure. It moves seldom: only when a sign-in had to look whether there is
	// room for it. No more than the difference are live, so whoever brings in sessions by hand counts them above.
	EndedSignIns uint64
	// DisabledAt is when an operator shut the account; nil while it is open.
	DisabledAt *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Disabled reports whether the account is shut.
func (u *User) Disabled() bool { return u.DisabledAt != nil }

package models

// Role says what an account may do. Each role may do all that a lower one may: USER < ADMIN.
type Role string

// The roles, lowest first.
const (
	RoleUser  Role = "USER"
	RoleAdmin Role = "ADMIN"
)

// Valid reports whether the role is one of the constants.
func (r Role) Valid() bool { return r.rank() > 0 }

// Allows reports whether the role may use what asks for the required one. An unknown role allows nothing.
func (r Role) Allows(required Role) bool {
	return required.Valid() && r.rank() >= required.rank()
}

func (r Role) rank() int {
	switch r {
	case RoleUser:
		return 1
	case RoleAdmin:
		return 2
	default:
		return 0
	}
}

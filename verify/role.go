package verify

// Role says what an account may do. Each role may do all that a lower one may: USER < ADMIN.
type Role string

// The roles, lowest first.
const (
	RoleUser  Role = "USER"
	RoleAdmin Role = "ADMIN"
)

// Allows reports whether the role may do what asks for the required one. An unknown role allows nothing.
func (r Role) Allows(required Role) bool {
	return required.rank() > 0 && r.rank() >= required.rank()
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

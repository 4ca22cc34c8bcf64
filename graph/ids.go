package graph

import (
	"daypass/internal/auth"
	"daypass/models"
)

// What is no id of the kind that is asked for names nothing: [auth.ErrNotFound], as an id that nobody has.

func userIDOf(id string) (models.UserID, error) {
	userID, err := models.ParseUserID(id)
	if err != nil {
		return userID, auth.ErrNotFound
	}
	return userID, nil
}

func sessionIDOf(id string) (models.SessionID, error) {
	sessionID, err := models.ParseSessionID(id)
	if err != nil {
		return sessionID, auth.ErrNotFound
	}
	return sessionID, nil
}

func idsOf(sessions []models.SessionID) []string {
	ids := make([]string, len(sessions))
	for i, id := range sessions {
		ids[i] = id.String()
	}
	return ids
}

// idOrNull returns the id as the contract has it.
func idOrNull[I interface{ String() string }](id *I) *string {
	if id == nil {
		return nil
	}
	text := (*id).String()
	return &text
}

package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"daypass/internal/token"
	"daypass/models"
)

// maxRefreshAttempts bounds how often a refresh that lost a race reads the record again. A token is outrun once; only
// a database that forgets writes could make it lose more often.
const maxRefreshAttempts = 5

// Refresh swaps a refresh token for a new pair (RFC 6749 section 6, with the rotation of RFC 9700 section 4.14.2).
//
// It costs one read and one write. A token that is no longer current is answered with the current one, byte for byte,
// while that is harmless; else its session is ended and the error is [ErrRefreshTokenReused]. The other definite
// errors are [ErrRefreshTokenInvalid], [ErrRefreshTokenExpired] and [ErrRefreshTokenRevoked]; after any other error,
// such as a [*RateLimitedError] before anything was done, the caller keeps its token and tries again. A refresh from a
// new place, and an answer that has to be given again late, are kept as events too.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (*Pair, error) {
	return s.refresh(ctx, refreshToken, false)
}

func (s *Service) refresh(ctx context.Context, refreshToken string, byCookie bool) (*Pair, error) {
	if err := s.refreshes.take(addressBlock(RequestFrom(ctx).IP), s.now()); err != nil {
		s.cfg.Meter.Throttled(countedRefresh)
		return nil, err
	}
	presented, key, err := s.verifyRefreshToken(refreshToken)
	if err != nil {
		return nil, err
	}
	came := arrival{at: s.now(), byCookie: byCookie}
	for range maxRefreshAttempts {
		pair, err := s.steadily(func() (*Pair, error) { return s.refreshOnce(ctx, key, presented, came) })
		if !errors.Is(err, errOutrun) {
			return pair, err
		}
	}
	return nil, fmt.Errorf("refresh: %w: the session keeps changing", ErrUnavailable)
}

// refreshOnce returns errOutrun when another request was faster.
func (s *Service) refreshOnce(
	ctx context.Context, key models.SessionKey, presented token.RefreshClaims, came arrival,
) (*Pair, error) {
	record, judged, err := s.judge(ctx, key, presented, came)
	if err != nil {
		return nil, err
	}
	return s.applyVerdict(ctx, judged, record, presented)
}

// verifyRefreshToken tells a token of ours from any other without asking the database.
func (s *Service) verifyRefreshToken(raw string) (token.RefreshClaims, models.SessionKey, error) {
	claims, err := s.tokens.VerifyRefresh(raw)
	if errors.Is(err, token.ErrExpired) {
		return claims, models.SessionKey{}, ErrRefreshTokenExpired
	}
	if err != nil {
		return claims, models.SessionKey{}, ErrRefreshTokenInvalid
	}
	key, ok := parsed(claims.Subject, claims.SessionID)
	if !ok {
		return claims, models.SessionKey{}, ErrRefreshTokenInvalid
	}
	return claims, key, nil
}

// judge decides by the session's record, by the latest one when the verdict asks for that. What signs the client out is said
// by a database that takes writes only.
func (s *Service) judge(
	ctx context.Context, key models.SessionKey, presented token.RefreshClaims, came arrival,
) (*models.RefreshToken, verdict, error) {
	record, err := s.record(ctx, key, s.store.SessionWithUser)
	judged := decide(record, presented, came, s.cfg.RefreshGrace)
	if err == nil && judged.doubtful() && s.store.MayLag() {
		record, err = s.record(ctx, key, s.store.LatestSessionWithUser)
		judged = decide(record, presented, came, s.cfg.RefreshGrace)
	}
	if err == nil && judged.final() {
		err = s.store.Ping(ctx)
	}
	return record, judged, err
}

// record returns the session and its account, with what this process knows of its use and did not write yet, or nil when
// there is none.
func (s *Service) record(
	ctx context.Context, key models.SessionKey, read func(context.Context, models.SessionKey) (*models.RefreshToken, error),
) (*models.RefreshToken, error) {
	record, err := read(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil //nolint:nilnil // no record is one of the cases that decide knows
	}
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	record.ConfirmedGeneration = max(record.ConfirmedGeneration, s.uses.latest(key))
	return record, nil
}

func (s *Service) applyVerdict(
	ctx context.Context, judged verdict, record *models.RefreshToken, presented token.RefreshClaims,
) (*Pair, error) {
	s.cfg.Meter.RefreshJudged(string(judged))
	switch judged {
	case verdictRotate, verdictAhead:
		return s.rotate(ctx, record, presented)
	case verdictReplay:
		return s.replay(ctx, record, presented)
	case verdictHold:
		return s.handOut(ctx, record, presented)
	case verdictReuse:
		return nil, s.endReused(ctx, record, presented)
	case verdictExpired:
		return nil, ErrRefreshTokenExpired
	case verdictRevoked:
		return nil, s.revokedError(record)
	default:
		return nil, ErrRefreshTokenInvalid
	}
}

// rotate makes the next generation current, or returns errOutrun when another request was faster.
func (s *Service) rotate(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims) (*Pair, error) {
	move, err := s.move(ctx, record)
	if err != nil {
		return nil, err
	}
	now := s.now()
	rotation := Rotation{
		Presented:     presented.Generation,
		RotatedAt:     now,
		IdleExpiresAt: earlier(now.Add(s.cfg.RefreshTokenTTL), record.ExpiresAt),
		Move:          move,
	}
	rotated, err := s.store.Rotate(ctx, record.Key(), rotation)
	if err != nil {
		return nil, fmt.Errorf("rotate the refresh token: %w", err)
	}
	if !rotated {
		return nil, errOutrun
	}
	record.Generation = presented.Generation + 1
	record.RotatedAt, record.IdleExpiresAt = rotation.RotatedAt, rotation.IdleExpiresAt
	if move != nil {
		record.IP, record.UserAgent = move.IP, move.UserAgent
	}
	return s.mintPair(&record.User, record, presented.Nonce)
}

// replay hands out the current token again. At first that is a race of tabs and nothing to note. Later its answer was
// lost, or a thief is here: unless it has arrived by now, the grace begins again.
func (s *Service) replay(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims) (*Pair, error) {
	now := s.now()
	if !inUse(record) && now.Sub(handedOutAt(record)) > s.cfg.RefreshGrace/2 {
		if err := s.noteReplay(ctx, record, presented, now); err != nil {
			return nil, err
		}
	}
	return s.handOut(ctx, record, presented)
}

// handOut gives the current token again.
func (s *Service) handOut(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims) (*Pair, error) {
	if err := s.tellPlace(ctx, record); err != nil {
		return nil, fmt.Errorf("tell of the place: %w", err)
	}
	return s.mintPair(&record.User, record, presented.Nonce)
}

// detailReplay marks the event of a place that was handed a token again.
const detailReplay = "REPLAY"

// tellPlace keeps one event for each generation that another place gets a copy of: a thief who always comes within the
// grace is never told from a tab, but leaves a trace.
func (s *Service) tellPlace(ctx context.Context, record *models.RefreshToken) error {
	move, err := s.move(ctx, record)
	if err != nil || move == nil {
		return err
	}
	move.Event.Detail = detailReplay
	return s.store.AppendEventOnce(ctx, move.Event, record.RotatedAt)
}

// noteReplay returns errOutrun when the token is not current any more.
func (s *Service) noteReplay(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims, now time.Time) error {
	if now.Sub(record.RotatedAt) > s.cfg.RefreshGrace {
		if err := s.tellReplay(ctx, record, presented); err != nil {
			return fmt.Errorf("tell of the replay: %w", err)
		}
	}
	noted, err := s.store.NoteReplay(ctx, record.Key(), record.Generation, now)
	if err != nil {
		return fmt.Errorf("note the replay: %w", err)
	}
	if !noted {
		return errOutrun
	}
	return nil
}

// tellReplay keeps one event for each token, however often it is presented.
func (s *Service) tellReplay(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims) error {
	event, err := s.event(ctx, models.EventReplayed, &record.UserID, &record.ID)
	if err != nil {
		return err
	}
	event.Detail = strconv.FormatUint(presented.Generation, 10)
	return s.store.AppendEventOnce(ctx, event, record.RotatedAt)
}

// endReused ends a session that two parties hold, and says so once, whatever the number of replays.
func (s *Service) endReused(ctx context.Context, record *models.RefreshToken, presented token.RefreshClaims) error {
	ended, err := s.endSession(ctx, record.Key(), models.RevokedByReuse, models.EventReuseDetected)
	if err != nil {
		return fmt.Errorf("end the reused session: %w", err)
	}
	if ended {
		s.cfg.Log.WarnContext(ctx, "refresh token reused: session ended",
			"user", record.UserID.String(), "session", record.ID.String(), "ip", RequestFrom(ctx).IP,
			"generation", record.Generation, "presented_generation", presented.Generation)
	}
	return ErrRefreshTokenReused
}

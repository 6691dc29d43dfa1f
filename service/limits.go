package service

import (
	"context"

	"keepsake/album"
)

// Try is something that is slowed down by itself: what people guess at, or make
// in numbers.
type Try int

// The tries, and what each has for its subject.
const (
	TrySignIn        Try = iota // the folded name of a local account, or nothing
	TrySharePassword            // the identifier of a share
	TrySignUp                   // nothing
	TryArchive                  // the identifier of the user or share that a ZIP file is for, or nothing
)

// Limits slows down tries, by their subject and by the client's address in ctx
// (auth.ClientOf).
type Limits interface {
	// Take counts a try: RATE_LIMITED where there were too many. Otherwise giveBack
	// makes it uncounted.
	Take(ctx context.Context, kind Try, subject string) (giveBack func(), err error)
}

// guess does what somebody may be guessing at. What fails with the code counts,
// all else is given back. It is counted before, so that many guesses at the same
// time are no way around.
func (s *Service) guess(ctx context.Context, kind Try, subject string, wrong album.Code, do func() error) error {
	giveBack, err := s.Limits.Take(ctx, kind, subject)
	if err != nil {
		return err
	}
	err = do()
	if album.CodeOf(err) != wrong {
		giveBack()
	}
	return err
}

package main

import (
	"bytes"
	"fmt"
	"time"
)

// A mark stands in each event's text: ~number~time~, both of a fixed length, so
// that all events of a run have the same size. The tilde stands nowhere else in
// what servers send.
const (
	tilde        = '~'
	numberDigits = 7
	timeDigits   = 15
	markLength   = numberDigits + timeDigits + 3
)

// words follow the mark, so that a comment has the length that comments have.
const words = " What a light! I remember this evening, we had walked all day."

// text is an event's text. sent is counted from the program's own beginning.
func text(number int, sent time.Duration) string {
	return fmt.Sprintf("~%0*d~%0*d~%s", numberDigits, number, timeDigits, sent.Nanoseconds(), words)
}

// findMark finds the first mark in a message.
func findMark(message []byte) (number int, sent time.Duration, ok bool) {
	for {
		i := bytes.IndexByte(message, tilde)
		if i < 0 || len(message)-i < markLength {
			return 0, 0, false
		}
		message = message[i:]
		n, whole := digits(message[1 : 1+numberDigits])
		t, also := digits(message[2+numberDigits : markLength-1])
		if whole && also && message[1+numberDigits] == tilde && message[markLength-1] == tilde {
			return int(n), time.Duration(t), true
		}
		message = message[1:]
	}
}

func digits(b []byte) (n int64, ok bool) {
	for _, d := range b {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = 10*n + int64(d-'0')
	}
	return n, true
}

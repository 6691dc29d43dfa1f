package diskmedia

import (
	"os"

	"golang.org/x/sys/unix"
)

// beginWriting has the disk begin to write a range of a file, and does not wait.
// It promises nothing, so it cannot fail: a sync does what was not done.
func beginWriting(f *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(f.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}

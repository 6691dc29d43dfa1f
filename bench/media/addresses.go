package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"keepsake/media"
	"keepsake/media/diskmedia"
	"keepsake/media/gcsmedia"
)

// mostPage is how much CPU the signed addresses of a page may cost.
const mostPage = time.Millisecond

// pageAddresses is how many a page of 20 media has, of three pictures each.
const pageAddresses = 60

// runAddresses measures what the signed addresses of a page cost: on the disk,
// and on GCS with an HMAC key, each of them new and asked for again. It fails
// above mostPage.
func runAddresses(args []string) error {
	flags := flag.NewFlagSet("addresses", flag.ContinueOnError)
	pages := flags.Int("pages", 2000, "how many pages are signed")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *pages < 1 {
		return errors.Join(err, errors.New("flags: -pages"))
	}
	dir, err := os.MkdirTemp("", "keepsake-addresses-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // temporary
	disk, err := diskmedia.Open(dir, diskmedia.Options{BaseURL: "http://127.0.0.1/media", Key: make([]byte, diskmedia.KeySize)})
	if err != nil {
		return err
	}
	gcs, err := gcsmedia.Open(context.Background(), gcsmedia.Options{
		Bucket: "keepsake", Endpoint: "http://127.0.0.1:1", HMACAccessID: "GOOGTEST", HMACSecret: "secret", CachedURLs: pageAddresses,
	})
	if err != nil {
		return errors.Join(err, disk.Close())
	}
	var slow error
	for _, b := range []struct {
		name   string
		bucket media.Bucket
		again  bool
	}{{"disk", disk, false}, {"GCS, new", gcs, false}, {"GCS, again", gcs, true}} {
		cost, err := costOfPage(b.bucket, *pages, b.again)
		if err != nil {
			return errors.Join(err, gcs.Close(), disk.Close())
		}
		fmt.Printf("%-12s %d addresses: %6.0f us of CPU\n", b.name, pageAddresses, float64(cost.Nanoseconds())/1000)
		if cost > mostPage {
			slow = errors.Join(slow, fmt.Errorf("%s: %v is more than %v", b.name, cost, mostPage))
		}
	}
	return errors.Join(slow, gcs.Close(), disk.Close())
}

// costOfPage is the CPU time of one page: again asks for the same one each time.
func costOfPage(b media.Bucket, pages int, again bool) (time.Duration, error) {
	begin := cpuTime()
	for page := range pages {
		if again {
			page = 0
		}
		for i := range pageAddresses {
			key := fmt.Sprintf("m/med_%022d%04d/large-%08x.jpg", page, i/3, i)
			if _, err := b.SignRead(context.Background(), media.ReadRequest{Key: key, ContentType: "image/jpeg"}); err != nil {
				return 0, err
			}
		}
	}
	return (cpuTime() - begin) / time.Duration(pages), nil
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

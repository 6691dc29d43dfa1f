package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"keepsake/media"
	"keepsake/media/diskmedia"
)

// leastUploads is how fast uploads must be, of what a plain file server does.
const leastUploads = 0.7

// uploads is a run: files of one size that clients send to each contender.
type uploads struct {
	dir    string // of everything; removed in the end
	source string // the file that is sent
	files  int
	bytes  int64
	rounds int
}

// receiver is what files are sent to.
type receiver struct {
	name string
	// open makes an empty one in dir, at base. It returns where the n-th file goes.
	open func(dir, base string) (http.Handler, func(n int) (string, error), error)
}

// runUploads measures how fast photos go by PUT into the bucket on the disk,
// against a handler that copies a body into a file and does nothing else. One
// curl does the sending for either, over loopback. It fails below leastUploads.
func runUploads(args []string) error {
	var u uploads
	flags := flag.NewFlagSet("uploads", flag.ContinueOnError)
	flags.IntVar(&u.files, "files", 200, "how many files")
	flags.Int64Var(&u.bytes, "bytes", 5_000_000, "the size of each")
	flags.IntVar(&u.rounds, "rounds", 5, "how often each is measured; the median counts")
	parent := flags.String("dir", "", "where the files go; the default is the folder for temporary files")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if u.files < 4 || u.bytes < 1 || u.rounds < 1 || flags.NArg() > 0 {
		return errors.New("at least 4 files of a byte, and one round")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		return fmt.Errorf("curl is missing, install it with: apt-get install curl: %w", err)
	}
	var err error
	if u.dir, err = os.MkdirTemp(*parent, "keepsake-uploads-"); err != nil {
		return err
	}
	return errors.Join(u.run(), os.RemoveAll(u.dir))
}

func (u *uploads) run() error {
	body := make([]byte, u.bytes)
	if _, err := rand.Read(body); err != nil {
		return err
	}
	u.source = filepath.Join(u.dir, "photo.jpg")
	if err := os.WriteFile(u.source, body, 0o600); err != nil {
		return err
	}
	receivers := []receiver{
		{"Keepsake", keepsakeReceiver(u.files, u.bytes)},
		{"plain", plainReceiver(false)},
		{"plain, synced", plainReceiver(true)},
	}
	fmt.Printf("%d files of %d bytes, the median of %d rounds\n", u.files, u.bytes, u.rounds)
	var slow error
	for _, clients := range []int{1, 4} {
		took := make([][]time.Duration, len(receivers))
		for round := range u.rounds + 1 {
			for i := range receivers {
				i = (i + round) % len(receivers) // another begins each time
				d, err := u.measure(receivers[i], clients)
				if err != nil {
					return fmt.Errorf("%s, %d clients: %w", receivers[i].name, clients, err)
				}
				if round > 0 { // the first warms up
					took[i] = append(took[i], d)
				}
			}
		}
		for i, r := range receivers {
			slices.Sort(took[i])
			m := took[i][len(took[i])/2]
			fmt.Printf("  %d clients  %-14s %7.3f s  %6.0f MB/s", clients, r.name, m.Seconds(), float64(u.files)*float64(u.bytes)/1e6/m.Seconds())
			if i > 0 {
				ratio := m.Seconds() / took[0][len(took[0])/2].Seconds()
				fmt.Printf("  Keepsake is at %.2f of it", ratio)
				if i == 1 && ratio < leastUploads {
					slow = errors.Join(slow, fmt.Errorf("%d clients: uploads are at %.2f of a plain file server, less than %.2f", clients, ratio, leastUploads))
				}
			}
			fmt.Println()
		}
	}
	return slow
}

// measure sends all files once, over so many clients, and returns how long it took.
func (u *uploads) measure(r receiver, clients int) (took time.Duration, err error) {
	dir := filepath.Join(u.dir, "received")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(dir))
		syscall.Sync() // what is still to be written is this one's, not the next one's
	}()
	var listen net.ListenConfig
	listener, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	handler, place, err := r.open(dir, "http://"+listener.Addr().String())
	if err != nil {
		return 0, errors.Join(err, listener.Close())
	}
	if closer, ok := handler.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		err = errors.Join(err, server.Close())
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}()

	plans := make([]string, clients)
	for n := range u.files {
		url, err := place(n)
		if err != nil {
			return 0, err
		}
		plans[n%clients] += fmt.Sprintf("next\nfail\nsilent\nshow-error\nurl = %q\nupload-file = %q\nheader = \"Content-Type: image/jpeg\"\noutput = /dev/null\n", url, u.source)
	}
	errs := make([]error, clients)
	began := time.Now()
	var wg sync.WaitGroup
	for i, plan := range plans {
		wg.Go(func() {
			curl := exec.Command("curl", "--config", "-")
			curl.Stdin = strings.NewReader(strings.TrimPrefix(plan, "next\n"))
			if out, err := curl.CombinedOutput(); err != nil {
				errs[i] = fmt.Errorf("curl: %w: %s", err, out)
			}
		})
	}
	wg.Wait()
	took = time.Since(began)
	return took, errors.Join(errors.Join(errs...), u.check(dir))
}

// check looks whether every file has arrived, whole.
func (u *uploads) check(dir string) error {
	arrived := 0
	err := filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Size() == u.bytes {
			arrived++
		}
		return err
	})
	if err == nil && arrived != u.files {
		err = fmt.Errorf("%d of %d files arrived", arrived, u.files)
	}
	return err
}

// bucketServer is the bucket as the program serves it.
type bucketServer struct {
	http.Handler
	io.Closer
}

func keepsakeReceiver(files int, bytes int64) func(dir, base string) (http.Handler, func(int) (string, error), error) {
	return func(dir, base string) (http.Handler, func(int) (string, error), error) {
		b, err := diskmedia.Open(dir, diskmedia.Options{BaseURL: base + "/media", Key: make([]byte, diskmedia.KeySize)})
		if err != nil {
			return nil, nil, err
		}
		place := func(n int) (string, error) {
			ticket, err := b.SignUpload(context.Background(), media.UploadRequest{
				Key:    fmt.Sprintf("incoming/med_01K57WZQ0ABCDEFGHJKM%06d", n%files),
				Method: media.PUT, ContentType: "image/jpeg", Bytes: bytes, ExpiresAt: time.Now().Add(time.Hour),
			})
			return ticket.URL, err
		}
		return bucketServer{http.StripPrefix("/media", b), b}, place, nil
	}
}

// plainReceiver writes each body to a file of its own.
func plainReceiver(sync bool) func(dir, base string) (http.Handler, func(int) (string, error), error) {
	return func(dir, base string) (http.Handler, func(int) (string, error), error) {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f, err := os.Create(filepath.Join(dir, filepath.Base(r.URL.Path)))
			if err == nil {
				_, err = io.Copy(f, r.Body)
				if sync && err == nil {
					err = f.Sync()
				}
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.WriteHeader(http.StatusCreated)
		})
		return handler, func(n int) (string, error) { return fmt.Sprintf("%s/%06d", base, n), nil }, nil
	}
}

package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"keepsake/media/render"
)

// The targets of rendering, against vipsthumbnail.
const (
	maxRatio = 1.1
	maxRSS   = 150 << 20
)

// usage is what a process took.
type usage struct {
	wall time.Duration
	rss  int64 // peak, bytes
}

// runVariants renders a picture of 12 megapixels by turns with a child of
// package render and with three processes of vipsthumbnail, one after the other,
// each on the same one core.
func runVariants(args []string) error {
	flags := flag.NewFlagSet("variants", flag.ContinueOnError)
	rounds := flags.Int("rounds", 9, "how often each of the two is measured, by turns")
	keep := flags.String("keep", "", "a folder where the picture is left")
	if err := flags.Parse(args); err != nil {
		return err
	}
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		return errors.New("vipsthumbnail is missing: apt-get install libvips-tools")
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return errors.New("taskset is missing: apt-get install util-linux")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir := *keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "variants"); err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // in the temporary folder
	}
	picture := filepath.Join(dir, "12mp.jpg")
	if err := makePhoto(picture, 4032, 3024); err != nil {
		return err
	}

	core := []string{taskset, "-c", strconv.Itoa(runtime.NumCPU() - 1)}
	ours := append(slices.Clone(core), self, childCommand, "picture",
		strconv.Itoa(render.DefaultMemory), "60", "1", "image/jpeg", picture)
	var mine, theirs []usage
	for range *rounds {
		u, err := timed(ours)
		if err != nil {
			return err
		}
		mine = append(mine, u)
		var sum usage
		for _, side := range []string{"256", "720", "1440"} {
			u, err := timed(append(slices.Clone(core), vips, picture, "--size", side, "-o", filepath.Join(dir, "v"+side+".jpg[Q=80,strip]")))
			if err != nil {
				return err
			}
			sum.wall += u.wall
			sum.rss = max(sum.rss, u.rss)
		}
		theirs = append(theirs, sum)
	}
	a, b := middle(mine), middle(theirs)
	ratio := float64(a.wall) / float64(b.wall)
	fmt.Printf("three variants of a 12 MP JPEG, one core, median of %d, %s\n", *rounds, runtime.Version())
	fmt.Printf("  keepsake           %4d ms  %4d MB\n", a.wall.Milliseconds(), a.rss>>20)
	fmt.Printf("  3 x vipsthumbnail  %4d ms  %4d MB\n", b.wall.Milliseconds(), b.rss>>20)
	fmt.Printf("  ratio %.2f (at most %.1f), memory at most %d MB\n", ratio, maxRatio, maxRSS>>20)
	if ratio > maxRatio || a.rss > maxRSS {
		return errors.New("a target was missed")
	}
	return nil
}

// timed runs a command to its end. Its peak of memory is that of the process it
// becomes: taskset does not fork.
func timed(args []string) (usage, error) {
	cmd := exec.Command(args[0], args[1:]...)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = io.Discard, &log
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "VIPS_CONCURRENCY=1")
	begin := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(begin)}
	if err != nil {
		return u, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, log.String())
	}
	r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return u, errors.New("this system does not say how much memory a process took")
	}
	u.rss = r.Maxrss << 10
	return u, nil
}

// middle takes time and memory each for itself; of memory it is the peak.
func middle(all []usage) usage {
	slices.SortFunc(all, func(a, b usage) int { return int(a.wall - b.wall) })
	u := all[len(all)/2]
	for _, other := range all {
		u.rss = max(u.rss, other.rss)
	}
	return u
}

// makePhoto writes a JPEG like a camera's: soft shades, edges and noise, 4:2:0.
func makePhoto(path string, width, height int) (err error) {
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(12, 34))
	for y := range height {
		for x := range width {
			fx, fy := float64(x)/float64(width), float64(y)/float64(height)
			v := 128 + 60*math.Sin(9*fx+4*fy) + 40*math.Cos(23*fx*fy)
			if (x/97+y/61)%5 == 0 {
				v -= 35
			}
			img.Y[img.YOffset(x, y)] = byte(min(max(v+random.NormFloat64()*8, 0), 255))
		}
	}
	for i := range img.Cb {
		x, y := float64(i%img.CStride)/float64(img.CStride), float64(i/img.CStride)/float64(height/2)
		img.Cb[i] = byte(128 + 50*math.Sin(5*x+y))
		img.Cr[i] = byte(128 + 50*math.Cos(3*y-2*x))
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if err := jpeg.Encode(w, img, &jpeg.Options{Quality: 92}); err != nil {
		return err
	}
	return w.Flush()
}

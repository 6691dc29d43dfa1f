package migrate

import (
	"strings"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	for name, c := range map[string]struct {
		terminal bool
		want     []string
	}{
		"a terminal": {true, []string{
			"\rcopy likes         [                    ]   0%  0 of 400" + clearRest,
			"\rcopy likes         [=====               ]  25%  100 of 400  50/s  6s left" + clearRest,
			"\rcopy likes         [====================] 100%  400 of 400  160/s" + clearRest + "\n",
			"\rcopy files         [                    ]   0%  0 of 2" + clearRest,
			"\rcopy files         [==========          ]  50%  1 of 2  0/s  2.0 MB/s  10s left" + clearRest,
			"\rcopy files         [==========          ]  50%  1 of 2  0/s  2.0 MB/s  10s left" + clearRest + "\n",
		}},
		"a file": {false, []string{
			"copy likes         [====================] 100%  400 of 400  160/s\n",
			"copy files         [==========          ]  50%  1 of 2  0/s  2.0 MB/s  10s left\n",
			"copy files         [==========          ]  50%  1 of 2  0/s  2.0 MB/s  10s left\n",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			now := time.UnixMilli(1)
			m := NewMeter(&out, c.terminal, func() time.Time { return now })
			show := func(after time.Duration, p Progress) {
				now = now.Add(after)
				m.Show(p)
			}
			show(0, Progress{Step: "copy likes", Total: 400})
			show(time.Millisecond, Progress{Step: "copy likes", Total: 400, Done: 10}) // too soon to draw
			show(1999*time.Millisecond, Progress{Step: "copy likes", Total: 400, Done: 100})
			show(50*time.Millisecond, Progress{Step: "copy likes", Total: 400, Done: 400})
			show(450*time.Millisecond, Progress{Step: "copy files", Total: 2})
			show(10*time.Second, Progress{Step: "copy files", Total: 2, Done: 1, Bytes: 20e6})
			m.End()
			m.End()
			if want := strings.Join(c.want, ""); out.String() != want {
				t.Errorf("%q\nwant\n%q", out.String(), want)
			}
		})
	}
}

package web

import "strings"

// Origins are where pages may reach beside where they come from, each as
// scheme://host[:port].
type Origins struct {
	Self    string   // the program's own public URL, which its media begin with
	Media   []string // where files are fetched from and sent to, if not to the program
	Avatars []string // where pictures of people may lie
}

// never is what no page may do: be framed, send forms or be sent to another base.
const never = "default-src 'none'; script-src 'self'; worker-src 'self'; font-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// album is the policy of the album page. Its blobs are pictures and videos of the
// person's own, shown before they are sent; its data are blurred placeholders.
func (o Origins) album() string {
	files := sources(append([]string{o.Self}, o.Media...))
	return never + "; style-src 'self'" +
		"; img-src 'self' data: blob:" + files + sources(o.Avatars) +
		"; media-src 'self' blob:" + files +
		"; connect-src 'self' " + o.socket() + files
}

// explorer is that of the explorer. The styles of its editor, Monaco, which writes
// them while it runs, colours and sizes of a theme, cannot be known by a hash; with
// scripts of its own alone, a style can at most deface it.
func (o Origins) explorer() string {
	return never + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:" +
		"; connect-src 'self' " + o.socket() + sources(append([]string{o.Self}, o.Media...))
}

// socket is where the program's sockets are: older Safaris do not count them as
// 'self'.
func (o Origins) socket() string { return "ws" + strings.TrimPrefix(o.Self, "http") }

func sources(all []string) string {
	var b strings.Builder
	for _, each := range all {
		b.WriteString(" " + each)
	}
	return b.String()
}

package main

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/config"
	"keepsake/web"
)

// sharePath is where the album page opens links, below the program's URL.
const sharePath = "/s/"

// originGCS is where Google Cloud Storage is, and takes chunks in any case.
const originGCS = "https://storage.googleapis.com"

// origins are where the pages may reach.
func origins(cfg config.Config, base string) web.Origins {
	o := web.Origins{Self: base}
	for _, host := range cfg.AvatarHosts {
		o.Avatars = append(o.Avatars, "https://"+host)
	}
	if b := cfg.Backends; b.GCSBucket != "" {
		o.Media = append(o.Media, cmp.Or(b.GCSEndpoint, originGCS))
		if b.GCSHost != "" {
			host := b.GCSHost
			if !strings.Contains(host, "://") {
				host = "https://" + host
			}
			o.Media = append(o.Media, host)
		}
	}
	return o
}

// preview is what a link's page tells of its album: nothing where the link is not
// open, asks for a password, or its reader asks too much.
func (a *app) preview(r *http.Request, token string) *web.Preview {
	addr := a.clientAddr(r)
	ctx, cancel := context.WithTimeout(auth.WithClient(r.Context(), addr), a.cfg.RequestTimeout)
	defer cancel()
	if a.limits.address(ctx, addr) != nil {
		return nil
	}
	end, err := a.limits.beginOfAll(addr)
	if err != nil {
		return nil
	}
	defer end()
	found, err := a.service.PreviewShare(ctx, token)
	if err != nil {
		switch album.CodeOf(err) {
		case album.CodeNotFound, album.CodeShareClosed, album.CodePasswordRequired:
		default:
			a.log.WarnContext(ctx, "a link's page goes without its preview", "error", err)
		}
		return nil
	}
	p := &web.Preview{Title: found.Title, Count: found.Count, URL: a.base + sharePath + url.PathEscape(token)}
	if c := found.Cover; c != nil {
		p.Picture = &web.Picture{URL: c.URL, ContentType: c.ContentType, Width: c.Width, Height: c.Height}
	}
	return p
}

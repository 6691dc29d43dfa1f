package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"keepsake/internal/client"
)

func (f file) sha256() string {
	sum := sha256.Sum256(f.content)
	return hex.EncodeToString(sum[:])
}

// tickets asks for a ticket for each input of a file.
func (s *story) tickets(ctx context.Context, p *person, inputs ...map[string]any) ([]client.Ticket, error) {
	data, err := client.Ask[struct {
		CreateUploads struct {
			Tickets []client.Ticket `json:"tickets"`
		} `json:"createUploads"`
	}](ctx, p.api, `mutation($input: CreateUploadsInput!) {
		createUploads(input: $input) { tickets { `+client.TicketFields+` } }
	}`, input("albumId", s.album, "files", inputs))
	if err != nil {
		return nil, err
	}
	tickets := data.CreateUploads.Tickets
	return tickets, same("the number of tickets", len(tickets), len(inputs))
}

// request says what a file is, for a ticket.
func (f file) request(method string) map[string]any {
	return map[string]any{
		"fileName": f.name, "contentType": f.contentType, "bytes": len(f.content), "sha256": f.sha256(), "method": method,
	}
}

// finalize ends an upload.
func (s *story) finalize(ctx context.Context, p *person, mediaID string) (medium, error) {
	data, err := client.Ask[struct {
		FinalizeUpload struct {
			Media medium `json:"media"`
		} `json:"finalizeUpload"`
	}](ctx, p.api, mediumFields+` mutation($input: FinalizeUploadInput!) {
		finalizeUpload(input: $input) { media { ...medium } }
	}`, input("mediaId", mediaID))
	return data.FinalizeUpload.Media, err
}

// upload sends one file by its ticket, finalises it and checks what became of it.
func (s *story) upload(ctx context.Context, p *person, t client.Ticket, f file) (medium, error) {
	began := time.Now()
	if err := p.api.Send(ctx, t, f.name, f.content); err != nil {
		return medium{}, err
	}
	return s.uploaded(ctx, p, t, f, began)
}

// readyTime is how long a medium may take to become READY.
const readyTime = 2 * time.Minute

// chunk is how much of the video is sent at a time, in bytes.
const chunk = 256 << 10

// uploaded finalises a file that was sent, waits until it is READY, and checks
// what became of it.
func (s *story) uploaded(ctx context.Context, p *person, t client.Ticket, f file, began time.Time) (medium, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	m, err := s.finalize(ctx, p, t.Media.ID)
	for err == nil && m.Status == "PROCESSING" {
		m, err = s.finalize(ctx, p, t.Media.ID)
	}
	if err != nil {
		return medium{}, fmt.Errorf("finalise %s: %w", f.name, err)
	}
	taken := "no time in it"
	if m.TakenAt != nil {
		taken = "taken " + m.TakenAt.UTC().Format("2006-01-02 15:04")
	}
	s.tell.line("%-4s  %-26s  %9s  %4d × %-4d  %-22s  %9s", t.Method, f.name, size(m.Bytes), m.Width, m.Height, taken, took(began))
	return m, errors.Join(f.check(m), same(f.name+": owner", m.Owner.ID, p.id))
}

// meiUploadsPhotos sends them in turn as browsers do and as mini-programs do.
func meiUploadsPhotos(ctx context.Context, s *story) error {
	inputs := make([]map[string]any, len(s.photos))
	for i, f := range s.photos {
		inputs[i] = f.request([]string{"PUT", "POST"}[i%2])
	}
	tickets, err := s.tickets(ctx, s.mei, inputs...)
	if err != nil {
		return err
	}
	for i, f := range s.photos {
		m, err := s.upload(ctx, s.mei, tickets[i], f)
		if err != nil {
			return err
		}
		s.media = append(s.media, m)
	}
	return nil
}

// meiUploadsVideo sends it in chunks, loses the connection, and goes on with
// nothing but the address.
func meiUploadsVideo(ctx context.Context, s *story) error {
	tickets, err := s.tickets(ctx, s.mei, s.video.request("CHUNKS"))
	if err != nil {
		return err
	}
	t, content := tickets[0], s.video.content
	began := time.Now()
	chunks, err := s.mei.api.OpenChunks(ctx, t, int64(len(content)))
	if err != nil {
		return err
	}
	if len(content) > chunk {
		if _, err = chunks.Send(ctx, 0, content[:chunk]); err != nil {
			return err
		}
	}
	chunks = s.server(callsMei).Resume(chunks.Location, int64(len(content)))
	offset, err := chunks.Offset(ctx)
	if err != nil {
		return err
	}
	s.tell.line("after a break, %d of %d bytes are there", offset, len(content))
	if err := chunks.SendAll(ctx, content, chunk); err != nil {
		return err
	}
	m, err := s.uploaded(ctx, s.mei, t, s.video, began)
	if err != nil {
		return err
	}
	s.media = append(s.media, m)
	s.tell.line("%s, %.2f s", m.Kind, float64(m.DurationMs)/1000)
	if d := m.DurationMs - videoSeconds*1000; d < -100 || d > 100 {
		err = fmt.Errorf("the video of %d s lasts %d ms", videoSeconds, m.DurationMs)
	}
	return errors.Join(err, same("kind", m.Kind, "VIDEO"), same("width", m.Width, 640), same("height", m.Height, 360))
}

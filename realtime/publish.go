package realtime

import (
	"context"

	"keepsake/album"
)

// PublishEntries tells all nodes of entries that have been committed; nil ones
// are passed over. It cannot fail: a message that is not sent is counted, and
// the other nodes find the entry in the log. It takes no longer than
// PublishTimeout, whatever becomes of ctx.
func (h *Hub) PublishEntries(ctx context.Context, entries ...*album.Entry) {
	ctx, cancel := h.publishing(ctx)
	defer cancel()
	for _, e := range entries {
		if e != nil {
			h.send(ctx, e.AlbumID, Message{Entry: e})
		}
	}
}

// PublishLike tells all nodes of a medium's like state that has been committed.
// It cannot fail; a state that the broker does not take is sent again once it
// answers, unless a newer one was meanwhile.
func (h *Hub) PublishLike(ctx context.Context, s album.LikeState) {
	ctx, cancel := h.publishing(ctx)
	defer cancel()
	h.send(ctx, s.AlbumID, Message{Like: &s})
}

// publishing returns the context of a publication: what has been committed is
// told even if who asked for it has gone.
func (h *Hub) publishing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), h.opt.PublishTimeout)
}

func (h *Hub) send(ctx context.Context, id album.AlbumID, m Message) {
	payload, err := m.Encode()
	if err != nil {
		h.stats.publishFailures.Add(1)
		h.opt.Logger.Error("realtime: message cannot be written", "album", id, "error", err)
		return
	}
	name := AlbumTopic(id)
	if h.publish(ctx, name, payload) {
		return
	}
	if m.Like != nil {
		h.sendLater(name+"/"+string(m.Like.MediaID), unsent{name, payload, m.Like.Version})
	}
	// This node's own streams need not wait for the store to be asked.
	if t := h.topic(name); t != nil {
		h.deliver(t, m)
	}
}

// publish reports whether the broker took the message. Only the first failure
// in a row is logged.
func (h *Hub) publish(ctx context.Context, name string, payload []byte) bool {
	err := h.broker.Publish(ctx, name, payload)
	if err != nil {
		h.stats.publishFailures.Add(1)
		if !h.stats.publishFailing.Swap(true) {
			h.opt.Logger.Warn("realtime: messages are not sent", "error", err)
		}
		return false
	}
	h.stats.published.Add(1)
	if h.stats.publishFailing.Load() && h.stats.publishFailing.Swap(false) {
		h.opt.Logger.Info("realtime: messages are sent again")
	}
	return true
}

// deliver hands a message to a topic. It does not wait for anyone.
func (h *Hub) deliver(t *topic, m Message) {
	if m.Like != nil {
		h.deliverLike(t, m.Like)
		return
	}
	h.update(t, func() bool { return t.offer(m.Entry) })
}

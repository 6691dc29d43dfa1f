package main

import "time"

// What the API gives, as far as the story looks at it.

type medium struct {
	ID             string     `json:"id"`
	Kind           string     `json:"kind"`
	Status         string     `json:"status"`
	FileName       string     `json:"fileName"`
	ContentType    string     `json:"contentType"`
	Bytes          int64      `json:"bytes"`
	SHA256         string     `json:"sha256"`
	Width          int        `json:"width"`
	Height         int        `json:"height"`
	DurationMs     int64      `json:"durationMs"`
	TakenAt        *time.Time `json:"takenAt"`
	Caption        string     `json:"caption"`
	Owner          user       `json:"owner"`
	LikeCount      int        `json:"likeCount"`
	ViewerHasLiked bool       `json:"viewerHasLiked"`
	CommentCount   int        `json:"commentCount"`
	Progress       int        `json:"progress"`
	Blurhash       string     `json:"blurhash"`
	URL            *picture   `json:"url"`
	Variants       []picture  `json:"variants"`
	Playback       *picture   `json:"playback"`
	Download       *signedURL `json:"download"`
	Comments       struct {
		Edges []struct {
			Node comment `json:"node"`
		} `json:"edges"`
	} `json:"comments"`
}

// mediumFields select a medium but for its comments.
const mediumFields = `fragment medium on Media {
	id kind status fileName contentType bytes sha256 width height durationMs takenAt caption
	owner { id displayName } likeCount viewerHasLiked commentCount progress blurhash
	url { ...picture } variants { ...picture } playback { ...picture } download { url }
}
fragment picture on SignedUrl { url contentType width height bytes }`

type user struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

type signedURL struct {
	URL string `json:"url"`
}

// picture is something that can be shown.
type picture struct {
	URL         string `json:"url"`
	ContentType string `json:"contentType"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Bytes       int64  `json:"bytes"`
}

type comment struct {
	ID         string   `json:"id"`
	Text       string   `json:"text"`
	Author     user     `json:"author"`
	Parent     *comment `json:"parent"`
	ReplyCount int      `json:"replyCount"`
	Media      struct {
		ID           string `json:"id"`
		CommentCount int    `json:"commentCount"`
	} `json:"media"`
	Replies struct {
		Edges []struct {
			Node comment `json:"node"`
		} `json:"edges"`
	} `json:"replies"`
}

type page struct {
	ID            string   `json:"id"`
	Title         string   `json:"title"`
	Owner         user     `json:"owner"`
	MediaCount    int      `json:"mediaCount"`
	MemberCount   int      `json:"memberCount"`
	Cursor        string   `json:"cursor"`
	ViewerRole    string   `json:"viewerRole"`
	ViewerActions []string `json:"viewerActions"`
	Media         struct {
		Edges []struct {
			Node medium `json:"node"`
		} `json:"edges"`
	} `json:"media"`
}

// pageFields select an album's page.
const pageFields = mediumFields + ` fragment page on Album {
	id title owner { id displayName } mediaCount memberCount cursor viewerRole viewerActions
	media(first: 50) { edges { node { ...medium comments(first: 10) { edges { node {
		id text author { id displayName } replies(first: 10) { edges { node { id text author { id displayName } } } }
	} } } } } }
}`

type event struct {
	Kind       string    `json:"kind"`
	Cursor     string    `json:"cursor"`
	At         time.Time `json:"at"`
	Actor      *user     `json:"actor"`
	MediaID    string    `json:"mediaId"`
	Media      *medium   `json:"media"`
	CommentID  string    `json:"commentId"`
	Comment    *comment  `json:"comment"`
	User       *user     `json:"user"`
	Membership *struct {
		Role string `json:"role"`
	} `json:"membership"`
}

// eventFields select an event.
const eventFields = mediumFields + ` fragment event on AlbumEvent {
	kind cursor at actor { id displayName }
	mediaId media { ...medium } commentId comment { id text author { id displayName } parent { id } media { id commentCount } }
	user { id displayName } membership { role }
}`

type likes struct {
	MediaID string `json:"mediaId"`
	Count   int    `json:"count"`
	Version int64  `json:"version"`
}

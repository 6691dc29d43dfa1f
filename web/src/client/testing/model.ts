import type { Album, AlbumEvent, Comment, Id, Likes, MediaOrder, Medium, Page, SeenMedium } from '../model';
import type { ReadComments } from '../album/state';

const time = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
const person = (id: string) => ({ id, displayName: id, avatarUrl: null });
const copy = <T>(value: T): T => structuredClone(value);

interface Entry {
  kind: AlbumEvent['kind'];
  mediaId?: Id;
  commentId?: Id;
}

/**
 * A server of one album, as simple as it can be: its rows, and a log whose events
 * show what is there when they are read, as the real ones do.
 */
export class ModelServer {
  private clock = 0;
  private log: Entry[] = [];
  private media = new Map<Id, SeenMedium & { likers: Set<Id> }>();
  private comments = new Map<Id, Comment & { mediaId: Id; headId: Id | null; parentId: Id | null }>();
  private title = 'Album';

  constructor(readonly order: MediaOrder) {}

  private tick = () => time(++this.clock);
  private write = (entry: Entry) => void this.log.push(entry);
  get length(): number {
    return this.log.length;
  }
  mediaIds = (): Id[] => this.sorted().map((m) => m.id);
  commentIds = (): Id[] => [...this.comments.values()].filter((c) => c.removedAt === null && this.shown(c.mediaId)).map((c) => c.id);
  headIds = (): Id[] => this.commentIds().filter((id) => this.comments.get(id)?.headId === null);
  mediaOf = (commentId: Id): Id => this.comments.get(commentId)?.mediaId ?? '';
  private shown = (id: Id): boolean => this.media.get(id)?.trashedAt === null;

  addMedia(takenAt: number | null): void {
    const id = `med_${String(this.media.size).padStart(4, '0')}`;
    this.media.set(id, {
      id, owner: person('ann'), kind: 'PHOTO', status: 'READY', progress: 100, fileName: id, contentType: 'image/jpeg', bytes: 1,
      width: 1, height: 1, durationMs: null, takenAt: takenAt === null ? null : time(takenAt), blurhash: null, color: null,
      caption: '', tags: [], place: null, addedAt: this.tick(), editedAt: null, trashedAt: null, variants: [], playback: null,
      download: null, likeCount: 0, likeVersion: 0, commentCount: 0, viewerHasLiked: false, likers: new Set(),
    });
    this.write({ kind: 'MEDIA_ADDED', mediaId: id });
  }
  editMedia(id: Id, caption: string, takenAt: number | null): void {
    Object.assign(this.media.get(id) ?? {}, { caption, takenAt: takenAt === null ? null : time(takenAt), editedAt: this.tick() });
    this.write({ kind: 'MEDIA_EDITED', mediaId: id });
  }
  trash(id: Id): void {
    Object.assign(this.media.get(id) ?? {}, { trashedAt: this.tick() });
    this.write({ kind: 'MEDIA_REMOVED', mediaId: id });
  }
  restore(): void {
    const m = [...this.media.values()].find((one) => one.trashedAt !== null);
    if (m === undefined) return;
    m.trashedAt = null;
    this.write({ kind: 'MEDIA_RESTORED', mediaId: m.id });
  }
  editAlbum(title: string): void {
    this.title = title;
    this.write({ kind: 'ALBUM_EDITED' });
  }
  like(id: Id, who: Id, liked: boolean): Likes {
    const m = this.media.get(id);
    if (m === undefined) throw new Error('no such medium');
    if (liked !== m.likers.has(who)) {
      if (liked) m.likers.add(who);
      else m.likers.delete(who);
      m.likeVersion++;
      m.likeCount = m.likers.size;
      m.viewerHasLiked = m.likers.has('me');
    }
    return { mediaId: id, count: m.likeCount, version: m.likeVersion };
  }
  addComment(mediaId: Id, who: Id, text: string, parentId: Id | null): Id {
    const id = `cmt_${String(this.comments.size).padStart(4, '0')}`;
    const parent = parentId === null ? undefined : this.comments.get(parentId);
    const headId = parent === undefined ? null : (parent.headId ?? parent.id);
    this.comments.set(id, {
      id, author: person(who), text, parent: null, replyCount: 0, createdAt: this.tick(), editedAt: null, removedAt: null,
      mediaId, headId, parentId,
    });
    this.count(mediaId, headId, 1);
    this.write({ kind: 'COMMENT_ADDED', mediaId, commentId: id });
    return id;
  }
  editComment(id: Id, text: string): void {
    Object.assign(this.comments.get(id) ?? {}, { text, editedAt: this.tick() });
    this.write({ kind: 'COMMENT_EDITED', mediaId: this.mediaOf(id), commentId: id });
  }
  removeComment(id: Id): void {
    const c = this.comments.get(id);
    if (c === undefined || c.removedAt !== null) return;
    Object.assign(c, { text: '', removedAt: this.tick() });
    this.count(c.mediaId, c.headId, -1);
    this.write({ kind: 'COMMENT_REMOVED', mediaId: c.mediaId, commentId: id });
  }
  private count(mediaId: Id, headId: Id | null, by: number): void {
    const [m, head] = [this.media.get(mediaId), this.comments.get(headId ?? '')];
    if (m !== undefined) m.commentCount += by;
    if (head !== undefined) head.replyCount += by;
  }

  /** The event at that place of the log, as it is read now. */
  event(at: number): AlbumEvent {
    const { kind, mediaId = null, commentId = null } = this.log[at] ?? { kind: 'RESYNC' };
    const media = mediaId === null || !this.shown(mediaId) ? null : this.medium(mediaId);
    return {
      kind, cursor: `cursor ${at}`, at: time(0), albumId: 'alb', actor: null, album: this.album(), mediaId, media,
      commentId, comment: commentId === null ? null : this.comment(commentId), user: null, membership: null,
    };
  }
  medium(id: Id): Medium {
    const { viewerHasLiked: _liked, likers: _likers, ...m } = this.media.get(id) as SeenMedium & { likers: Set<Id> };
    return copy(m);
  }
  seen(id: Id): SeenMedium | null {
    const m = this.media.get(id);
    return m === undefined || m.trashedAt !== null ? null : { ...this.medium(id), viewerHasLiked: m.viewerHasLiked };
  }
  comment(id: Id): Comment {
    const { mediaId: _m, headId: _h, parentId, ...c } = this.comments.get(id) as never as Comment & { mediaId: Id; headId: Id; parentId: Id | null };
    const parent = parentId === null ? null : { id: parentId, replyCount: this.comments.get(parentId)?.replyCount ?? 0 };
    return copy({ ...c, parent });
  }
  album(): Album {
    return {
      id: 'alb', title: this.title, description: '', visibility: 'PRIVATE', owner: person('ann'), cover: null,
      settings: { comments: 'MEMBERS', likes: 'MEMBERS', downloads: 'MEMBERS', order: this.order },
      mediaCount: this.sorted().length, memberCount: 1, createdAt: time(0), updatedAt: time(0), trashedAt: null,
      viewerRole: 'OWNER', viewerActions: [],
    };
  }

  private key = (m: Medium): string => `${(this.order === 'TAKEN' ? m.takenAt : null) ?? m.addedAt} ${m.id}`;
  private sorted = () => [...this.media.values()].filter((m) => m.trashedAt === null).sort((a, b) => (this.key(a) < this.key(b) ? 1 : -1));

  /** A page of media behind a cursor, newest first. */
  page(first: number, after: string | null): Page<SeenMedium> {
    return pageOf(this.sorted().filter((m) => after === null || this.key(m) < after), first, this.key, (m) => this.seen(m.id) as SeenMedium);
  }
  commentsPage(mediaId: Id, first: number, after: string | null): ReadComments {
    const heads = [...this.comments.values()].filter((c) =>
      c.mediaId === mediaId && c.headId === null && (c.removedAt === null || c.replyCount > 0) && (after === null || c.id > after));
    return pageOf(heads, first, (c) => c.id, (c) => ({ ...this.comment(c.id), replies: this.repliesPage(c.id, 2, null) }));
  }
  repliesPage(headId: Id, first: number, after: string | null): Page<Comment> {
    const replies = [...this.comments.values()].filter((c) => c.headId === headId && c.removedAt === null && (after === null || c.id > after));
    return pageOf(replies, first, (c) => c.id, (c) => this.comment(c.id));
  }
}

function pageOf<T, R>(rows: T[], first: number, cursor: (row: T) => string, node: (row: T) => R): Page<R> {
  const page = rows.slice(0, first);
  const last = page.at(-1);
  return {
    edges: page.map((row) => ({ node: node(row) })),
    pageInfo: { hasNextPage: rows.length > first, endCursor: last === undefined ? null : cursor(last) },
  };
}

import type { Album, AlbumEvent, AlbumEventKind, Comment, Id, Likes, MediaOrder, Medium, Page, SeenMedium } from '../model';
import type { ReadComments } from '../album/state';

const time = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
const person = (id: string) => ({ id, displayName: id, avatarUrl: null });
const copy = <T>(value: T): T => structuredClone(value);

interface Entry {
  kind: AlbumEventKind;
  mediaId?: Id;
  commentId?: Id;
  userId?: Id;
}
type Row = SeenMedium & { likers: Set<Id>; /** Its place by hand, greater first. */ rank: number };

/**
 * A server of one album, as simple as it can be: its rows, and a log whose events
 * show what is there when they are read, as the real ones do.
 */
export class ModelServer {
  private clock = 0;
  private log: Entry[] = [];
  private media = new Map<Id, Row>();
  private comments = new Map<Id, Comment & { mediaId: Id; headId: Id | null; parentId: Id | null }>();
  private about = { title: 'Album', trashedAt: null as string | null, memberCount: 1 };

  constructor(private order: MediaOrder) {
    this.write({ kind: 'ALBUM_CREATED' });
  }

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

  /** Publishes a medium, or moves one in that `likers` like already. */
  addMedia(takenAt: number | null, likers: Id[] = []): void {
    const id = `med_${String(this.media.size).padStart(4, '0')}`;
    const addedAt = this.tick();
    this.media.set(id, {
      id, owner: person('ann'), kind: 'PHOTO', status: 'READY', progress: 100, fileName: id, contentType: 'image/jpeg', bytes: 1,
      width: 1, height: 1, durationMs: null, takenAt: takenAt === null ? null : time(takenAt), blurhash: null, color: null,
      caption: '', tags: [], place: null, addedAt, editedAt: null, trashedAt: null, variants: [], playback: null,
      download: null, likeCount: likers.length, likeVersion: likers.length, commentCount: 0, viewerHasLiked: likers.includes('me'),
      likers: new Set(likers), rank: Date.parse(addedAt),
    });
    this.write({ kind: 'MEDIA_ADDED', mediaId: id });
  }
  editMedia(id: Id, caption: string, takenAt: number | null): void {
    Object.assign(this.media.get(id) ?? {}, { caption, takenAt: takenAt === null ? null : time(takenAt), editedAt: this.tick() });
    this.write({ kind: 'MEDIA_EDITED', mediaId: id });
  }
  /** Gives a medium an address that ends at that moment. */
  address(id: Id, ends: number): void {
    const file = { url: `http://media/${ends}`, expiresAt: new Date(ends).toISOString(), contentType: 'image/jpeg', width: 1, height: 1, bytes: 1 };
    Object.assign(this.media.get(id) ?? {}, { variants: [file] });
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
  process(id: Id, progress: number): void {
    Object.assign(this.media.get(id) ?? {}, { progress });
    this.write({ kind: 'MEDIA_PROCESSED', mediaId: id });
  }
  /** Puts media right behind another by hand, or first. */
  arrange(ids: readonly Id[], after: Id | null): void {
    const others = this.byHand().filter((m) => !ids.includes(m.id));
    const at = others.findIndex((m) => m.id === after) + 1;
    others.splice(at, 0, ...ids.flatMap((id) => this.media.get(id) ?? []));
    const top = Date.parse(this.tick()); // what is added later comes before it
    for (const [i, m] of others.entries()) m.rank = top - i / others.length;
    for (const mediaId of ids) this.write({ kind: 'MEDIA_ARRANGED', mediaId });
  }
  /** An upload that is no picture: nobody but its uploader can ask for it. */
  refuseUpload(): void {
    this.write({ kind: 'MEDIA_FAILED', mediaId: 'med_refused' });
  }
  editAlbum(title: string, order = this.order): void {
    this.about.title = title;
    this.order = order;
    this.write({ kind: 'ALBUM_EDITED' });
  }
  /** Puts the album into the trash, or takes it out. */
  trashAlbum(): void {
    const out = this.about.trashedAt !== null;
    this.about.trashedAt = out ? null : this.tick();
    this.write({ kind: out ? 'ALBUM_RESTORED' : 'ALBUM_TRASHED' });
  }
  changeMember(kind: 'MEMBER_JOINED' | 'MEMBER_ROLE_CHANGED' | 'MEMBER_REMOVED'): void {
    this.about.memberCount += { MEMBER_JOINED: 1, MEMBER_ROLE_CHANGED: 0, MEMBER_REMOVED: -1 }[kind];
    this.write({ kind, userId: 'ben' });
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
    const entry = this.log[at];
    if (entry === undefined) throw new Error(`the log has no entry ${at}`);
    const { kind, mediaId = null, commentId = null, userId } = entry;
    const media = mediaId === null || !this.shown(mediaId) ? null : this.medium(mediaId);
    return {
      kind, cursor: `cursor ${at}`, at: time(0), albumId: 'alb', actor: null, album: this.album(), mediaId, media,
      commentId, comment: commentId === null ? null : this.comment(commentId),
      user: userId === undefined ? null : person(userId), membership: null,
    };
  }
  medium(id: Id): Medium {
    const { viewerHasLiked: _liked, likers: _likers, rank: _rank, ...m } = this.media.get(id) as Row;
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
      id: 'alb', ...this.about, description: '', visibility: 'PRIVATE', owner: person('ann'), cover: null,
      settings: { comments: 'MEMBERS', likes: 'MEMBERS', downloads: 'MEMBERS', order: this.order },
      mediaCount: this.sorted().length, createdAt: time(0), updatedAt: time(0),
      viewerRole: 'OWNER', viewerActions: [],
    };
  }

  private key(m: Row): string {
    const place = this.order === 'HAND' ? m.rank.toFixed(6).padStart(24, '0') : ((this.order === 'TAKEN' ? m.takenAt : null) ?? m.addedAt);
    return `${place} ${m.id}`;
  }
  private sorted = () => [...this.media.values()].filter((m) => m.trashedAt === null).sort((a, b) => (this.key(a) < this.key(b) ? 1 : -1));
  private byHand = () => [...this.media.values()].sort((a, b) => b.rank - a.rank || (a.id < b.id ? 1 : -1));

  /** A page of media behind a cursor, newest first; null for a cursor of another order. */
  page(first: number, after: string | null): Page<SeenMedium> | null {
    if (after !== null && !after.startsWith(this.order)) return null;
    const cursor = (m: Row) => `${this.order} ${this.key(m)}`;
    return pageOf(this.sorted().filter((m) => after === null || cursor(m) < after), first, cursor, (m) => this.seen(m.id) as SeenMedium);
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

import type { Album, AlbumEvent, Comment, Cursor, Id, Likes, MediaOrder, Medium, Page, Person, SeenMedium, Time } from '../model';

/** Something a person does in an album; shown at once, undone if it is refused. */
export type Change =
  | { kind: 'like'; mediaId: Id; liked: boolean }
  | { kind: 'comment'; mediaId: Id; text: string; /** The comment of a thread, not a reply. */ parentId?: Id }
  | { kind: 'editComment'; mediaId: Id; commentId: Id; text: string }
  | { kind: 'removeComment'; mediaId: Id; commentId: Id }
  | { kind: 'editMedia'; mediaId: Id; caption?: string; tags?: string[]; takenAt?: Time | null }
  | { kind: 'trashMedia'; mediaIds: Id[] }
  /** In the order HAND: puts media right behind another, or first. */
  | { kind: 'arrangeMedia'; mediaIds: Id[]; afterId: Id | null }
  | { kind: 'editAlbum'; title?: string; description?: string; coverId?: Id | null };

export interface ShownMedium extends SeenMedium {
  /** True until the server has answered to a like or an edit of it. */
  pending: boolean;
}
export interface ShownComment extends Comment {
  /** True until the server has answered to its being written, edited or removed. */
  pending: boolean;
}
/** One comment of a medium and the replies to it that were read. */
export interface Thread {
  comment: ShownComment;
  replies: ShownComment[];
  hasMoreReplies: boolean;
}

/** Where a row stands in its list. */
export interface Place {
  key: Time;
  id: Id;
}

/** Rows that were read as far as `last`, behind which there may be more on the server. */
export interface Read {
  hasMore: boolean;
  endCursor: Cursor | null;
  last: Place | null;
}

export interface MediaList extends Read {
  order: MediaOrder;
  rows: ShownMedium[];
}
export interface ReadThread {
  comment: ShownComment;
  replies: Read & { rows: ShownComment[] };
}
export interface CommentList extends Read {
  threads: ReadThread[];
  /** What happened cannot be worked out from what is here: read them again. */
  stale: boolean;
}

/** A change that the server has not answered to. */
export interface Pending {
  flight: string;
  change: Change;
  me: Person | null;
  at: Time;
  /** Its event came before its answer. */
  told: boolean;
}

/** What came from the stream of an album. */
export type Told = { event: AlbumEvent } | { likes: Likes };

/** What an album page knows. Made by `begin`, changed by `reduce` alone. */
export interface AlbumState {
  album: Album | null;
  media: MediaList;
  comments: Readonly<Record<Id, CommentList>>;
  /** What happened cannot be worked out from what is here: read the page again. */
  stale: boolean;
  pending: readonly Pending[];
  /** Whether this person likes a medium, and at which version of its likes that was known; also of media that are not here. */
  liked: Readonly<Record<Id, { liked: boolean; version: number }>>;
  /** Media that came in with likes, of which it is not known whether this person's is among them: read them again. */
  unsure: readonly Id[];
  /** Cursors of the last events, since what comes twice is taken once. */
  seen: readonly Cursor[];
  /** Requests under way, by how much had been told when they began. */
  flights: Readonly<Record<string, number>>;
  /** How much has been told. */
  count: number;
  /** What was told since the first of the requests under way began. */
  tail: readonly Told[];
}

/** A page of comments, each with the first replies to it. */
export type ReadComments = Page<Comment & { replies: Page<Comment> }>;

/** How often a medium is liked, and whether by this person. */
export type SeenLikes = Pick<SeenMedium, 'id' | 'likeCount' | 'likeVersion' | 'viewerHasLiked'>;

/** What a mutation has answered, as far as it concerns a page. */
export interface Answer {
  album?: Album;
  media?: Medium;
  removed?: Id[];
  arranged?: { ids: Id[]; afterId: Id | null };
  comment?: { mediaId: Id; comment: Comment };
  likes?: Likes;
  liked?: boolean;
}

export type Action =
  /** A request begins: what is told from now on may be newer or older than its answer. */
  | { type: 'asked'; flight: string }
  /** It came to nothing. */
  | { type: 'failed'; flight: string }
  /** The album and its first media, as many as there were. */
  | { type: 'page'; flight: string; album: Album; media: Page<SeenMedium> }
  | { type: 'more'; flight: string; media: Page<SeenMedium> }
  /** Some media as they are now; those of `asked` that are not among them are gone. */
  | { type: 'again'; flight: string; asked: readonly Id[]; media: readonly SeenMedium[] }
  | { type: 'comments'; flight: string; mediaId: Id; page: ReadComments; append: boolean }
  | { type: 'replies'; flight: string; mediaId: Id; commentId: Id; page: Page<Comment> }
  | { type: 'dropComments'; mediaId: Id }
  | { type: 'told'; told: Told }
  /** The stream has left out what happened: all is read again, also what is being read. */
  | { type: 'resync' }
  /** Likes of media as they were read. */
  | { type: 'likes'; media: readonly SeenLikes[] }
  /** A person does something; the flight is that of its request. */
  | { type: 'acted'; flight: string; change: Change; me: Person | null; at: Time }
  | { type: 'answered'; flight: string; answer: Answer };

const none: Read = { hasMore: false, endCursor: null, last: null };

/** A page of which nothing is known yet. */
export const begin = (): AlbumState => ({
  album: null,
  media: { ...none, hasMore: true, order: 'ADDED', rows: [] },
  comments: {},
  stale: false,
  pending: [],
  liked: {},
  unsure: [],
  seen: [],
  flights: {},
  count: 0,
  tail: [],
});

import { endsBefore, watchAddresses } from './addresses';
import { withSignal } from './api';
import * as documents from './documents';
import type { ApiError } from './errors';
import type { FollowParts } from './follow';
import type { AlbumEvent, Comment, Cursor, Id, Medium, Time } from './model';
import { observable, type Observable } from './observable';
import { persist } from './persist';
import { endOf, type EndReason } from './retry';

export interface FeedRow {
  cursor: Cursor;
  at: Time;
  node:
    | { __typename: 'Media'; id: Id; media: Medium; album: { id: Id; title: string } }
    | { __typename: 'Comment'; id: Id; comment: Comment; media: Medium; album: { id: Id; title: string } };
}
export interface FeedView {
  phase: 'loading' | 'ready' | 'ended';
  reason: EndReason | null;
  error: ApiError | null;
  rows: readonly FeedRow[];
  hasMore: boolean;
  loadingMore: boolean;
}
export interface FeedFollower {
  readonly view: Observable<FeedView>;
  more(): Promise<void>;
  onEvent(listener: (event: AlbumEvent) => void): () => void;
  stop(): void;
}

const firstPage = 20;
const pageSize = 100;
/** What happens in a burst has the feed read once. In milliseconds. */
const gather = 250;

/** What changes nothing that a feed shows. */
const passedOver = new Set(['MEDIA_ARRANGED', 'MEDIA_FAILED', 'MEMBER_ROLE_CHANGED', 'ALBUM_CREATED']);

/**
 * Follows the newest over all albums of who is signed in: reads it, and reads it
 * again when something happened that it shows, as much as was shown. Rows that
 * come are few beside those of an album, so nothing is worked out here.
 */
export function followFeed(parts: Omit<FollowParts, 'me'>): FeedFollower {
  let over = false;
  let cursor: Cursor | null = null; // of the stream
  let endCursor: Cursor | null = null; // of the rows
  let reading: Promise<void> | null = null;
  let wanted = false; // something happened since the reading began
  let timer: (() => void) | null = null;
  const stopping = new AbortController();
  const ending: (() => void)[] = [];
  const listeners = new Set<(event: AlbumEvent) => void>();
  const view = observable<FeedView>({ phase: 'loading', reason: null, error: null, rows: [], hasMore: true, loadingMore: false });
  const show = (change: Partial<FeedView>) => {
    if (!over) view.set({ ...view.get(), ...change });
  };
  const close = () => {
    over = true;
    stopping.abort();
    for (const stop of ending.splice(0)) stop();
  };
  const end = (error: ApiError) => {
    show({ phase: 'ended', reason: endOf(error) ?? 'FAILED', error });
    close();
  };

  const api = withSignal(parts.api, stopping.signal);
  const page = async (first: number, after: Cursor | null) => (await api.ask(documents.feedPage, { first, after })).feed;
  const trying = (read: () => Promise<void>) => persist(parts, stopping.signal, read, (error) => show({ error })).catch(end);

  async function readAll(): Promise<void> {
    do {
      wanted = false;
      await trying(async () => {
        const want = Math.max(firstPage, view.get().rows.length);
        const first = await page(Math.min(want, pageSize), null);
        const rows = first.edges.map(rowOf);
        let last = first.pageInfo;
        while (rows.length < want && last.hasNextPage) {
          const next = await page(pageSize, last.endCursor);
          rows.push(...next.edges.map(rowOf));
          last = next.pageInfo;
        }
        cursor ??= first.cursor;
        endCursor = last.endCursor;
        show({ phase: 'ready', rows, hasMore: last.hasNextPage });
      });
    } while (wanted && !over);
  }
  const refresh = (): Promise<void> => {
    wanted = true;
    reading ??= readAll().finally(() => (reading = null));
    return reading;
  };
  const soon = () => {
    if (timer !== null) return;
    timer = parts.clock.after(gather, () => {
      timer = null;
      void refresh();
    });
  };
  ending.push(() => timer?.());

  function follow(): void {
    const addresses = watchAddresses(parts.clock, (before) => {
      if (view.get().rows.some(({ node }) => endsBefore(node.media, before))) void refresh();
    });
    let fresh = parts.live.state.get() !== 'connected';
    ending.push(addresses.stop, parts.live.onConnected(() => {
      // After a break the rows are read anew, since likes are not told of.
      const missed = !fresh;
      fresh = false;
      return missed ? refresh() : undefined;
    }));
    ending.push(parts.live.subscribe<documents.EventData>({
      query: documents.feedEvents,
      variables: () => ({ after: cursor }),
      next: (data) => {
        const event = data.feedEvents;
        if (event === undefined || over) return;
        cursor = event.cursor;
        if (!passedOver.has(event.kind)) soon();
        for (const listener of [...listeners]) listener(event);
      },
      ended: end,
    }));
  }

  void refresh().then(() => over || follow());

  return {
    view,
    async more() {
      if (over || view.get().loadingMore || !view.get().hasMore) return;
      show({ loadingMore: true });
      await reading; // which may change where the rows end
      await trying(async () => {
        const next = await page(pageSize, endCursor);
        endCursor = next.pageInfo.endCursor ?? endCursor;
        const known = new Set(view.get().rows.map((row) => row.node.id));
        const rows = next.edges.map(rowOf).filter((row) => !known.has(row.node.id));
        show({ rows: [...view.get().rows, ...rows], hasMore: next.pageInfo.hasNextPage });
      });
      show({ loadingMore: false });
    },
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: close,
  };
}

function rowOf({ cursor, at, node }: { cursor: Cursor; at: Time; node: documents.FeedNode }): FeedRow {
  if (node.__typename === 'Media') {
    const { album, __typename, ...media } = node;
    return { cursor, at, node: { __typename, id: media.id, media, album } };
  }
  const { media: { album, ...media }, __typename, ...comment } = node;
  return { cursor, at, node: { __typename, id: comment.id, comment, media, album } };
}

import { vi } from 'vitest';
import type { Api } from '../api';
import { systemClock } from '../clock';
import type { LiveState } from '../connection';
import * as documents from '../documents';
import { ApiError } from '../errors';
import { followAlbum, type AlbumFollower } from '../follow';
import type { Live, Subscription } from '../live';
import type { AlbumEvent } from '../model';
import { observable } from '../observable';
import { ModelServer } from './model';

/** Streams whose other end is the test. */
export function fakeLive() {
  const state = observable<LiveState>('idle');
  const followed = new Set<Subscription<Record<string, unknown>>>();
  const opened = new Set<() => Promise<void> | undefined>();
  const live: Live = {
    state,
    subscribe(subscription) {
      followed.add(subscription as never);
      return () => void followed.delete(subscription as never);
    },
    onConnected: (tell) => {
      opened.add(tell);
      return () => void opened.delete(tell);
    },
    reset: () => undefined,
    stop: () => undefined,
  };
  return {
    live,
    state,
    followed,
    opened,
    tell: (data: Record<string, unknown>) => {
      const [field = ''] = Object.keys(data);
      for (const s of [...followed]) if (s.query.includes(`${field}(`)) s.next(data);
    },
    /** Opens the socket; gives when what was missed is caught up with. */
    connect: async () => {
      await Promise.all([...opened].map((tell) => tell()));
      state.set('connected');
    },
  };
}

type Answers = Map<unknown, (variables: never) => unknown>;

/** A page that follows the album of a model, with what was asked, which a test may hold up or have fail. */
export function fakePage(server = new ModelServer('ADDED')) {
  const stream = fakeLive();
  const asked: string[] = [];
  const at = () => `cursor ${server.length - 1}`;
  const answers: Answers = new Map<unknown, (variables: never) => unknown>([
    [documents.albumPage, ({ first }: { first: number }) => ({ album: { ...server.album(), cursor: at(), media: server.page(first, null) } })],
    [documents.mediaPage, ({ first, after }: { first: number; after: string }) => {
      const media = server.page(first, after);
      if (media === null) throw new ApiError('INVALID_INPUT', { field: 'after' });
      return { album: { media } };
    }],
    [documents.mediaAgain, ({ ids }: { ids: string[] }) => ({ nodes: ids.map((id) => server.seen(id)) })],
    [documents.likesAgain, ({ ids }: { ids: string[] }) => ({ album: { cursor: at() }, nodes: ids.map((id) => server.seen(id)) })],
    [documents.commentsPage, ({ id, first, after }: { id: string; first: number; after: string | null }) => ({ media: { comments: server.commentsPage(id, first, after) } })],
    [documents.repliesPage, ({ id, first, after }: { id: string; first: number; after: string | null }) => ({ node: { replies: server.repliesPage(id, first, after) } })],
    [documents.editComment, ({ input: { commentId, text } }: { input: { commentId: string; text: string } }) => {
      server.editComment(commentId, text);
      return { editComment: { comment: { ...server.comment(commentId), media: server.medium(server.mediaOf(commentId)) } } };
    }],
    [documents.likeMedia, ({ input }: { input: { mediaId: string } }) => ({ likeMedia: { likes: server.like(input.mediaId, 'me', true) } })],
    [documents.unlikeMedia, ({ input }: { input: { mediaId: string } }) => ({ unlikeMedia: { likes: server.like(input.mediaId, 'me', false) } })],
  ] as never);
  /** Is called before each request is done; a promise holds it up, an error has it fail. */
  let before: (name: string) => void | Promise<void> = () => undefined;
  const askPartly = async (document: unknown, variables: unknown) => {
    const name = /(?:query|mutation) (\w+)/.exec(String(document))?.[1] ?? '';
    asked.push(name);
    await before(name);
    const answer = answers.get(document);
    if (answer === undefined) throw new Error(`nobody asks ${name} here`);
    const data = structuredClone(answer(variables as never)) as { nodes?: unknown[] };
    return { data, errors: (data.nodes ?? []).flatMap((node) => (node === null ? new ApiError('NOT_FOUND') : [])) };
  };
  const api = { askPartly, ask: async (document: unknown, variables: unknown) => (await askPartly(document, variables)).data } as unknown as Api;
  const page: AlbumFollower = followAlbum('alb', { api, live: stream.live, clock: systemClock, random: () => 0.5, me: () => ({ id: 'me', displayName: 'me', avatarUrl: null }) });
  let told = server.length;
  return {
    ...stream,
    server,
    page,
    asked,
    view: () => page.view.get(),
    answers,
    hold: (f: (name: string) => void | Promise<void>) => void (before = f),
    /** Tells of an event, or of all that happened since. */
    event: (event?: Partial<AlbumEvent>) => {
      if (event !== undefined) stream.tell({ albumEvents: { ...server.event(0), ...event } });
      else for (; told < server.length; told++) stream.tell({ albumEvents: server.event(told) });
    },
    /** Has what was asked be answered, and so many milliseconds go by. */
    after: (ms = 0) => vi.advanceTimersByTimeAsync(ms),
  };
}

/** A model of so many media. */
export const filled = (media: number) => {
  const server = new ModelServer('ADDED');
  for (let i = 0; i < media; i++) server.addMedia(null);
  return server;
};
/** What a page of the model shows when it is loaded now. */
export const fresh = (server: ModelServer) => server.page(1_000, null)?.edges.map(({ node }) => ({ ...node, pending: false }));

/** A page that is read and connected. */
export async function connected(server: ModelServer) {
  const w = fakePage(server);
  await w.after();
  await w.connect();
  w.asked.splice(0);
  return w;
}

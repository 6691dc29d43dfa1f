import { parse, print } from 'graphql';
import { take as takeSession } from './session.ts';

const files = import.meta.glob<string>('./operations/*.graphql', { query: '?raw', import: 'default', eager: true });

/** What earlier answers gave, by the names of the variables that they are for. */
export type Known = Record<string, unknown>;

/** A step of Keepsake's story: an operation to run, or something that the page does. */
export interface Step {
  name: string;
  title: string;
  /** What it does, in a sentence or two. */
  about: string;
  /** The document of an operation; a step without one is done by the page. */
  document?: string;
  /** The variables of its own; those of `needs` are added. */
  variables?(): Known;
  /** The variables that come from earlier answers. */
  needs?: string[];
  /** What its answer gives to later steps: the path of each variable in its data. */
  gives?: Record<string, string>;
}

const suffix = () => Math.random().toString(36).slice(2, 6);

const steps: (Omit<Step, 'about' | 'document'> & { about?: string })[] = [
  { name: 'SignUp', title: 'Sign up', variables: () => ({ name: `ada-${suffix()}`, password: 'correct horse' }) },
  {
    name: 'MakeAlbum', title: 'Make an album', variables: () => ({ title: 'Summer' }),
    gives: { albumId: 'createAlbum.album.id', after: 'createAlbum.album.cursor' },
  },
  {
    name: 'AskForTicket', title: 'Ask for an upload ticket', needs: ['albumId', 'bytes'],
    gives: { mediaId: 'createUploads.tickets.0.media.id', ticket: 'createUploads.tickets.0' },
  },
  {
    name: 'SendBytes', title: 'Send the picture', needs: ['ticket'],
    about: 'Send the bytes where the ticket says, as a browser does: with PUT.',
  },
  { name: 'Finalise', title: 'Finalise the upload', needs: ['mediaId'] },
  { name: 'Comment', title: 'Comment', variables: () => ({ text: 'I remember this evening!' }), needs: ['mediaId'] },
  { name: 'Like', title: 'Like', needs: ['mediaId'] },
  { name: 'ReadAlbum', title: 'Read the album', needs: ['albumId'], gives: { after: 'album.cursor' } },
  { name: 'Watch', title: 'Watch for comments', needs: ['albumId', 'after'] },
  {
    name: 'CommentBeside', title: 'Comment while it watches', needs: ['mediaId'],
    about: 'Send another comment from here, beside the editor. It shows in the answer at once.',
  },
  { name: 'MakeLink', title: 'Share it', needs: ['albumId'], gives: { token: 'createShare.token' } },
  { name: 'OpenLink', title: 'Open the link', needs: ['token'] },
  { name: 'WatchEverything', title: 'Watch everything' },
];

/** story is the steps in their order. */
export const story: Step[] = steps.map((step) => {
  const text = Object.entries(files).find(([path]) => path.endsWith(`-${step.name}.graphql`))?.[1];
  if (!text) return { ...step, about: step.about ?? '' };
  const [first = '', ...rest] = text.split('\n');
  return { ...step, about: first.replace(/^# */, ''), document: print(parse(rest.join('\n'))) };
});

/** known is what the answers so far gave. */
export const known: Known = {};

const listeners = new Set<() => void>();
let version = 0;

/** onKnown calls a listener when more is known, until what it returns is called. */
export function onKnown(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** knownVersion grows with each change of known. */
export const knownVersion = () => version;

/** learn adds to what is known. */
export function learn(more: Known) {
  Object.assign(known, more);
  version++;
  for (const listener of listeners) listener();
}

/** remember keeps what the answer of a step gives to later ones. */
export function remember(name: string | null | undefined, data: unknown) {
  const step = story.find((each) => each.name === name);
  if (!step || !data) return;
  const found = Object.entries(step.gives ?? {}).map(([variable, path]) => [variable, dig(data, path)] as const);
  learn(Object.fromEntries(found.filter(([, value]) => value != null)));
  if (step.name === 'SignUp') takeSession((data as { signUp: { session: Parameters<typeof takeSession>[0] } }).signUp.session);
}

/** missing are the variables of a step that no answer has given yet. */
export const missing = (step: Step) => (step.needs ?? []).filter((variable) => known[variable] == null);

/** variablesOf are the variables to run a step with; what is not known yet is empty. */
export function variablesOf(step: Step): Known {
  const needed = (step.needs ?? []).map((variable) => [variable, known[variable] ?? ''] as const);
  return { ...Object.fromEntries(needed), ...step.variables?.() };
}

/** dig walks down by the names and indices of a dotted path. */
export function dig(from: unknown, path: string): unknown {
  let at = from;
  for (const step of path.split('.')) at = (at as Record<string, unknown> | null | undefined)?.[step];
  return at;
}

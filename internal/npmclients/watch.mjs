// How the scripts look at a client: what a subscription of it gave, and what
// happened to its connections.
import { createClient } from 'graphql-ws';
import WS from 'ws';
import { Refused, until, watched } from './keepsake.mjs';

// WebSocket is what browsers, and Node.js from 22 on, have by this name, where
// GraphQLWsLink looks for it. As theirs it gives each message a turn of its own:
// graphql-ws counts wrong where one turn has a result, on which urql unsubscribes,
// and its completion.
globalThis.WebSocket = class WebSocket extends WS {
  constructor(url, protocols) {
    super(url, protocols, { allowSynchronousEvents: false });
  }
};

// newRecord is of one client's connections: how many there were, how each was
// closed and when, and all messages.
export const newRecord = () => ({ opened: 0, closed: [], messages: [] });

// socketClient makes a client of graphql-ws that keeps a record. It asks token,
// if there is one, for each connection. By itself it takes a refused connection
// for the end of all; unless defaults is true it tries again then, too.
export function socketClient(token, record, { defaults = false } = {}) {
  return createClient({
    url: `${watched.replace('http', 'ws')}/graphql`,
    connectionParams: token && (async () => ({ authorization: `Bearer ${await token()}` })),
    ...(defaults ? {} : { shouldRetry: () => true }),
    on: {
      opened: () => record.opened++,
      closed: ({ code }) => record.closed.push({ code, at: performance.now() }),
      message: (message) => record.messages.push(message),
    },
  });
}

// eventOf is the one event in a result's data.
export const eventOf = (data) => Object.values(data)[0];

// resuming is the sink for a client that sends its variables anew at each try:
// it keeps `after` at the last event, and hands events and errors on.
export const resuming = (variables, sink) => ({
  next({ data, errors }) {
    if (errors) return sink.error(new Refused(errors));
    variables.after = eventOf(data).cursor;
    sink.next(eventOf(data));
  },
  error: (err) => sink.error(Array.isArray(err) ? new Refused(err) : err),
  complete: () => sink.complete(),
});

const fields = '{ kind cursor comment { text } }';
export const albumEvents = `subscription($albumId: ID!, $after: Cursor) { albumEvents(albumId: $albumId, after: $after) ${fields} }`;
export const commentAdded = `subscription($albumId: ID!, $after: Cursor) { commentAdded(albumId: $albumId, after: $after) ${fields} }`;
export const feedEvents = `subscription($after: Cursor) { feedEvents(after: $after) ${fields} }`;

// Watch is one subscription and all that it gave, but for errors with the code
// that it passes over.
export class Watch {
  events = [];
  errors = [];
  completed = false;

  constructor(client, query, variables, { passesOver } = {}) {
    this.stop = client.subscribe(query, variables, {
      next: (event) => this.events.push(event),
      error: (err) => { if (!passesOver || err.codes?.[0] !== passesOver) this.errors.push(err); },
      complete: () => { this.completed = true; },
    });
  }

  // texts are those of the comments; any other event stands by its kind.
  get texts() {
    return this.events.map(({ kind, comment }) => (kind === 'COMMENT_ADDED' ? comment.text : kind));
  }

  // sees waits for a comment, or the kind of another event.
  async sees(text) {
    await this.goesOn(`${text} came`, () => this.texts.includes(text));
  }

  // goesOn waits for a condition under which the subscription must not end.
  async goesOn(what, condition) {
    await until(what, () => {
      if (condition()) return true;
      if (this.errors.length > 0) throw new Error(`the subscription ended before ${what}`, { cause: this.errors[0] });
      if (this.completed) throw new Error(`the subscription was completed before ${what}`);
      return false;
    });
  }
}

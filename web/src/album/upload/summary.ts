// What the queue of uploads amounts to.

import type { Upload, UploadPhase } from '../../client';

export interface Summary {
  all: number;
  /** added counts what is in its album now, duplicates too. */
  added: number;
  failed: number;
  paused: number;
  /** working counts what goes on by itself. */
  working: number;
  /** share of all bytes that were sent, 0 to 1. */
  share: number;
}

const over: ReadonlySet<UploadPhase> = new Set(['done', 'duplicate', 'failed']);

/** isOver is whether nothing more happens to an upload by itself. */
export function isOver(phase: UploadPhase): boolean {
  return over.has(phase);
}

export function summarise(list: readonly Upload[]): Summary {
  const s: Summary = { all: list.length, added: 0, failed: 0, paused: 0, working: 0, share: 0 };
  let bytes = 0;
  let sent = 0;
  for (const u of list) {
    if (u.phase === 'done' || u.phase === 'duplicate') s.added++;
    else if (u.phase === 'failed') s.failed++;
    else if (u.phase === 'paused') s.paused++;
    else s.working++;
    bytes += u.bytes;
    sent += isOver(u.phase) ? u.bytes : Math.min(u.sent, u.bytes);
  }
  s.share = bytes > 0 ? sent / bytes : 1;
  return s;
}

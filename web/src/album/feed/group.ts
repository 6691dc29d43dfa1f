// The feed's rows, joined where one person added many things at once.

import type { FeedRow } from '../../client';

type MediaRow = FeedRow & { node: Extract<FeedRow['node'], { __typename: 'Media' }> };
type CommentRow = FeedRow & { node: Extract<FeedRow['node'], { __typename: 'Comment' }> };

export type Group =
  { kind: 'media'; key: string; rows: MediaRow[] } | { kind: 'comment'; key: string; row: CommentRow };

/** together is how far apart in time rows of one group may be, in milliseconds. */
const together = 3_600_000;

/** groupRows takes rows newest first. A group's key is its oldest row, which stays when newer ones join. */
export function groupRows(rows: readonly FeedRow[]): Group[] {
  const groups: Group[] = [];
  for (const row of rows) {
    const { node } = row;
    if (node.__typename === 'Comment') {
      groups.push({ kind: 'comment', key: node.id, row: row as CommentRow });
      continue;
    }
    const last = groups.at(-1);
    const first = last?.kind === 'media' ? last.rows[0]! : null;
    if (
      last?.kind === 'media' &&
      first &&
      first.node.media.owner.id === node.media.owner.id &&
      first.node.album.id === node.album.id &&
      Date.parse(first.at) - Date.parse(row.at) <= together
    ) {
      last.rows.push(row as MediaRow);
      last.key = node.id;
    } else groups.push({ kind: 'media', key: node.id, rows: [row as MediaRow] });
  }
  return groups;
}

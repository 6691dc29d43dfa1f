// Lists that are read page by page when a dialog opens.

import { useCallback, useEffect, useRef, useState } from 'react';

interface PageInfo {
  hasNextPage: boolean;
  endCursor?: string | null;
}

interface Read<T> {
  edges: { node: T }[];
  pageInfo: PageInfo;
}

export interface Paged<T> {
  rows: readonly T[];
  loading: boolean;
  hasMore: boolean;
  error: unknown;
  more(): void;
  again(): void;
  change(edit: (rows: readonly T[]) => readonly T[]): void;
}

/** usePages reads the first page at once; `key` names the list. Of answers that cross only the latest counts. */
export function usePages<T>(key: string, read: (after: string | null) => Promise<Read<T> | null>): Paged<T> {
  const [state, setState] = useState<{ rows: readonly T[]; info: PageInfo | null; loading: boolean; error: unknown }>({
    rows: [],
    info: null,
    loading: true,
    error: null,
  });
  const turn = useRef(0);
  const reader = useRef(read);
  reader.current = read;
  const load = useCallback(async (after: string | null) => {
    const mine = ++turn.current;
    setState((s) => ({ ...s, loading: true, error: null }));
    try {
      const page = await reader.current(after);
      if (mine !== turn.current) return;
      const rows = page?.edges.map((e) => e.node) ?? [];
      setState((s) => ({
        rows: after ? [...s.rows, ...rows] : rows,
        info: page?.pageInfo ?? null,
        loading: false,
        error: null,
      }));
    } catch (error) {
      if (mine === turn.current) setState((s) => ({ ...s, loading: false, error }));
    }
  }, []);
  useEffect(() => {
    void load(null);
    return () => void ++turn.current;
  }, [key, load]);
  const end = state.info?.endCursor ?? null;
  return {
    rows: state.rows,
    loading: state.loading,
    hasMore: state.info?.hasNextPage ?? false,
    error: state.error,
    more: () => void load(end),
    again: () => void load(null),
    change: (edit) => setState((s) => ({ ...s, rows: edit(s.rows) })),
  };
}

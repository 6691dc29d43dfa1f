// The button that opens the browser's picker of files.

import { useRef } from 'react';
import type { Id } from '../../client';
import { Button } from '../ui/button';
import { accepted, useAddFiles } from './files';

export function PickButton({ albumId, label, title }: { albumId: Id; label: string; title?: string }) {
  const input = useRef<HTMLInputElement>(null);
  const add = useAddFiles(albumId);
  return (
    <>
      <Button kind="main" icon="add" title={title} aria-label={title} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        className="unseen"
        type="file"
        multiple
        accept={accepted}
        tabIndex={-1}
        aria-hidden="true"
        data-testid="files"
        onChange={(e) => {
          const files = [...(e.currentTarget.files ?? [])];
          e.currentTarget.value = '';
          void add(files);
        }}
      />
    </>
  );
}

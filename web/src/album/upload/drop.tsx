// Files that are dropped anywhere on an album's page, or pasted into it.

import { useEffect, useState } from 'react';
import type { Id } from '../../client';
import { useSpeech } from '../i18n/context';
import { Icon } from '../ui/icons';
import { useAddFiles } from './files';

const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false;

/** useNoDrop keeps the browser from opening files in place of the page where nobody takes them. */
export function useNoDrop(): void {
  useEffect(() => {
    // The window hears of it last: who takes files has said so by then.
    const refuse = (e: DragEvent) => {
      if (e.defaultPrevented || !hasFiles(e)) return;
      e.preventDefault();
      e.dataTransfer!.dropEffect = 'none';
    };
    addEventListener('dragover', refuse);
    addEventListener('drop', refuse);
    return () => {
      removeEventListener('dragover', refuse);
      removeEventListener('drop', refuse);
    };
  }, []);
}

export function UploadDrop({ albumId }: { albumId: Id }) {
  const { t } = useSpeech();
  const add = useAddFiles(albumId);
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (e: DragEvent) => {
      if (!hasFiles(e)) return;
      e.preventDefault();
      depth++;
      setOver(true);
    };
    const move = (e: DragEvent) => hasFiles(e) && e.preventDefault();
    const leave = (e: DragEvent) => {
      if (hasFiles(e) && --depth <= 0) setOver(false);
    };
    const drop = (e: DragEvent) => {
      if (!hasFiles(e)) return;
      e.preventDefault();
      depth = 0;
      setOver(false);
      void add([...e.dataTransfer!.files]);
    };
    const paste = (e: ClipboardEvent) => {
      const files = [...(e.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      e.preventDefault();
      void add(files);
    };
    document.addEventListener('dragenter', enter);
    document.addEventListener('dragover', move);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('dragenter', enter);
      document.removeEventListener('dragover', move);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  }, [add]);
  if (!over) return null;
  return (
    <div className="drop" role="presentation">
      <div className="drop-inside">
        <Icon name="up" />
        <p>{t.upload.drop}</p>
      </div>
    </div>
  );
}

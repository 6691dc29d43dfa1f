// The page of an album that can no longer be shown.

import type { ApiError, EndReason } from '../../client';
import { errorText } from '../data/errors';
import { useSpeech } from '../i18n/context';
import { Gone } from './gone';

export function Ended({
  reason,
  error,
  onAgain,
}: {
  reason: EndReason | null;
  error: ApiError | null;
  onAgain(): void;
}) {
  const { t, format } = useSpeech();
  switch (reason) {
    case 'ACCESS_REVOKED':
    case 'ALBUM_DELETED':
      return <Gone what="revoked" />;
    case 'NOT_FOUND':
    case 'SIGNED_OUT':
      return <Gone what="notFound" />;
    default:
      return <Gone what="failed" text={error ? errorText(t, format, error) : undefined} onRetry={onAgain} />;
  }
}

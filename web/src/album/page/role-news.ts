// Tells somebody whose role changes while they look what they are now.

import { useEffect, useRef } from 'react';
import { useAlbum } from '../data/album';
import { useSpeech } from '../i18n/context';
import { useVoice } from '../ui/notices';

export function useRoleNews(): void {
  const { t } = useSpeech();
  const { viewerRole } = useAlbum().album;
  const voice = useVoice();
  const before = useRef(viewerRole);
  useEffect(() => {
    if (before.current && viewerRole && before.current !== viewerRole) voice.show({ text: t.roleNow[viewerRole] });
    before.current = viewerRole;
  }, [viewerRole, voice, t]);
}

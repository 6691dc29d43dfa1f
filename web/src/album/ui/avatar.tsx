// A person's picture, or the first letter of the name.

import { useState } from 'react';

export interface Person {
  id: string;
  displayName: string;
  avatarUrl?: string | null | undefined;
}

export function Avatar({ person, size = 32 }: { person: Person | null | undefined; size?: number }) {
  const [failed, setFailed] = useState<string | null>(null);
  const style = { width: size, height: size, fontSize: size * 0.44 };
  const url = person?.avatarUrl;
  if (url && url !== failed) {
    return (
      <img
        className="avatar"
        style={style}
        src={url}
        alt=""
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setFailed(url)}
      />
    );
  }
  const letter = [...(person?.displayName.trim() ?? '')][0]?.toLocaleUpperCase() ?? '·';
  return (
    <span className="avatar" style={style} data-hue={hue(person?.id ?? '')} aria-hidden="true">
      {letter}
    </span>
  );
}

/** hue gives each person one of eight colours. */
function hue(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return sum % 8;
}

// A picture: its colour, then its blurhash, then the variant that fits.

import { useState } from 'react';
import type { Picture as Variant } from '../../client';
import { Blur } from './blur';
import { sizesOf, srcSet } from './sources';

interface Props {
  variants: readonly Variant[];
  blurhash: string | null;
  color: string | null;
  alt: string;
  /** width on the screen, in CSS pixels. */
  width: number;
  eager?: boolean;
}

export function Picture({ variants, blurhash, color, alt, width, eager = false }: Props) {
  const [loaded, setLoaded] = useState(false);
  const first = variants[0];
  return (
    <span className="picture" style={color ? { backgroundColor: color } : undefined}>
      {!loaded && <Blur hash={blurhash} />}
      {first && (
        <img
          className={loaded ? 'loaded' : undefined}
          src={first.url}
          srcSet={srcSet(variants)}
          sizes={sizesOf(width)}
          alt={alt}
          loading={eager ? 'eager' : 'lazy'}
          decoding={eager ? 'sync' : 'async'}
          draggable={false}
          onLoad={() => setLoaded(true)}
        />
      )}
    </span>
  );
}

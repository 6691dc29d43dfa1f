// What stands in a picture's place until it is there.

import { decode, isBlurhashValid } from 'blurhash';
import { useEffect, useRef } from 'react';

const across = 16;
const down = 12;
/** patience is how long a picture may take before its blur is drawn, in milliseconds. */
const patience = 60;

export function Blur({ hash }: { hash: string | null }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // The colour stands there first: a picture that comes soon needs no blur.
    const timer = setTimeout(() => {
      const context = ref.current?.getContext('2d');
      if (!context || !hash || !isBlurhashValid(hash).result) return;
      const data = context.createImageData(across, down);
      data.data.set(decode(hash, across, down));
      context.putImageData(data, 0, 0);
    }, patience);
    return () => clearTimeout(timer);
  }, [hash]);
  return <canvas ref={ref} className="blur" width={across} height={down} aria-hidden="true" />;
}

// What stands in a picture's place until it is there.

import { decode, isBlurhashValid } from 'blurhash';
import { useLayoutEffect, useRef } from 'react';

// The colour stands there first: drawing waits until the pictures are asked for.
const across = 16;
const down = 12;

export function Blur({ hash }: { hash: string | null }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (!context || !hash || !isBlurhashValid(hash).result) return;
    const data = context.createImageData(across, down);
    data.data.set(decode(hash, across, down));
    context.putImageData(data, 0, 0);
  }, [hash]);
  return <canvas ref={ref} className="blur" width={across} height={down} aria-hidden="true" />;
}

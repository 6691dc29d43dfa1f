// A link as a QR code, drawn as one path.

import { useEffect, useRef } from 'react';
import { encode } from 'uqr';

export default function QrCode({ text, label }: { text: string; label: string }) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => void ref.current?.scrollIntoView({ block: 'nearest' }), []);
  const { data, size } = encode(text, { border: 2, ecc: 'M' });
  let path = '';
  data.forEach((row, y) => row.forEach((dark, x) => dark && (path += `M${x} ${y}h1v1h-1z`)));
  return (
    <figure className="qr" ref={ref}>
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}

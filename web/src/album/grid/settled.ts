// What is on the screen comes first: the rest of the grid, and the next page of
// media, wait until its pictures are there.

import { startTransition, useEffect, useState, type RefObject } from 'react';

/** patience is how long the rest waits for the pictures at most, in milliseconds. */
const patience = 1_000;

/** useSettled is false from when tiles are drawn for the first time until their pictures are there. */
export function useSettled(box: RefObject<HTMLElement | null>, drawn: boolean): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    if (!drawn || !box.current) return;
    // In a transition: what is on the screen goes before the rest.
    const settle = () => startTransition(() => setSettled(true));
    const timer = setTimeout(settle, patience);
    const pictures = [...box.current.querySelectorAll('img')];
    const painted = () => requestAnimationFrame(() => setTimeout(settle));
    void Promise.allSettled(pictures.map((picture) => picture.decode())).then(painted);
    return () => clearTimeout(timer);
  }, [box, drawn]);
  return settled;
}

// The few pictures that buttons carry. They say nothing to a screen reader: the
// button's label does.

const paths = {
  add: 'M12 5v14M5 12h14',
  ahead: 'M9 5l7 7-7 7',
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  comment: 'M4 5h16v11H9l-5 4z',
  cover: 'M4 5h16v14H4zM4 15l5-5 4 4 3-3 4 4',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  heart: 'M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 7.5 2.8C19.5 15.4 12 20 12 20z',
  info: 'M12 11v6M12 7.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  leave: 'M14 4H5v16h9M10 12h10M16 8l4 4-4 4',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  more: 'M5 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zM12 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zM19 10.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4z',
  members:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6M17.5 14.5c2.4.7 4 2.8 4 5.5',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.5v15l12-7.5z',
  reply: 'M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1',
  restore: 'M4 12a8 8 0 1 0 2.5-5.8M4 4v5h5',
  select: 'M4 4h16v16H4zM8 12.5l3 3 5.5-6',
  share: 'M12 15V4M8 8l4-4 4 4M5 13v7h14v-7',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  up: 'M12 19V6M6 11l6-6 6 6',
} as const;

export type IconName = keyof typeof paths;

const solid: ReadonlySet<IconName> = new Set(['play', 'more']);

export function Icon({ name, filled = solid.has(name) }: { name: IconName; filled?: boolean }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" data-filled={filled || undefined}>
      <path d={paths[name]} />
    </svg>
  );
}

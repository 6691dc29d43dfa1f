// Which page an address is of.

export type Route =
  { page: 'feed' } | { page: 'album'; id: string } | { page: 'share'; token: string } | { page: 'nowhere' };

export function parseRoute(path: string): Route {
  if (path === '/' || path === '/album.html') return { page: 'feed' };
  const [, kind, rest = '', more] = path.split('/');
  if (more === undefined || more === '') {
    const value = decode(rest);
    if (kind === 'a' && value) return { page: 'album', id: value };
    if (kind === 's' && value) return { page: 'share', token: value };
  }
  return { page: 'nowhere' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

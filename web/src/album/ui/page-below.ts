// What covers the whole page takes it from keyboards and screen readers.

/** hidePage makes the page below inert until the returned function is called. */
export function hidePage(): () => void {
  const page = document.getElementById('root')!.querySelector<HTMLElement>(':scope > .app');
  page?.setAttribute('inert', '');
  document.documentElement.classList.add('still');
  return () => {
    page?.removeAttribute('inert');
    document.documentElement.classList.remove('still');
  };
}

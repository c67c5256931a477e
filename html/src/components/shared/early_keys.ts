/** Longer than any part of the page takes to load. */
const LONGEST_MS = 5_000;

/**
 * What is typed from now on is kept from the page, for a field that is still on its way. The function returned ends
 * that, and gives what was typed; without it, it ends after some seconds.
 */
export function catchKeys(): () => string {
  let typed = '';

  function caught(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Backspace') typed = typed.slice(0, -1);
    else if ([...event.key].length === 1) typed += event.key;
  }

  const end = (): void => removeEventListener('keydown', caught, true);
  addEventListener('keydown', caught, true);
  setTimeout(end, LONGEST_MS);
  return () => {
    end();
    return typed;
  };
}

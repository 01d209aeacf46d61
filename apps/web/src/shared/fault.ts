import { find } from './dom.ts';

/** Shows what went wrong where the page has its `#fault`; null takes it away. */
export function setFault(message: string | null): void {
  const box = find('#fault', HTMLElement);
  box.textContent = message ?? '';
  box.hidden = message === null;
}

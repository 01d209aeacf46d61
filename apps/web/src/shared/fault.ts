import { find, make } from './dom.ts';

/** Shows what went wrong in the page's `#fault`, which stays in sight until it is dismissed; null takes it away. */
export function setFault(message: string | null): void {
  const box = find('#fault', HTMLElement);
  box.hidden = message === null;
  if (message === null) {
    box.replaceChildren();
    return;
  }
  const dismiss = make('button', { type: 'button' }, 'Dismiss');
  dismiss.addEventListener('click', () => setFault(null));
  box.replaceChildren(make('p', {}, inWords(message)), dismiss);
}

/** A message without the function that it names first: `op(): no such file` is `No such file`. */
export function inWords(message: string): string {
  const words = message.replace(/^\w+\(\): /, '');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

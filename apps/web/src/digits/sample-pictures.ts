import { make } from '../shared/dom.ts';
import { showPicture } from './picture-canvas.ts';

/** Fills a list with pictures to take: each is a button. */
export function showSamples(
  list: HTMLElement,
  pictures: Uint8Array,
  labels: readonly number[],
  onTake: (picture: Uint8Array) => void,
): void {
  const size = pictures.length / labels.length;
  list.replaceChildren(
    ...labels.map((label, i) => {
      const picture = pictures.slice(i * size, (i + 1) * size);
      const canvas = make('canvas');
      showPicture(canvas, picture);
      const button = make('button', { type: 'button', 'aria-label': `Picture ${i + 1}, a ${label}` }, canvas);
      button.addEventListener('click', () => onTake(picture));
      return make('li', {}, button);
    }),
  );
}

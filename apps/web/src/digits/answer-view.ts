import { find, make } from '../shared/dom.ts';
import { percent } from '../shared/numbers.ts';
import { showPicture } from './picture-canvas.ts';
import type { Answer } from './protocol.ts';

/** What the network says of the last picture: the digit, and how sure it is of each. */
export class AnswerView {
  private readonly seen = find('#seen', HTMLCanvasElement);
  private readonly digit = find('#digit', HTMLElement);
  private readonly words = find('#answer-words', HTMLElement);
  private readonly bars: readonly {
    readonly row: HTMLElement;
    readonly bar: HTMLElement;
    readonly text: HTMLElement;
  }[];

  constructor() {
    const list = find('#bars', HTMLElement);
    this.bars = Array.from({ length: 10 }, (_, digit) => {
      const bar = make('span', { class: 'bar' });
      const text = make('span', { class: 'share' });
      const row = make(
        'li',
        {},
        make('span', {}, String(digit)),
        make('span', { class: 'track' }, bar),
        text,
      );
      list.append(row);
      return { row, bar, text };
    });
    this.clear();
  }

  clear(): void {
    this.seen.hidden = true;
    this.say('?', 'Draw a digit, drop a picture, or take one of those below.', null, -1);
  }

  show({ picture, probabilities, best }: Answer): void {
    this.seen.hidden = false;
    showPicture(this.seen, picture);
    if (probabilities)
      this.say(String(best), `A ${best}: it is ${percent(probabilities[best]!)} sure.`, probabilities, best);
    else this.say('?', 'It has not learnt anything yet: train it, or load a checkpoint.', null, -1);
  }

  private say(digit: string, words: string, probabilities: readonly number[] | null, best: number): void {
    this.digit.textContent = digit;
    this.words.textContent = words;
    this.bars.forEach(({ row, bar, text }, i) => {
      const share = probabilities?.[i] ?? 0;
      bar.style.inlineSize = `${100 * share}%`;
      text.textContent = probabilities ? percent(share) : '';
      row.classList.toggle('best', i === best);
    });
  }
}

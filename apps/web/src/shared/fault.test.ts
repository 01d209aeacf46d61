import { expect, test } from 'vitest';
import { inWords } from './fault.ts';

test('a message to people does not begin with a function', () => {
  expect(inWords('readPicture(): not a picture: got a GIF file.')).toBe('Not a picture: got a GIF file.');
  expect(inWords('the loss is NaN')).toBe('The loss is NaN');
  expect(inWords('')).toBe('');
});

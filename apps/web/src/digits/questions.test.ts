import { expect, test } from 'vitest';
import { Questions } from './questions.ts';

function asked(): { readonly questions: Questions<string>; readonly sent: string[] } {
  const sent: string[] = [];
  return { questions: new Questions((id, question) => sent.push(`${id} ${question}`)), sent };
}

test('one question is open at a time, and of those that wait the last alone is sent', () => {
  const { questions, sent } = asked();
  for (const name of ['a', 'b', 'c']) questions.ask(name);
  expect(sent).toEqual(['1 a']);
  expect(questions.settle(1)).toBe(true);
  expect(sent).toEqual(['1 a', '2 c']);
  expect(questions.settle(2)).toBe(true);
  questions.ask('d');
  expect(sent).toEqual(['1 a', '2 c', '3 d']);
});

test('what was forgotten is not wanted, what is asked later is', () => {
  const { questions, sent } = asked();
  questions.ask('a');
  questions.ask('b');
  questions.forget();
  questions.ask('c');
  expect(questions.settle(1)).toBe(false);
  expect(sent).toEqual(['1 a', '2 c']);
  expect(questions.settle(2)).toBe(true);
});

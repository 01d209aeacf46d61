import { expect, test } from 'vitest';
import { Rate } from './rate.ts';

test('the rate is that of the last two seconds', () => {
  const rate = new Rate();
  expect(rate.perSecond()).toBe(0);
  for (let now = 0; now <= 1000; now += 100) rate.tick(now);
  expect(rate.perSecond()).toBeCloseTo(10, 10);
  for (let now = 1500; now <= 6000; now += 500) rate.tick(now);
  expect(rate.perSecond()).toBeCloseTo(2, 10);
});

test('one time is no rate, nor are two at once, nor what was before a pause', () => {
  const rate = new Rate();
  rate.tick(5);
  expect(rate.perSecond()).toBe(0);
  rate.tick(5);
  expect(rate.perSecond()).toBe(0);
  rate.tick(10);
  rate.reset();
  expect(rate.perSecond()).toBe(0);
});

import { expect, test } from 'vitest';
import { CommandError } from './failure.ts';
import { presets } from './models.ts';
import { newSettings, resumedSettings } from './settings.ts';

test('learning rate and epochs come from the preset unless given', () => {
  expect(newSettings({})).toMatchObject({ model: 'tiny', ...withoutLayers('tiny'), batchSize: 64, seed: 0 });
  expect(newSettings({ model: 'base', lr: 0.5 })).toMatchObject({
    model: 'base',
    lr: 0.5,
    epochs: presets.base.epochs,
  });
});

test('what is given as undefined counts as not given', () => {
  expect(newSettings({ epochs: undefined, seed: undefined, folder: undefined })).toEqual(newSettings({}));
});

test('a resumed run keeps its settings, and may be given the same ones again', () => {
  const begun = newSettings({ seed: 3, epochs: 4, limit: 100 });
  expect(resumedSettings(begun, {})).toEqual(begun);
  expect(resumedSettings(begun, { seed: 3, limit: 100 })).toEqual(begun);
});

test('a resumed run may get another patience', () => {
  expect(resumedSettings(newSettings({}), { patience: 2 }).patience).toBe(2);
});

test.each([
  { seed: 1 },
  { epochs: 5 },
  { lr: 0.1 },
  { batchSize: 8 },
  { model: 'base' as const },
  { limit: 5 },
  { folder: '/data' },
])('a resumed run refuses %j', (given) => {
  expect(() => resumedSettings(newSettings({ epochs: 4 }), given)).toThrow(CommandError);
  expect(() => resumedSettings(newSettings({ epochs: 4 }), given)).toThrow(
    /^resume: the run began with another .*: got .*, expected .*\. Leave the option out/,
  );
});

function withoutLayers(preset: keyof typeof presets): { lr: number; epochs: number } {
  const { lr, epochs } = presets[preset];
  return { lr, epochs };
}

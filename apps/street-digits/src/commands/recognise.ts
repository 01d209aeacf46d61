import { Command } from 'commander';
import { DataFileError } from '../data/errors.ts';
import { readDigitPicture } from '../data/picture-node.ts';
import { CommandError } from '../failure.ts';
import { formatProbabilities, likeliest, recognise } from '../recognise.ts';
import { loadModel } from '../run-folder-node.ts';
import { checkpointOption, deviceOption, outOption } from './options.ts';

interface RecogniseChoice {
  readonly out: string;
  readonly checkpoint?: string;
}

/** `recognise`: says what pictures show. */
export function recogniseCommand(): Command {
  return new Command('recognise')
    .description('say which digit a picture shows, with the probability of each')
    .argument('<picture...>', 'PNG or JPEG files; of each, the square in its middle is looked at')
    .addOption(outOption('folder of the run'))
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .action(async (pictures: string[], { out, checkpoint }: RecogniseChoice) => {
      const { model } = await loadModel(out, checkpoint);
      for (const path of pictures) {
        const probabilities = await recognise(model, await readPicture(path));
        console.log(`${path}: ${likeliest(probabilities)}\n${formatProbabilities(probabilities)}`);
      }
    });
}

// With the name of the file: there may be several.
async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return await readDigitPicture(path);
  } catch (error) {
    throw error instanceof DataFileError
      ? new CommandError(`${path}: ${error.message}`, { cause: error })
      : error;
  }
}

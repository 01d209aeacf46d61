/** Training, use and checkpoints of the classifier: what works in a page as it does in Node. */
export { readModel, readRun, restoreModel, restoreRun, writeModel, writeRun } from './checkpoint.ts';
export type { CanvasFactory } from './data/canvas.ts';
export { cropToDigit, middleSquare } from './data/crop.ts';
export { DataFileError } from './data/errors.ts';
export { checkPicture, mostPictureBytes, tooLargeFile } from './data/picture.ts';
export type { SvhnDataset } from './data/svhn.ts';
export { readSvhn } from './data/svhn.ts';
export type { TrainingDigits } from './digits.ts';
export { embeddedDigits, svhnDigits } from './digits.ts';
export type { Preset } from './models.ts';
export { likeliest, recognise } from './recognise.ts';
export type { TrainSettings } from './settings.ts';
export { newSettings } from './settings.ts';
export type { EpochReport, Run } from './train.ts';
export { createRun, isOver, train } from './train.ts';

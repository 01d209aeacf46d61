import type { EpochReport } from '@flambeau/app-street-digits/learning';
import { Chart } from '../shared/chart.ts';
import { beforeFrame, find, setText } from '../shared/dom.ts';
import { percent, perSecond, threeDigits } from '../shared/numbers.ts';
import { Smoothed } from '../shared/smoothed.ts';
import type { DigitReply } from './protocol.ts';

type Run = Extract<DigitReply, { readonly type: 'run' }>;
type Progress = Extract<DigitReply, { readonly type: 'progress' }>;

/** A moment of a run: null where something was not measured then. */
interface Moment {
  /** In epochs: 1.5 is in the middle of the second. */
  readonly at: number;
  readonly loss: number | null;
  readonly meanLoss: number | null;
  readonly meanAccuracy: number | null;
  readonly validation: EpochReport | null;
}

/** What there is to see of a training: curves and numbers. */
export class TrainingView {
  private readonly lossChart: Chart;
  private readonly accuracyChart: Chart;
  private readonly bar = find('#epoch-progress', HTMLProgressElement);
  private epochs = 1;
  private batchSize = 1;
  private moments: Moment[] = [];
  private loss = new Smoothed();
  private accuracy = new Smoothed();
  private stepsPerSecond = 0;
  private readonly drawSoon = beforeFrame(() => this.draw());

  constructor() {
    // A little more, so that the last point is seen whole.
    const xRange = (): [number, number] => [0, 1.02 * this.epochs];
    this.lossChart = new Chart(find('#loss-chart', HTMLElement), {
      x: 'epoch',
      y: 'cross-entropy',
      xRange,
      yRange: (_, largest) => [0, largest > 0 ? 1.05 * largest : 2.5],
      series: [
        { label: 'each step', kind: 'faint', color: '--accent' },
        { label: 'training', kind: 'line', color: '--accent' },
        { label: 'validation', kind: 'line-and-points', color: '--data' },
      ],
    });
    this.accuracyChart = new Chart(find('#accuracy-chart', HTMLElement), {
      x: 'epoch',
      y: 'right answers, %',
      xRange,
      yRange: () => [0, 102],
      series: [
        { label: 'training', kind: 'line', color: '--accent' },
        { label: 'validation', kind: 'line-and-points', color: '--data' },
      ],
    });
  }

  /** Begins with a run, or clears what is shown. */
  begin(run: Run | null): void {
    this.epochs = run?.settings.epochs ?? 1;
    this.batchSize = run?.settings.batchSize ?? 1;
    this.loss = new Smoothed();
    this.accuracy = new Smoothed();
    this.stepsPerSecond = 0;
    this.moments = (run?.history ?? []).map((report) => ({
      at: report.epoch,
      loss: null,
      meanLoss: report.loss,
      meanAccuracy: report.accuracy,
      validation: report,
    }));
    this.bar.value = 0;
    this.drawSoon();
  }

  add({ epoch, done, size, losses, accuracies, stepsPerSecond }: Progress): void {
    losses.forEach((loss, i) => {
      const since = (losses.length - 1 - i) * this.batchSize;
      this.moments.push({
        at: epoch - 1 + Math.max(0, done - since) / size,
        loss,
        meanLoss: this.loss.add(loss),
        meanAccuracy: this.accuracy.add(accuracies[i]!),
        validation: null,
      });
    });
    this.stepsPerSecond = stepsPerSecond;
    this.bar.max = size;
    this.bar.value = done;
    this.drawSoon();
  }

  addEpoch(report: EpochReport): void {
    this.moments.push({
      at: report.epoch,
      loss: null,
      meanLoss: null,
      meanAccuracy: null,
      validation: report,
    });
    this.drawSoon();
  }

  private draw(): void {
    const { moments } = this;
    const column = (read: (moment: Moment) => number | null | undefined): (number | null)[] =>
      moments.map((moment) => read(moment) ?? null);
    const times100 = (share: number | null | undefined): number | null =>
      share == null ? null : 100 * share;
    const at = moments.map((moment) => moment.at);
    this.lossChart.show([
      at,
      column(({ loss }) => loss),
      column(({ meanLoss }) => meanLoss),
      column(({ validation }) => validation?.validationLoss),
    ]);
    this.accuracyChart.show([
      at,
      column(({ meanAccuracy }) => times100(meanAccuracy)),
      column(({ validation }) => times100(validation?.validationAccuracy)),
    ]);
    this.showNumbers();
  }

  private showNumbers(): void {
    const { moments, epochs } = this;
    const last = lastOf(moments, ({ meanLoss }) => meanLoss !== null);
    const judged = lastOf(moments, ({ validation }) => validation !== null)?.validation;
    const loss = last ? threeDigits(last.meanLoss!) : '–';
    const accuracy = last ? percent(last.meanAccuracy!) : '–';
    const validation = judged ? percent(judged.validationAccuracy) : '–';
    setText('#epoch', last ? `${Math.max(1, Math.ceil(last.at))} / ${epochs}` : '–');
    setText('#loss', loss);
    setText('#accuracy', accuracy);
    setText('#validation', validation);
    setText('#rate', perSecond(this.stepsPerSecond));
    this.lossChart.describe(
      `Cross-entropy over ${epochs} epochs: in training now ${loss}, in validation ${judged ? threeDigits(judged.validationLoss) : '–'}`,
    );
    this.accuracyChart.describe(
      `Share of right answers over ${epochs} epochs: in training now ${accuracy}, in validation ${validation}`,
    );
  }
}

function lastOf(moments: readonly Moment[], isIt: (moment: Moment) => boolean): Moment | undefined {
  for (let i = moments.length - 1; i >= 0; i--) if (isIt(moments[i]!)) return moments[i];
  return undefined;
}

import mocha from 'mocha';

/** Mocha's spec reporter, with the totals of all rings as the last line. */
export default class TotalsReporter extends mocha.reporters.Spec {
  override done(failures: number, end?: (failures: number) => void): void {
    const { passes, failures: failed, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failed} failed, ${pending} skipped\n`);
    end?.(failures);
  }
}

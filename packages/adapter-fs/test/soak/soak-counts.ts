// How often a soak did what.

export class SoakCounts {
  readonly all: Record<string, number> = {};
  operations = 0;
  writtenBytes = 0;

  add(name: string): void {
    this.operations++;
    this.all[name] = (this.all[name] ?? 0) + 1;
  }
}

import type { NamedPoints } from '../../../src/live/answers.js';
import { counted } from '../format/numbers.js';
import type { ChartSeries } from './series.js';

const COLOURS = 6;
const REMEMBERED = 60;

/** Lines differ by dashes as well as by colours. */
const DASHES: readonly (readonly number[] | undefined)[] = [
  undefined,
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [1, 3],
];

/** Which name has which colour: the same in all charts, as long as no other has it there. */
export class Palette {
  readonly #slots = new Map<string, number>();

  series(list: readonly NamedPoints[], dashed = false): ChartSeries[] {
    const slots = this.#assign(list);
    return list.map(({ name, points, others }) => {
      if (others)
        return { label: counted(others, 'other'), points, color: '--c0' };
      const slot = slots.get(name) ?? 0;
      const color = `--c${slot + 1}`;
      return {
        label: name,
        points,
        color,
        dash: dashed ? DASHES[slot] : undefined,
      };
    });
  }

  #assign(list: readonly NamedPoints[]): ReadonlyMap<string, number> {
    const names = list.filter(({ others }) => !others).map(({ name }) => name);
    const taken = new Map<string, number>();
    const isFree = (slot: number) => ![...taken.values()].includes(slot);
    for (const name of names) {
      const known = this.#slots.get(name);
      if (known !== undefined && isFree(known)) taken.set(name, known);
    }
    for (const name of names) {
      if (!taken.has(name)) taken.set(name, firstFree(isFree));
    }
    this.#remember(taken);
    return taken;
  }

  #remember(taken: ReadonlyMap<string, number>): void {
    for (const [name, slot] of taken) {
      if (!this.#slots.has(name)) this.#slots.set(name, slot);
    }
    for (const name of this.#slots.keys()) {
      if (this.#slots.size <= REMEMBERED) break;
      this.#slots.delete(name);
    }
  }
}

function firstFree(isFree: (slot: number) => boolean): number {
  for (let slot = 0; slot < COLOURS; slot++) if (isFree(slot)) return slot;
  return 0;
}

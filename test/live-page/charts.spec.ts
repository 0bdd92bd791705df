import { describe, expect, test } from 'vitest';
import {
  aligned,
  axisOf,
  indexAt,
  latest,
  mean,
  timeTicks,
  valueAt,
} from '../../live-page/src/charts/axis.js';
import { Cursor } from '../../live-page/src/charts/cursor.js';
import {
  boundTicks,
  bucketBounds,
  heatColour,
  heatPeak,
  heatPixels,
  openBound,
  rgbOf,
} from '../../live-page/src/charts/heat-cells.js';
import { lanePaths, lanePeak } from '../../live-page/src/charts/lane-paths.js';
import { Palette } from '../../live-page/src/charts/palette.js';
import { stepForKey } from '../../live-page/src/charts/step-for-key.js';
import {
  aboveZero,
  below,
  logRange,
  logTicks,
  mirrorRange,
  stacked,
  zeroRange,
} from '../../live-page/src/charts/scales.js';
import { tokenSeries } from '../../live-page/src/charts/series.js';
import { sparkPaths } from '../../live-page/src/charts/spark-paths.js';

const GRID = { start: 1000, seconds: 10, count: 4 };

describe('The time axis', () => {
  test('a point stands in the middle of its step', () => {
    const axis = axisOf(GRID);
    expect(axis.times).toEqual([1005, 1015, 1025, 1035]);
    expect([axis.from, axis.to]).toEqual([1000, 1040]);
    expect(indexAt(axis, 1019)).toBe(1);
    expect(indexAt(axis, 5000)).toBe(3);
    expect(indexAt(axis, null)).toBe(-1);
  });

  test('the axis goes on while the app is away, and what is missing is no data', () => {
    const axis = axisOf(GRID, 25);
    expect(axis.times).toEqual([1025, 1035, 1045, 1055]);
    expect(aligned(axis, [1, 2, 3, 4])).toEqual([3, 4, null, null]);
    const long = axisOf(GRID, 3600);
    expect(aligned(long, [1, 2, 3, 4])).toEqual([null, null, null, null]);
  });

  test('a step that began after the last sample is no gap, unless the app is away', () => {
    expect(axisOf(GRID, 0, 1021).begun).toBe(3);
    expect(axisOf(GRID, 0, 1040).begun).toBe(4);
    expect(axisOf(GRID, 25, 1021).begun).toBe(4);
    const lane = { calls: [null, 1, null], failed: [null, 0, null] };
    const { gaps } = lanePaths(lane, 36, lanePeak([lane]), 2);
    expect(gaps.match(/M/g)).toHaveLength(1);
  });

  test('points of an app that answers are used as they are', () => {
    const points = [1, null, 3, 4];
    expect(aligned(axisOf(GRID, 5), points)).toBe(points);
  });

  test('a legend has the latest value, or that at the crosshair', () => {
    expect(latest([1, 2, null])).toBe(2);
    expect(latest([])).toBeNull();
    expect(valueAt([1, 2, null], -1)).toBe(2);
    expect(valueAt([1, 2, null], 0)).toBe(1);
    expect(valueAt([1, 2, null], 2)).toBeNull();
    expect(mean([1, null, 3])).toBe(2);
    expect(mean([null])).toBeNull();
  });

  test('ticks are full minutes, as many as there is room for', () => {
    expect(timeTicks(1000, 2800, 8)).toEqual([
      1200, 1500, 1800, 2100, 2400, 2700,
    ]);
    expect(timeTicks(1000, 2800, 3)).toEqual([1200, 1800, 2400]);
    expect(timeTicks(0, 86_400, 8)).toHaveLength(9);
    expect(timeTicks(1000, 1300, 100).length).toBeGreaterThan(20);
  });
});

describe('Scales of charts', () => {
  test('a logarithmic axis names powers of ten, and threes where these are few', () => {
    expect(logTicks(0.05, 120)).toEqual([0.1, 1, 10, 100]);
    expect(logTicks(0.5, 25)).toEqual([1, 3, 10]);
  });

  test('ranges have room around what is drawn, also without data', () => {
    expect(logRange(NaN, NaN)).toEqual([0.1, 10]);
    expect(logRange(1, 14)[1]).toBeCloseTo(19.6);
    expect(zeroRange(0, 0)).toEqual([0, 1]);
    expect(mirrorRange(0, 100)).toEqual([-12, 108]);
    expect(mirrorRange(-50, 100)[0]).toBeCloseTo(-55);
  });

  test('parts of a stack stand on each other, and a gap stays a gap', () => {
    expect(
      stacked([
        [1, null, 3],
        [10, null, 30],
      ]),
    ).toEqual([
      [11, null, 33],
      [1, null, 3],
    ]);
    expect(stacked([])).toEqual([]);
  });

  test('failures lie below the line, and a logarithmic scale has no zero', () => {
    expect(below([1, null, 0])).toEqual([-1, null, -0]);
    expect(aboveZero([0, 2, null])).toEqual([null, 2, null]);
  });
});

describe('Drawings of the live page', () => {
  test('a lane has bars for calls, bars below the line for failures, and grey gaps', () => {
    const paths = lanePaths({ calls: [10, null, 5], failed: [5, null, 0] }, 36);
    expect(paths.calls.match(/M/g)).toHaveLength(2);
    expect(paths.failed.match(/M/g)).toHaveLength(1);
    expect(paths.gaps.match(/M/g)).toHaveLength(1);
    expect(paths.base).toBeCloseTo(24);
  });

  test('lanes on a common scale show the smaller one smaller', () => {
    const small = { calls: [1], failed: [0] };
    const peak = lanePeak([small, { calls: [10], failed: [0] }]);
    const heightOf = (path: string) => Number(/v([\d.]+)/.exec(path)![1]);
    expect(heightOf(lanePaths(small, 36, peak).calls)).toBeLessThan(
      heightOf(lanePaths(small, 36).calls),
    );
  });

  test('an empty lane has no bars and no wrong numbers', () => {
    const paths = lanePaths({ calls: [], failed: [] }, 36);
    expect(JSON.stringify(paths)).not.toMatch(/NaN|null|Infinity/);
  });

  test('a spark line breaks where nothing was sampled', () => {
    const { line, area } = sparkPaths([1, 2, null, 3], 28);
    expect(line.match(/M/g)).toHaveLength(2);
    expect(area).not.toContain('NaN');
    expect(sparkPaths([], 28)).toEqual({ line: '', area: '' });
  });

  const HEAT = {
    low: 0.1,
    bounds: [0.25, 0.5, null],
    cells: [[1, 0, 4], null],
  };

  test('a heat map has a colour for each count, grey gaps, and nothing for zero', () => {
    const ramp = ['#000000', '#404040', '#808080', '#c0c0c0', '#ffffff'].map(
      rgbOf,
    );
    const pixels = heatPixels(HEAT.cells, 3, ramp, [9, 9, 9]);
    const at = (column: number, row: number) => {
      const start = (row * 2 + column) * 4;
      return Array.from(pixels.subarray(start, start + 4));
    };
    expect(at(0, 2)).toEqual([...heatColour(1, 4, ramp), 255]);
    expect(at(0, 1)).toEqual([0, 0, 0, 0]);
    expect(at(1, 0)).toEqual([9, 9, 9, 255]);
    expect(heatColour(4, 4, ramp)[0]).toBeGreaterThan(250);
    expect(heatPeak([])).toBe(1);
  });

  test('buckets have their bounds, and the last one is open', () => {
    expect(bucketBounds(HEAT, 0)).toEqual([0.1, 0.25]);
    expect(bucketBounds(HEAT, 2)).toEqual([0.5, null]);
    expect(openBound(HEAT)).toBe(0.5);
    expect(openBound({ ...HEAT, bounds: [0.25, 0.5] })).toBeNull();
    expect(openBound({ low: 100, bounds: [null], cells: [] })).toBe(100);
    expect(boundTicks(HEAT)).toEqual([
      [0.25, 1 / 3],
      [0.5, 2 / 3],
    ]);
  });
});

describe('Colours of categories', () => {
  const line = (name: string) => ({ name, points: [1] });

  test('a name keeps its colour in all charts', () => {
    const palette = new Palette();
    const first = palette.series([line('a'), line('b')]);
    const second = palette.series([line('b'), line('c')]);
    expect(first[1]!.color).toBe(second[0]!.color);
    expect(new Set(second.map(({ color }) => color)).size).toBe(2);
  });

  test('names of one chart have different colours and dashes', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map(line);
    const series = new Palette().series(names, true);
    expect(new Set(series.map(({ color }) => color)).size).toBe(6);
    expect(new Set(series.map(({ dash }) => String(dash))).size).toBe(6);
  });

  test('the sum of the others is grey and says how many it has', () => {
    const [others] = new Palette().series([
      { name: '', points: [1], others: 495 },
    ]);
    expect(others).toMatchObject({ label: '495 others', color: '--c0' });
  });

  test('thousands of names leave no growing memory and still have colours', () => {
    const palette = new Palette();
    for (let i = 0; i < 5000; i++) palette.series([line(`agent-${i}`)]);
    expect(palette.series([line('last')])[0]!.color).toMatch(/^--c[1-6]$/);
  });

  test('kinds of tokens that there are none of are not drawn', () => {
    const series = tokenSeries({
      input: [1],
      cachedInput: [0],
      cacheWrite: [null],
      output: [2],
      reasoning: [0],
    });
    expect(series.map(({ label }) => label)).toEqual(['Input', 'Output']);
  });
});

describe('The crosshair', () => {
  test('each drawing receives a time once', () => {
    const cursor = new Cursor();
    const heard: (number | null)[] = [];
    const stop = cursor.subscribe((time) => heard.push(time));
    cursor.set(5);
    cursor.set(5);
    stop();
    cursor.set(6);
    expect(heard).toEqual([5]);
    expect(cursor.time).toBe(6);
  });

  test('keys move it by one step or ten, to both ends, and not beyond', () => {
    expect(stepForKey('ArrowLeft', 5, 60, false)).toBe(4);
    expect(stepForKey('ArrowRight', 5, 60, true)).toBe(15);
    expect(stepForKey('ArrowLeft', 5, 60, true)).toBe(0);
    expect(stepForKey('Home', 5, 60, false)).toBe(0);
    expect(stepForKey('End', 5, 60, false)).toBe(59);
    expect(stepForKey('x', 5, 60, false)).toBeUndefined();
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { instance } from '@viz-js/viz';
import { ROOT } from './markdown.js';

/** Where the pictures are. Their sources are in `src` there. */
export const PICTURES = `${ROOT}docs/pictures/`;

/** The names of the pictures that are drawn from text. */
export const SOURCES = readdirSync(`${PICTURES}src`).map((file) =>
  file.replace(/\.dot$/, ''),
);

/** The colours that sources name as `$soft`, and as classes of nodes with `Fill` and `Line`. */
export const THEMES = {
  light: {
    ink: '#1f2328',
    soft: '#59636e',
    edge: '#818b98',
    boxFill: '#ffffff',
    boxLine: '#818b98',
    greyFill: '#eff2f5',
    greyLine: '#818b98',
    outsideFill: '#eff2f5',
    outsideLine: '#eff2f5',
    blueFill: '#ddf4ff',
    blueLine: '#0969da',
    greenFill: '#dafbe1',
    greenLine: '#1a7f37',
    purpleFill: '#fbefff',
    purpleLine: '#8250df',
    amberFill: '#fff8c5',
    amberLine: '#9a6700',
    redFill: '#ffebe9',
    redLine: '#cf222e',
  },
  dark: {
    ink: '#e6edf3',
    soft: '#b1bac4',
    edge: '#8b949e',
    boxFill: '#161b22',
    boxLine: '#8b949e',
    greyFill: '#2d333b',
    greyLine: '#8b949e',
    outsideFill: '#2d333b',
    outsideLine: '#2d333b',
    blueFill: '#0c2d6b',
    blueLine: '#58a6ff',
    greenFill: '#033a16',
    greenLine: '#3fb950',
    purpleFill: '#3c1e70',
    purpleLine: '#bc8cff',
    amberFill: '#4b2900',
    amberLine: '#d29922',
    redFill: '#67060c',
    redLine: '#ff7b72',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Theme = keyof typeof THEMES;

/** Graphviz knows the widths of its letters. Readers without it have a font with the same ones. */
const FONT = 'Arial';
const READERS_FONTS = 'Arial,Helvetica,Liberation Sans,sans-serif';

const GRAPH = `
  graph [bgcolor=transparent, fontname="${FONT}", fontsize=13, fontcolor="$soft", pad=0.05, color="$greyLine", style="rounded,dashed"]
  node [shape=box, style="rounded,filled", margin="0.16,0.09", height=0.3, fontname="${FONT}", fontsize=13, fontcolor="$ink", fillcolor="$boxFill", color="$boxLine"]
  edge [fontname="${FONT}", fontsize=12, fontcolor="$soft", color="$edge", arrowsize=0.7]
`;

/** Draws a picture as SVG. The same source gives the same text on each machine. */
export async function draw(name: string, theme: Theme): Promise<string> {
  const source = readFileSync(`${PICTURES}src/${name}.dot`, 'utf8');
  const viz = await instance();
  const svg = viz.renderString(coloured(source, theme), { format: 'svg' });
  return svg
    .slice(svg.indexOf('<svg'))
    .replaceAll(`font-family="${FONT}"`, `font-family="${READERS_FONTS}"`);
}

function coloured(source: string, theme: Theme): string {
  const colours: Readonly<Record<string, string>> = THEMES[theme];
  return source
    .replace('{', `{${GRAPH}`)
    .replace(/\bclass=plain\b/g, 'shape=plain, style=""')
    .replace(/\bclass=(\w+)/g, 'fillcolor="$$$1Fill", color="$$$1Line"')
    .replace(/\$(\w+)/g, (_all, colour: string) => {
      const value = colours[colour];
      if (value === undefined) throw new Error(`${colour} is not a colour`);
      return value;
    });
}

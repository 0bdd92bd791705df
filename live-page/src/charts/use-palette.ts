import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Palette } from './palette.js';

export const PaletteContext = createContext(new Palette());

export const usePalette = (): Palette => useContext(PaletteContext);

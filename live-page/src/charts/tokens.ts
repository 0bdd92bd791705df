const style = (): CSSStyleDeclaration =>
  getComputedStyle(document.documentElement);

/** The value of a custom property, such as a colour of the theme. */
export const color = (name: string): string =>
  style().getPropertyValue(name).trim();

/** Pixels of a length in rem: larger text makes larger axes. */
export const px = (rem: number): number => rem * parseFloat(style().fontSize);
